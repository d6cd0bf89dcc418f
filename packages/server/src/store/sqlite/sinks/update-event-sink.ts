import { announceChange } from "../../lanes/announcements.ts";
import { changeLane } from "../../lanes/lane-memory.ts";
import type { Input, Output } from "../../protocol.ts";
import { findLane } from "../deliveries/lanes.ts";
import { probeNow } from "../deliveries/sink-health.ts";
import type { LaneState, WriterState } from "../writer-state.ts";
import { getEventSink } from "./event-sinks.ts";

export function updateEventSink(
  state: WriterState,
  { eventSink, ifVersion }: Input<"updateEventSink">,
): Output<"updateEventSink"> {
  const current = getEventSink(state.db, eventSink);
  if (current === null) return "not_found";
  if (current.version !== ifVersion) return "version_mismatch";
  state.db.run(
    `UPDATE event_sinks SET name = ?, description = ?, settings = ?, sealed_secrets = ?,
       saved_by_operator = ?, version = ?, updated_at = ? WHERE id = ?`,
    eventSink.name,
    eventSink.description,
    JSON.stringify(eventSink.settings),
    eventSink.sealedSecrets,
    eventSink.savedByOperator ? 1 : 0,
    eventSink.version,
    eventSink.updatedAt,
    eventSink.id,
  );
  const lane = findLane(state, eventSink.id, eventSink.updatedAt);
  if (lane !== undefined) {
    noteOwnerChange(state, lane, eventSink.updatedAt);
  }
  return "updated";
}

/** What a change by its owner means for a lane that may be in use, or broken. */
export function noteOwnerChange(state: WriterState, lane: LaneState, now: number): void {
  changeLane(state, lane, { changeCount: lane.changeCount + 1 });
  announceChange(state, lane, false);
  probeNow(state, lane, now);
}
