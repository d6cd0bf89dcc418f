import type { DeliveryId } from "../../../ids.ts";
import { type LaneState, liveLane } from "../../lanes/lane-memory.ts";
import { addLease } from "../../lanes/leases.ts";
import type { Lane } from "../../store.ts";
import type { PortClient } from "../../worker-ports.ts";
import type { Lease, NodeState } from "../node-state.ts";

/** The lane, if it is this node's and its sink is there and the tenant's. */
export function findLiveLane(state: NodeState, lane: Lane): LaneState | undefined {
  return liveLane(state.lanes.get(lane.eventSinkId), lane);
}

/** A delivery that can be leased. */
export interface Leasable extends Omit<Lease, "token" | "lane" | "holder" | "changeCount"> {
  readonly deliveryId: DeliveryId;
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
  addLease(state, deliveryId, lease);
  return lease;
}
