import { healthySince, type SinkHealth } from "../../../domain/sink-health.ts";
import { announceChange } from "../../lanes/announcements.ts";
import { changeLane, probeAtOf } from "../../lanes/lane-memory.ts";
import type { Input, Output } from "../../protocol.ts";
import { type EventSinkRow, eventSinkColumns } from "../../rows/event-sink-row.ts";
import type { Database } from "../database.ts";
import { toEventSink } from "../sinks/event-sinks.ts";
import type { LaneState, WriterState } from "../writer-state.ts";
import { announceNext } from "./due.ts";
import { findLiveLane } from "./lanes.ts";

/** Counting the pending deliveries of a sink ends here. */
const pendingCountMax = 10_000;

export const countPendingSql = `SELECT count(*) AS count
  FROM (SELECT 1 FROM deliveries INDEXED BY deliveries_unfinished
    WHERE event_sink_no = ? AND state = 'pending' LIMIT ${pendingCountMax})`;

/** `health` of a sink's row; NULL stands for healthy since it was made. */
export function toHealth(row: { health: string | null; created_at: number }): SinkHealth {
  return row.health === null
    ? healthySince(row.created_at)
    : (JSON.parse(row.health) as SinkHealth);
}

export function getEventSinkStatus(
  db: Database,
  { tenantId, id }: Input<"getEventSinkStatus">,
): Output<"getEventSinkStatus"> {
  const row = db.get<
    EventSinkRow & { no: number; health: string | null; paused_at: number | null }
  >(
    `SELECT ${eventSinkColumns}, no, health, paused_at FROM event_sinks
     WHERE id = ?1 AND (?2 IS NULL OR tenant_id = ?2) AND deleted_at IS NULL`,
    id,
    tenantId,
  );
  if (row === undefined) return null;
  const pending = db.get<{ count: number }>(countPendingSql, row.no);
  return {
    eventSink: toEventSink(row),
    health: toHealth(row),
    pausedAt: row.paused_at,
    pendingCount: pending?.count ?? 0,
  };
}

export function setEventSinkPause(
  state: WriterState,
  { pausedAt, ...sink }: Input<"setEventSinkPause">,
): Output<"setEventSinkPause"> {
  // Whatever has a due time counts as backlog until a claim has shown otherwise.
  const lane = findLiveLane(state, sink, Number.MAX_SAFE_INTEGER);
  if (lane === undefined) return "not_found";
  if (pausedAt !== null) pauseSink(state, lane, pausedAt);
  else if (lane.isPaused) resumeSink(state, lane);
  return "done";
}

export function probeEventSink(
  state: WriterState,
  { now, ...sink }: Input<"probeEventSink">,
): Output<"probeEventSink"> {
  const lane = findLiveLane(state, sink, Number.MAX_SAFE_INTEGER);
  if (lane === undefined) return "not_found";
  probeNow(state, lane, now);
  return "done";
}

/** A sink that is paused already stays paused since it was. */
export function pauseSink(state: WriterState, lane: LaneState, pausedAt: number): void {
  if (lane.isPaused || lane.deletedAt !== null) return;
  state.db.run("UPDATE event_sinks SET paused_at = ? WHERE no = ?", pausedAt, lane.eventSinkNo);
  changeLane(state, lane, { isPaused: true });
  announceChange(state, lane, false);
}

function resumeSink(state: WriterState, lane: LaneState): void {
  state.db.run("UPDATE event_sinks SET paused_at = NULL WHERE no = ?", lane.eventSinkNo);
  changeLane(state, lane, { isPaused: false });
  announceChange(state, lane, false);
  announceNext(state, lane);
}

/** Keeps what an attempt said about its sink. Subscribers are told of a new state, not of each failure. */
export function writeHealth(state: WriterState, lane: LaneState, health: SinkHealth): void {
  if (lane.deletedAt !== null) return;
  const text = JSON.stringify(health);
  state.db.run("UPDATE event_sinks SET health = ? WHERE no = ?", text, lane.eventSinkNo);
  // A sink that fails now and then goes back and forth between healthy and failing all the time.
  const wasBroken = lane.healthState === "broken";
  if ((health.state === "broken") !== wasBroken) announceChange(state, lane, false);
  changeLane(state, lane, { healthState: health.state, probeAt: probeAtOf(health) });
}

/** Lets a broken sink be probed at once: a change by its owner may be the cure. */
export function probeNow(state: WriterState, lane: LaneState, now: number): void {
  if (lane.probeAt === null || lane.probeAt <= now) return;
  const row = state.db.get<{ health: string | null; created_at: number }>(
    "SELECT health, created_at FROM event_sinks WHERE no = ?",
    lane.eventSinkNo,
  );
  if (row === undefined) return;
  writeHealth(state, lane, { ...toHealth(row), nextProbeAt: now });
  // Whoever sends has the old time in mind, and would hand back what it claims, again and again.
  announceChange(state, lane, false);
  announceNext(state, lane);
}
