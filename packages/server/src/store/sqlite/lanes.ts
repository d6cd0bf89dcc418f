import type { AlertAction } from "../../domain/delivery.ts";
import type { SinkHealth } from "../../domain/sink-health.ts";
import type { EventSinkId } from "../../ids.ts";
import { leasedCharsPerLaneMax, offeredMax } from "../lease-limits.ts";
import type { Lane, LeasedDelivery } from "../store.ts";
import type { PortClient } from "../worker-ports.ts";
import type { LaneState, Lease, WriterState } from "./writer-state.ts";

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
  };
  state.lanes.set(eventSinkId, lane);
  state.undo.push(() => state.lanes.delete(eventSinkId));
  return lane;
}

/** When a sink may be probed; null unless it is broken. */
export function probeAtOf({ state, nextProbeAt }: SinkHealth): number | null {
  return state === "broken" ? (nextProbeAt ?? 0) : null;
}

/** The lane of a sink that is there and the tenant's. */
export function findLiveLane(state: WriterState, lane: Lane, now: number): LaneState | undefined {
  const found = findLane(state, lane.eventSinkId, now);
  return found === undefined || found.deletedAt !== null || found.tenantId !== lane.tenantId
    ? undefined
    : found;
}

type LaneChanges = Partial<
  Omit<LaneState, keyof Lane | "eventSinkNo" | "leasedCount" | "leasedChars">
>;

/** Changes what the writer knows of a lane, to be undone with the batch. */
export function changeLane(state: WriterState, lane: LaneState, changes: LaneChanges): void {
  // What is undone after this has brought the lease counts back to what is copied here.
  const before = { ...lane };
  state.undo.push(() => Object.assign(lane, before));
  Object.assign(lane, changes);
}

/** A delivery that can be leased. */
export interface Leasable {
  readonly deliveryId: string;
  readonly deliveryNo: number;
  readonly dedupKey: string;
  readonly action: AlertAction;
  readonly dueAt: number;
  readonly arrivedAt: number | null;
  /** Of its alert's body. */
  readonly chars: number;
}

export function takeLease(
  state: WriterState,
  lane: LaneState,
  holder: PortClient,
  { deliveryId, ...leasable }: Leasable,
): string {
  state.lastLeaseNo += 1;
  const token = `${state.leasePrefix}-${state.lastLeaseNo.toString(36)}`;
  state.leases.set(deliveryId, {
    token,
    lane,
    holder,
    ...leasable,
    laneChangeCount: lane.changeCount,
  });
  countLease(lane, leasable.chars, 1);
  state.undo.push(() => {
    state.leases.delete(deliveryId);
    countLease(lane, leasable.chars, -1);
  });
  return token;
}

/** The lease, if this token holds it. */
export function findLease(
  state: WriterState,
  held: Lane & { readonly deliveryId: string; readonly lease: string },
): Lease | undefined {
  const lease = state.leases.get(held.deliveryId);
  return lease?.token === held.lease &&
    lease.lane.eventSinkId === held.eventSinkId &&
    lease.lane.tenantId === held.tenantId
    ? lease
    : undefined;
}

export function endLease(state: WriterState, deliveryId: string, lease: Lease): void {
  state.leases.delete(deliveryId);
  countLease(lease.lane, lease.chars, -1);
  state.undo.push(() => {
    state.leases.set(deliveryId, lease);
    countLease(lease.lane, lease.chars, 1);
  });
}

function countLease(lane: LaneState, chars: number, sign: 1 | -1): void {
  lane.leasedCount += sign;
  lane.leasedChars += sign * chars;
}

/** Paused or broken: new deliveries of such a lane are not offered. */
export function isHeld(lane: LaneState): boolean {
  return lane.isPaused || lane.probeAt !== null;
}

/**
 * When something that is due at `dueAt` can be claimed; null when no claim yields it, whatever
 * the time: the lane is paused, or broken with one of its deliveries in somebody's hands.
 */
export function claimableAt(lane: LaneState, dueAt: number): number | null {
  if (lane.isPaused) return null;
  if (lane.probeAt === null) return dueAt;
  return lane.leasedCount > 0 ? null : Math.max(dueAt, lane.probeAt);
}

/**
 * Notes that a lane has something due at `dueAt` and tells every subscriber when it can be
 * claimed. What is held back is told of by whatever ends that.
 */
export function announceDue(state: WriterState, lane: LaneState, dueAt: number): void {
  if (!lane.hasBacklog) changeLane(state, lane, { hasBacklog: true });
  const at = claimableAt(lane, dueAt);
  if (at === null) return;
  const { due } = state.announcements;
  const before = due.get(lane);
  if (before !== undefined && before <= at) return;
  due.set(lane, at);
  state.undo.push(() => {
    if (before === undefined) due.delete(lane);
    else due.set(lane, before);
  });
}

/**
 * Who a new delivery of this lane is offered to: always the same subscriber, so that one thread
 * has a lane's connections and rate; undefined when all have enough, or older work comes first.
 */
export function findTaker(state: WriterState, lane: LaneState): PortClient | undefined {
  if (lane.hasBacklog || isHeld(lane) || lane.deletedAt !== null) return undefined;
  // What is leased is in memory: past these it is claimed from the disk as there is room for it.
  if (state.leases.size >= offeredMax || lane.leasedChars >= leasedCharsPerLaneMax)
    return undefined;
  const takers = [...state.clients].filter((client) => (client.offersPerLane ?? 0) > 0);
  const taker = takers[lane.eventSinkNo % takers.length];
  return taker !== undefined && lane.leasedCount < (taker.offersPerLane ?? 0) ? taker : undefined;
}

export function announceOffer(
  state: WriterState,
  taker: PortClient,
  delivery: LeasedDelivery,
): void {
  const { offered } = state.announcements;
  const deliveries = offered.get(taker) ?? [];
  offered.set(taker, deliveries);
  deliveries.push(delivery);
  state.undo.push(() => deliveries.pop());
}
