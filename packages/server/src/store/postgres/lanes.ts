import type { AlertAction } from "../../domain/delivery.ts";
import type { SinkHealth } from "../../domain/sink-health.ts";
import type { DeliveryId } from "../../ids.ts";
import { leasedCharsPerLaneMax, offeredMax } from "../lease-limits.ts";
import type { Lane, LeasedDelivery } from "../store.ts";
import type { PortClient } from "../worker-ports.ts";
import type { LaneState, Lease, NodeState } from "./node-state.ts";

/** When a sink may be probed; null unless it is broken. */
export function probeAtOf({ state, nextProbeAt }: SinkHealth): number | null {
  return state === "broken" ? (nextProbeAt ?? 0) : null;
}

/** The lane, if it is this node's and its sink is there and the tenant's. */
export function findLiveLane(state: NodeState, lane: Lane): LaneState | undefined {
  const found = state.lanes.get(lane.eventSinkId);
  return found === undefined || found.deletedAt !== null || found.tenantId !== lane.tenantId
    ? undefined
    : found;
}

type LaneChanges = Partial<Omit<LaneState, keyof Lane | "leasedCount" | "leasedChars">>;

/** Changes what this node knows of a lane, to be undone with the batch. */
export function changeLane(state: NodeState, lane: LaneState, changes: LaneChanges): void {
  // What is undone after this has brought the lease counts back to what is copied here.
  const before = { ...lane };
  state.undo.push(() => Object.assign(lane, before));
  Object.assign(lane, changes);
}

/** A delivery that can be leased. */
export interface Leasable {
  readonly deliveryId: DeliveryId;
  readonly seq: number;
  readonly dedupKey: string;
  readonly action: AlertAction;
  readonly dueAt: number;
  readonly arrivedAt: number | null;
  /** Of its alert's body. */
  readonly chars: number;
  readonly attemptCount: number;
}

export function takeLease(
  state: NodeState,
  lane: LaneState,
  holder: PortClient,
  { deliveryId, ...leasable }: Leasable,
): Lease {
  state.lastLeaseNo += 1;
  const token = `${state.id.slice(-8)}-${state.lastLeaseNo.toString(36)}`;
  const lease = { ...leasable, token, lane, holder, changeCount: lane.changeCount };
  state.leases.set(deliveryId, lease);
  countLease(lane, lease.chars, 1);
  state.undo.push(() => {
    state.leases.delete(deliveryId);
    countLease(lane, lease.chars, -1);
  });
  return lease;
}

/** The lease, if this token holds it. */
export function findLease(
  state: NodeState,
  held: Lane & { readonly deliveryId: DeliveryId; readonly lease: string },
): Lease | undefined {
  const lease = state.leases.get(held.deliveryId);
  return lease?.token === held.lease &&
    lease.lane.eventSinkId === held.eventSinkId &&
    lease.lane.tenantId === held.tenantId
    ? lease
    : undefined;
}

export function endLease(state: NodeState, deliveryId: DeliveryId, lease: Lease): void {
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
 * the time: the lane is paused, or on its way to another node, or broken with one of its
 * deliveries in somebody's hands.
 */
export function claimableAt(lane: LaneState, dueAt: number): number | null {
  if (lane.isPaused || lane.leavesFor !== null) return null;
  if (lane.probeAt === null) return dueAt;
  return lane.leasedCount > 0 ? null : Math.max(dueAt, lane.probeAt);
}

/**
 * Notes that a lane has something due at `dueAt` and tells every subscriber when it can be
 * claimed. What is held back is told of by whatever ends that.
 */
export function announceDue(state: NodeState, lane: LaneState, dueAt: number): void {
  if (!lane.hasBacklog) changeLane(state, lane, { hasBacklog: true });
  tellDue(state, lane, dueAt);
}

/** Tells every subscriber when a lane that has something due at `dueAt` can be claimed. */
export function tellDue(state: NodeState, lane: LaneState, dueAt: number): void {
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
export function findTaker(state: NodeState, lane: LaneState): PortClient | undefined {
  if (lane.hasBacklog || isHeld(lane) || lane.deletedAt !== null) return undefined;
  if (lane.leavesFor !== null) return undefined;
  // What is leased is in memory: past these it is claimed from the database as there is room for it.
  if (state.leases.size >= offeredMax || lane.leasedChars >= leasedCharsPerLaneMax) {
    return undefined;
  }
  const takers = [...state.clients].filter((client) => (client.offersPerLane ?? 0) > 0);
  const taker = takers[Number.parseInt(lane.eventSinkId.slice(-6), 16) % takers.length];
  return taker !== undefined && lane.leasedCount < (taker.offersPerLane ?? 0) ? taker : undefined;
}

export function announceOffer(state: NodeState, taker: PortClient, delivery: LeasedDelivery): void {
  const { offered } = state.announcements;
  const deliveries = offered.get(taker) ?? [];
  offered.set(taker, deliveries);
  deliveries.push(delivery);
  state.undo.push(() => deliveries.pop());
}
