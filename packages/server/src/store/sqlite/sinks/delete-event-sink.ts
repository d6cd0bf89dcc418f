import { announceChange } from "../../lanes/announcements.ts";
import { changeLane, countDeliveries } from "../../lanes/lane-memory.ts";
import type { Input, Output } from "../../protocol.ts";
import { getTenant, updateTenant } from "../accounts/tenants.ts";
import { findLane } from "../deliveries/lanes.ts";
import type { LaneState, WriterState } from "../writer-state.ts";
import { getEventSink } from "./event-sinks.ts";

/** Deliveries canceled in one go, so that a million of a deleted sink hold nobody up. */
const cancelCountMax = 200;

/**
 * Deletes a sink for every look-up at once; what it had pending is canceled bit by bit, and
 * shown as canceled already.
 */
export function deleteEventSink(
  state: WriterState,
  { tenantId, id, now, ifVersion }: Input<"deleteEventSink">,
): Output<"deleteEventSink"> {
  const current = getEventSink(state.db, { tenantId, id });
  const lane = findLane(state, id, now);
  if (current === null || lane === undefined) return { kind: "not_found" };
  if (ifVersion !== null && current.version !== ifVersion) return { kind: "version_mismatch" };
  closeEventSink(state, lane, now);
  sweep(state, lane);
  return { kind: "deleted", tenantId: current.tenantId };
}

/** Ends a sink; what it had pending is left to the sweep. */
export function closeEventSink(state: WriterState, lane: LaneState, now: number): void {
  // Secrets of what is gone are of no use to anybody but a thief.
  state.db.run(
    "UPDATE event_sinks SET deleted_at = ?, sealed_secrets = NULL WHERE no = ?",
    now,
    lane.eventSinkNo,
  );
  state.db.run("DELETE FROM sink_memory WHERE event_sink_no = ?", lane.eventSinkNo);
  forgetOperationalSink(state, lane);
  changeLane(state, lane, { deletedAt: now, hasBacklog: false, hasMemory: false });
  announceChange(state, lane, true);
  startSweep(state, lane);
}

function forgetOperationalSink(state: WriterState, { tenantId, eventSinkId }: LaneState): void {
  const tenant = getTenant(state.db, { id: tenantId });
  if (tenant === null || !tenant.operationalEventSinkIds.includes(eventSinkId)) return;
  const others = tenant.operationalEventSinkIds.filter((id) => id !== eventSinkId);
  updateTenant(state, { ...tenant, operationalEventSinkIds: others });
}

/** Has the pending deliveries of a deleted sink canceled in the background. */
export function startSweep(state: WriterState, lane: LaneState): void {
  if (state.sweeps.has(lane)) return;
  state.sweeps.add(lane);
  state.undo.push(() => state.sweeps.delete(lane));
}

/** Finds the sweeps that an earlier process did not finish. */
export function resumeSweeps(state: WriterState): void {
  const rows = state.db.all<{ id: string }>(
    `SELECT id FROM event_sinks WHERE deleted_at IS NOT NULL
     AND EXISTS (SELECT 1 FROM deliveries INDEXED BY deliveries_unfinished
       WHERE event_sink_no = event_sinks.no AND state = 'pending')`,
  );
  for (const { id } of rows) {
    // A lane without a sink has no backlog, whatever is due.
    const lane = findLane(state, id, 0);
    if (lane !== undefined) state.sweeps.add(lane);
  }
}

/** Cancels a bounded number of deliveries. What is leased is left to whoever sends it. */
export function sweep(state: WriterState, lane: LaneState): void {
  const leased = new Set<number>();
  for (const lease of lane.leasedCount === 0 ? [] : state.leases.values()) {
    if (lease.lane === lane) leased.add(lease.deliveryNo);
  }
  const limit = cancelCountMax + leased.size;
  const rows = state.db.all<{ no: number }>(
    `SELECT no FROM deliveries INDEXED BY deliveries_unfinished
     WHERE event_sink_no = ? AND state = 'pending' LIMIT ?`,
    lane.eventSinkNo,
    limit,
  );
  const canceled = rows.filter(({ no }) => !leased.has(no));
  for (const { no } of canceled) {
    state.db.run(
      "UPDATE deliveries SET state = 'canceled', due_at = NULL, updated_at = ? WHERE no = ?",
      lane.deletedAt,
      no,
    );
  }
  countDeliveries(state, "pending", -canceled.length);
  countDeliveries(state, "canceled", canceled.length);
  if (rows.length === limit) return;
  state.sweeps.delete(lane);
  state.undo.push(() => state.sweeps.add(lane));
}
