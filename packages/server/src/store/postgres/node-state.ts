import type { AlertAction, DeliveryState } from "../../domain/delivery.ts";
import type { SinkHealth } from "../../domain/sink-health.ts";
import type { DeliveryId, EventSinkId } from "../../ids.ts";
import type { StatChange } from "../statistics.ts";
import type { Lane, LeasedDelivery } from "../store.ts";
import type { PortClient } from "../worker-ports.ts";
import type { Queries } from "./database.ts";

/** A lane that this node owns, as it was when it was last read, and what happened here since. */
export interface LaneState extends Lane {
  /** Counts changes by the sink's owner. */
  changeCount: number;
  leasedCount: number;
  leasedChars: number;
  /** Something is due that nobody was offered; until a claim has taken it all, nothing is offered. */
  hasBacklog: boolean;
  /** Whether `sink_memory` may hold something of this sink. */
  hasMemory: boolean;
  isPaused: boolean;
  healthState: SinkHealth["state"];
  /** It healed then, and what was put off before may not all be due again yet; null when it is. */
  pullsBefore: number | null;
  /** When a broken sink may be probed; null while it is not broken. */
  probeAt: number | null;
  deletedAt: number | null;
  /** To be given to this node as soon as nothing of it is under a lease here. */
  leavesFor: string | null;
}

/** A delivery in somebody's hands. Kept in this node's memory: the lane's ownership is what others see. */
export interface Lease {
  readonly token: string;
  readonly lane: LaneState;
  readonly holder: PortClient;
  /** Its place in the queue; known once it is stored. */
  seq: number;
  readonly dedupKey: string;
  readonly action: AlertAction;
  readonly dueAt: number;
  /** When it was made; null when it was sent off again since. */
  readonly arrivedAt: number | null;
  /** Of its alert's body. */
  readonly chars: number;
  /** Attempts settled when the lease began: a settle counts only while that is so. */
  readonly attemptCount: number;
  /** The lane's `changeCount` as the lease began. */
  readonly changeCount: number;
}

/** What subscribers are told once the batch is committed. */
export interface Announcements {
  readonly changed: (Lane & { readonly isDeleted: boolean })[];
  readonly resolveWaiting: (Lane & { readonly dedupKey: string })[];
  readonly offered: Map<PortClient, LeasedDelivery[]>;
  readonly due: Map<LaneState, number>;
}

/** A deleted tenant of which something is left. */
export interface GoneTenant {
  readonly tenantId: string;
  readonly tenantNo: number;
}

/**
 * This node's memory. Whatever a batch changes in it is noted in `undo`, so that memory goes back
 * to what it was when the batch, or one operation of it, is rolled back.
 */
export interface NodeState {
  /** The transaction that is under way. */
  db: Queries;
  readonly clients: ReadonlySet<PortClient>;
  /** This node, as long as it holds its lease; a new one after it has lost it. */
  id: string;
  /** Lanes that are this node's. */
  readonly lanes: Map<EventSinkId, LaneState>;
  /** Lanes that are another node's: until when that is believed without asking again. */
  readonly foreign: Map<EventSinkId, number>;
  readonly leases: Map<DeliveryId, Lease>;
  /** Deleted sinks that may still have pending deliveries, to be canceled bit by bit. */
  readonly sweeps: Set<LaneState>;
  /** Deleted tenants, by number, to be deleted bit by bit. */
  readonly prunes: Map<number, GoneTenant>;
  /** Whoever asked for the operation that is running; null for the node itself and who is gone. */
  caller: PortClient | null;
  lastLeaseNo: number;
  /** The replay that had the last step, so that all have their turn. */
  lastReplayNo: number;

  readonly undo: (() => void)[];
  readonly announcements: Announcements;
  readonly countChanges: Map<DeliveryState, number>;
  readonly statChanges: Map<string, StatChange>;
}

export function createNodeState(parts: Pick<NodeState, "db" | "clients" | "id">): NodeState {
  return {
    ...parts,
    lanes: new Map(),
    foreign: new Map(),
    leases: new Map(),
    sweeps: new Set(),
    prunes: new Map(),
    caller: null,
    lastLeaseNo: 0,
    lastReplayNo: 0,
    undo: [],
    announcements: { changed: [], resolveWaiting: [], offered: new Map(), due: new Map() },
    countChanges: new Map(),
    statChanges: new Map(),
  };
}

/** Notes that `change` more (or, below 0, fewer) deliveries are in this state. */
export function countDeliveries(state: NodeState, name: DeliveryState, change: number): void {
  const before = state.countChanges.get(name) ?? 0;
  state.countChanges.set(name, before + change);
  state.undo.push(() => state.countChanges.set(name, before));
}

/** Tells subscribers here that what they know of a sink is out of date. */
export function announceChange(state: NodeState, lane: Lane, isDeleted: boolean): void {
  const { tenantId, eventSinkId } = lane;
  state.announcements.changed.push({ tenantId, eventSinkId, isDeleted });
  state.undo.push(() => state.announcements.changed.pop());
}

/** Tells subscribers that a resolve was stored which waits for what they may hold of its key. */
export function announceResolveWaiting(
  state: NodeState,
  { tenantId, eventSinkId }: Lane,
  dedupKey: string,
): void {
  state.announcements.resolveWaiting.push({ tenantId, eventSinkId, dedupKey });
  state.undo.push(() => state.announcements.resolveWaiting.pop());
}

/** By a clock that nobody sets; ms. */
export function monotonicMs(): number {
  return performance.now();
}
