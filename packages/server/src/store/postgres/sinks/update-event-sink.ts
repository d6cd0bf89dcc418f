import { announceChange } from "../../lanes/announcements.ts";
import type { Input, Output } from "../../protocol.ts";
import type { Lane } from "../../store.ts";
import { probeNow } from "../deliveries/sink-health.ts";
import type { NodeState } from "../node-state.ts";
import { reread } from "../nodes/own-lanes.ts";
import { toText } from "../text.ts";
import { getEventSink, slackIntegrationIdOf } from "./event-sinks.ts";

export async function updateEventSink(
  state: NodeState,
  { eventSink, ifVersion }: Input<"updateEventSink">,
): Promise<Output<"updateEventSink">> {
  const { db } = state;
  const changed = await db.run(
    `UPDATE event_sinks SET name = $4, description = $5, settings = $6, sealed_secrets = $7,
       saved_by_operator = $8, version = $9, updated_at = $10, slack_integration_id = $11
     WHERE tenant_id = $1 AND id = $2 AND version = $3 AND deleted_at IS NULL`,
    eventSink.tenantId,
    eventSink.id,
    ifVersion,
    toText(eventSink.name),
    toText(eventSink.description),
    JSON.stringify(eventSink.settings),
    eventSink.sealedSecrets,
    eventSink.savedByOperator,
    eventSink.version,
    eventSink.updatedAt,
    slackIntegrationIdOf(eventSink),
  );
  if (changed === 0) {
    return (await getEventSink(db, eventSink)) === null ? "not_found" : "version_mismatch";
  }
  const lane = { tenantId: eventSink.tenantId, eventSinkId: eventSink.id };
  await noteOwnerChange(state, lane, eventSink.updatedAt);
  return "updated";
}

/** What a change by its owner means for a lane that may be in use, or broken. */
export async function noteOwnerChange(state: NodeState, lane: Lane, now: number): Promise<void> {
  await state.db.run(
    "UPDATE event_sinks SET change_count = change_count + 1 WHERE tenant_id = $1 AND id = $2",
    lane.tenantId,
    lane.eventSinkId,
  );
  const isProbed = await probeNow(state.db, lane, now);
  announceChange(state, lane, false);
  await reread(state, lane, now, isProbed);
}
