import { healthySince, type SinkHealth } from "../../../domain/sink-health.ts";
import { isUuid } from "../../../ids.ts";
import { announceChange } from "../../lanes/announcements.ts";
import type { LaneState } from "../../lanes/lane-memory.ts";
import { changeLane, probeAtOf } from "../../lanes/lane-memory.ts";
import type { Input, Output } from "../../protocol.ts";
import { type EventSinkRow, eventSinkColumns } from "../../rows/event-sink-row.ts";
import type { Lane } from "../../store.ts";
import { isScoped } from "../accounts/tenant-ids.ts";
import type { Queries } from "../database.ts";
import type { NodeState } from "../node-state.ts";
import { reread } from "../nodes/own-lanes.ts";
import { toEventSink } from "../sinks/event-sinks.ts";

/** Counting the pending deliveries of a sink ends here. */
const pendingCountMax = 10_000;

export const countPendingSql = `SELECT count(*) AS count FROM (SELECT 1 FROM queue
    WHERE tenant_id = $1 AND event_sink_id = $2 LIMIT ${pendingCountMax}) AS part`;

/** `health` of a sink's row; NULL stands for healthy since it was made. */
export function toHealth(row: { health: string | null; created_at: number }): SinkHealth {
  return row.health === null
    ? healthySince(row.created_at)
    : (JSON.parse(row.health) as SinkHealth);
}

export async function getEventSinkStatus(
  db: Queries,
  { tenantId, id }: Input<"getEventSinkStatus">,
): Promise<Output<"getEventSinkStatus">> {
  if (!isUuid(id)) return null;
  const row = await db.get<EventSinkRow & { health: string | null; paused_at: number | null }>(
    `SELECT ${eventSinkColumns}, health, paused_at FROM event_sinks
     WHERE ${isScoped} AND id = $1::uuid AND deleted_at IS NULL`,
    id.toLowerCase(),
    tenantId,
  );
  if (row === undefined) return null;
  const pending = await db.get<{ count: number }>(countPendingSql, row.tenant_id, row.id);
  return {
    eventSink: toEventSink(row),
    health: toHealth(row),
    pausedAt: row.paused_at,
    pendingCount: pending?.count ?? 0,
  };
}

export async function setEventSinkPause(
  state: NodeState,
  { pausedAt, tenantId, eventSinkId }: Input<"setEventSinkPause">,
): Promise<Output<"setEventSinkPause">> {
  const lane = { tenantId, eventSinkId };
  const changed = await state.db.run(
    `UPDATE event_sinks SET paused_at = $3 WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL
       AND (paused_at IS NULL) <> ($3::bigint IS NULL)`,
    tenantId,
    eventSinkId,
    pausedAt,
  );
  if (changed === 0) return (await isThere(state.db, lane)) ? "done" : "not_found";
  announceChange(state, lane, false);
  // Whatever has a due time counts as backlog until a claim has shown otherwise.
  await reread(state, lane, Number.MAX_SAFE_INTEGER, pausedAt === null);
  return "done";
}

async function isThere(db: Queries, { tenantId, eventSinkId }: Lane): Promise<boolean> {
  const sql = "SELECT 1 FROM event_sinks WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL";
  return (await db.get(sql, tenantId, eventSinkId)) !== undefined;
}

/**
 * Pauses a sink at the word of an attempt, unless its owner has changed it since. One that is
 * paused already stays paused since it was.
 */
export async function pauseSink(
  state: NodeState,
  lane: LaneState,
  changeCount: number,
  pausedAt: number,
): Promise<void> {
  const changed = await state.db.run(
    `UPDATE event_sinks SET paused_at = $4 WHERE tenant_id = $1 AND id = $2 AND change_count = $3
       AND deleted_at IS NULL AND paused_at IS NULL`,
    lane.tenantId,
    lane.eventSinkId,
    changeCount,
    pausedAt,
  );
  if (changed === 0) return;
  changeLane(state, lane, { isPaused: true });
  announceChange(state, lane, false);
}

/** Keeps what an attempt said about its sink. Subscribers are told of a new state, not of each failure. */
export async function writeHealth(
  state: NodeState,
  lane: LaneState,
  health: SinkHealth,
): Promise<void> {
  if (lane.deletedAt !== null) return;
  await state.db.run(
    "UPDATE event_sinks SET health = $3 WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
    lane.tenantId,
    lane.eventSinkId,
    JSON.stringify(health),
  );
  // A sink that fails now and then goes back and forth between healthy and failing all the time.
  const wasBroken = lane.healthState === "broken";
  if ((health.state === "broken") !== wasBroken) announceChange(state, lane, false);
  changeLane(state, lane, { healthState: health.state, probeAt: probeAtOf(health) });
}

export async function probeEventSink(
  state: NodeState,
  { now, tenantId, eventSinkId }: Input<"probeEventSink">,
): Promise<Output<"probeEventSink">> {
  const lane = { tenantId, eventSinkId };
  if (!(await isThere(state.db, lane))) return "not_found";
  if (await probeNow(state.db, lane, now)) {
    // Whoever sends has the old time in mind, and would hand back what it claims, again and again.
    announceChange(state, lane, false);
    await reread(state, lane, Number.MAX_SAFE_INTEGER, true);
  }
  return "done";
}

/**
 * Lets a broken sink be probed at once: a change by its owner may be the cure.
 * @returns whether that changed anything.
 */
export async function probeNow(
  db: Queries,
  { tenantId, eventSinkId }: Lane,
  now: number,
): Promise<boolean> {
  const row = await db.get<{ health: string | null; created_at: number }>(
    "SELECT health, created_at FROM event_sinks WHERE tenant_id = $1 AND id = $2 FOR UPDATE",
    tenantId,
    eventSinkId,
  );
  if (row === undefined) return false;
  const health = toHealth(row);
  if (health.state !== "broken" || (health.nextProbeAt ?? 0) <= now) return false;
  await db.run(
    "UPDATE event_sinks SET health = $3 WHERE tenant_id = $1 AND id = $2",
    tenantId,
    eventSinkId,
    JSON.stringify({ ...health, nextProbeAt: now }),
  );
  return true;
}
