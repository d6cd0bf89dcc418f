/**
 * Leases: who has a delivery in hand. They stand in memory only: when the process ends, whatever
 * was under one is due again.
 */

import type { DeliveryId } from "../../ids.ts";
import type { Lane } from "../store.ts";
import type { LaneMemory, LaneState, Lease } from "./lane-memory.ts";

type Leases<E extends Lease> = Pick<LaneMemory<LaneState, E>, "leases" | "undo">;

export function addLease<E extends Lease>(
  { leases, undo }: Leases<E>,
  deliveryId: DeliveryId,
  lease: E,
): void {
  leases.set(deliveryId, lease);
  countLease(lease, 1);
  undo.push(() => {
    leases.delete(deliveryId);
    countLease(lease, -1);
  });
}

/** The lease, if this token holds it. */
export function findLease<E extends Lease>(
  { leases }: Leases<E>,
  held: Lane & { readonly deliveryId: DeliveryId; readonly lease: string },
): E | undefined {
  const lease = leases.get(held.deliveryId);
  return lease?.token === held.lease &&
    lease.lane.eventSinkId === held.eventSinkId &&
    lease.lane.tenantId === held.tenantId
    ? lease
    : undefined;
}

export function endLease<E extends Lease>(
  { leases, undo }: Leases<E>,
  deliveryId: DeliveryId,
  lease: E,
): void {
  leases.delete(deliveryId);
  countLease(lease, -1);
  undo.push(() => {
    leases.set(deliveryId, lease);
    countLease(lease, 1);
  });
}

function countLease({ lane, chars }: Lease, sign: 1 | -1): void {
  lane.leasedCount += sign;
  lane.leasedChars += sign * chars;
}
