import type { SinkHealth } from "../../../domain/sink-health.ts";
import type { DeliveryId, EventSinkId } from "../../../ids.ts";
import { liveLane, probeAtOf } from "../../lanes/lane-memory.ts";
import { addLease } from "../../lanes/leases.ts";
import type { Lane } from "../../store.ts";
import type { PortClient } from "../../worker-ports.ts";
import type { LaneState, Lease, WriterState } from "../writer-state.ts";

/**
 * The lane of a live or deleted sink, read from disk the first time it is asked for.
 * @param now decides whether what is pending there counts as backlog.
 */
export function findLane(
  state: WriterState,
  eventSinkId: EventSinkId,
  now: number,
): LaneState | undefined {
  const known = state.lanes.get(eventSinkId);
  if (known !== undefined) return known;
  const row = state.db.get<{
    no: number;
    tenant_id: string;
    deleted_at: number | null;
    paused_at: number | null;
    health: string | null;
    has_backlog: number;
    has_memory: number;
    has_waiting: number;
  }>(
    `SELECT no, tenant_id, deleted_at, paused_at, health,
       EXISTS (SELECT 1 FROM deliveries INDEXED BY deliveries_due
         WHERE event_sink_no = event_sinks.no AND is_urgent IN (0, 1) AND state = 'pending'
           AND due_at <= ?) AS has_backlog,
       EXISTS (SELECT 1 FROM sink_memory WHERE event_sink_no = event_sinks.no) AS has_memory,
       EXISTS (SELECT 1 FROM deliveries INDEXED BY deliveries_waiting
         WHERE event_sink_no = event_sinks.no AND state = 'pending' AND due_at IS NULL) AS has_waiting
     FROM event_sinks WHERE id = ?`,
    now,
    eventSinkId,
  );
  if (row === undefined) return undefined;
  const health = row.health === null ? null : (JSON.parse(row.health) as SinkHealth);
  const lane: LaneState = {
    tenantId: row.tenant_id,
    eventSinkId,
    eventSinkNo: row.no,
    changeCount: 0,
    leasedCount: 0,
    leasedChars: 0,
    pullsBefore: null,
    hasBacklog: row.has_backlog === 1,
    hasMemory: row.has_memory === 1,
    hasWaiting: row.has_waiting === 1,
    isPaused: row.paused_at !== null,
    healthState: health?.state ?? "healthy",
    probeAt: health === null ? null : probeAtOf(health),
    deletedAt: row.deleted_at,
    leavesFor: null,
  };
  state.lanes.set(eventSinkId, lane);
  state.undo.push(() => state.lanes.delete(eventSinkId));
  return lane;
}

/** The lane of a sink that is there and the tenant's. */
export function findLiveLane(state: WriterState, lane: Lane, now: number): LaneState | undefined {
  return liveLane(findLane(state, lane.eventSinkId, now), lane);
}

/** A delivery that can be leased. */
export interface Leasable extends Omit<Lease, "token" | "lane" | "holder" | "changeCount"> {
  readonly deliveryId: DeliveryId;
}

export function takeLease(
  state: WriterState,
  lane: LaneState,
  holder: PortClient,
  { deliveryId, ...leasable }: Leasable,
): Lease {
  state.lastLeaseNo += 1;
  const token = `${state.leasePrefix}-${state.lastLeaseNo.toString(36)}`;
  const lease = { ...leasable, token, lane, holder, changeCount: lane.changeCount };
  addLease(state, deliveryId, lease);
  return lease;
}
