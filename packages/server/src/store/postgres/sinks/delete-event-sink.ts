import { announceChange } from "../../lanes/announcements.ts";
import type { LaneState } from "../../lanes/lane-memory.ts";
import type { Input, Output } from "../../protocol.ts";
import type { Lane } from "../../store.ts";
import { forgetTenantId } from "../accounts/tenant-ids.ts";
import { getTenant } from "../accounts/tenants.ts";
import type { Queries } from "../database.ts";
import { listBusyLanesSql } from "../deliveries/claim.ts";
import { endDeliveries } from "../deliveries/end-deliveries.ts";
import { isGivenRow } from "../deliveries/queue-rows.ts";
import type { NodeState } from "../node-state.ts";
import { ownLanes, reread, startSweep } from "../nodes/own-lanes.ts";
import { getEventSink } from "./event-sinks.ts";

/** Deliveries canceled in one go, so that a million of a deleted sink hold nobody up. */
const cancelCountMax = 200;

/**
 * Deletes a sink for every look-up at once; what it had pending is canceled bit by bit by the
 * node that owns its lane, and shown as canceled already.
 */
export async function deleteEventSink(
  state: NodeState,
  { tenantId, id, now, ifVersion }: Input<"deleteEventSink">,
): Promise<Output<"deleteEventSink">> {
  const current = await getEventSink(state.db, { tenantId, id });
  if (current === null) return { kind: "not_found" };
  if (ifVersion !== null && current.version !== ifVersion) return { kind: "version_mismatch" };
  await closeEventSink(state, { tenantId: current.tenantId, eventSinkId: current.id }, now);
  const lane = state.lanes.get(current.id);
  if (lane !== undefined) await sweep(state, lane);
  return { kind: "deleted", tenantId: current.tenantId };
}

/** Ends a sink; what it had pending is left to the sweep. */
export async function closeEventSink(state: NodeState, lane: Lane, now: number): Promise<void> {
  // Secrets of what is gone are of no use to anybody but a thief.
  await state.db.run(
    `UPDATE event_sinks SET deleted_at = $3, sealed_secrets = NULL
     WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL`,
    lane.tenantId,
    lane.eventSinkId,
    now,
  );
  await forgetSink(state.db, lane);
  announceChange(state, lane, true);
  await reread(state, lane, now, false);
}

async function forgetSink(db: Queries, { tenantId, eventSinkId }: Lane): Promise<void> {
  await db.run(
    "DELETE FROM sink_memory WHERE tenant_id = $1 AND event_sink_id = $2",
    tenantId,
    eventSinkId,
  );
  await forgetTenantId(db, eventSinkId);
  const tenant = await getTenant(db, { id: tenantId });
  if (tenant === null || !tenant.operationalEventSinkIds.includes(eventSinkId)) return;
  const others = tenant.operationalEventSinkIds.filter((id) => id !== eventSinkId);
  await db.run(
    "UPDATE tenants SET operational_event_sink_ids = $1 WHERE tenant_id = $2",
    JSON.stringify(others),
    tenantId,
  );
}

/** Deleted sinks that still have something pending, whoever was to cancel it. */
export async function resumeSweeps(state: NodeState): Promise<void> {
  const rows = await state.db.all<{ tenant_id: string; event_sink_id: string }>(
    `${listBusyLanesSql} JOIN event_sinks s ON s.tenant_id = b.tenant_id AND s.id = b.event_sink_id
     WHERE s.deleted_at IS NOT NULL`,
  );
  const lanes = rows.map((row) => ({ tenantId: row.tenant_id, eventSinkId: row.event_sink_id }));
  await ownLanes(state, lanes, 0);
  for (const { eventSinkId } of lanes) {
    const lane = state.lanes.get(eventSinkId);
    if (lane !== undefined && lane.leasedCount === 0) startSweep(state, lane);
  }
}

/** Cancels a bounded number of deliveries. What is leased is left to whoever sends it. */
export async function sweep(state: NodeState, lane: LaneState): Promise<void> {
  const leased = [...state.leases].filter(([, lease]) => lease.lane === lane);
  const rows = await state.db.all<{ delivery_id: string }>(
    `DELETE FROM queue q USING (SELECT tenant_id, event_sink_id, seq FROM queue
         WHERE tenant_id = $1 AND event_sink_id = $2 AND delivery_id <> ALL($3::uuid[])
         ORDER BY seq LIMIT ${cancelCountMax}) AS w
     WHERE ${isGivenRow} RETURNING q.delivery_id`,
    lane.tenantId,
    lane.eventSinkId,
    leased.map(([id]) => id),
  );
  const ids = rows.map((row) => row.delivery_id);
  await endDeliveries(state, lane.tenantId, ids, "canceled", lane.deletedAt ?? 0);
  if (rows.length === cancelCountMax) return;
  state.sweeps.delete(lane);
  state.undo.push(() => state.sweeps.add(lane));
}
