/**
 * What a store's writer keeps in memory of lanes, and what both implementations share of it.
 *
 * A lane is the queue of one event sink. Its deliveries stand in the database; what is known here
 * says without a query whether a new one may be offered, how much of the lane is in somebody's
 * hands (`leases.ts`), and what subscribers are to be told (`announcements.ts`).
 *
 * A writer works in batches that can be rolled back, as a whole or by operation. So whatever
 * changes this memory pushes its reversal to `undo`, to be run in reverse order; and nobody is
 * told anything before the batch is committed.
 */

import type { AlertAction, DeliveryState } from "../../domain/delivery.ts";
import type { SinkHealth } from "../../domain/sink-health.ts";
import type { DeliveryId, EventSinkId } from "../../ids.ts";
import type { StatChange } from "../statistics.ts";
import type { Lane, LeasedDelivery } from "../store.ts";
import type { PortClient } from "../worker-ports.ts";

export interface LaneState extends Lane {
  /** Counts changes by the sink's owner since the lane was first read. */
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
  /** The node it goes to as soon as nothing of it is under a lease here; null where one process has all lanes. */
  leavesFor: string | null;
}

/** A delivery in somebody's hands. */
export interface Lease {
  readonly token: string;
  readonly lane: LaneState;
  readonly holder: PortClient;
  readonly dedupKey: string;
  readonly action: AlertAction;
  readonly dueAt: number;
  /** When it was made; null when it was sent off again since. */
  readonly arrivedAt: number | null;
  /** Of its alert's body. */
  readonly chars: number;
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

/** @typeParam L, E what a store adds to a lane and a lease. */
export interface LaneMemory<L extends LaneState = LaneState, E extends Lease = Lease> {
  readonly clients: ReadonlySet<PortClient>;
  readonly lanes: Map<EventSinkId, L>;
  readonly leases: Map<DeliveryId, E>;
  lastLeaseNo: number;
  readonly undo: (() => void)[];
  readonly announcements: Announcements;
  readonly countChanges: Map<DeliveryState, number>;
  readonly statChanges: Map<string, StatChange>;
}

export function createLaneMemory<L extends LaneState, E extends Lease>(
  clients: ReadonlySet<PortClient>,
): LaneMemory<L, E> {
  return {
    clients,
    lanes: new Map(),
    leases: new Map(),
    lastLeaseNo: 0,
    undo: [],
    announcements: { changed: [], resolveWaiting: [], offered: new Map(), due: new Map() },
    countChanges: new Map(),
    statChanges: new Map(),
  };
}

type Undoable = Pick<LaneMemory, "undo">;
type LaneChanges<L extends LaneState> = Partial<
  Omit<L, keyof Lane | "leasedCount" | "leasedChars">
>;

/** Changes what is known of a lane, to be undone with the batch. */
export function changeLane<L extends LaneState>(
  { undo }: Undoable,
  lane: L,
  changes: LaneChanges<L>,
): void {
  // What is undone after this has brought the lease counts back to what is copied here.
  const before = { ...lane };
  undo.push(() => Object.assign(lane, before));
  Object.assign(lane, changes);
}

/** When a sink may be probed; null unless it is broken. */
export function probeAtOf({ state, nextProbeAt }: SinkHealth): number | null {
  return state === "broken" ? (nextProbeAt ?? 0) : null;
}

/** The same lane, if its sink is there and the tenant's. */
export function liveLane<L extends LaneState>(
  found: L | undefined,
  { tenantId }: Lane,
): L | undefined {
  return found?.deletedAt === null && found.tenantId === tenantId ? found : undefined;
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

/** Notes that `change` more (or, below 0, fewer) deliveries are in this state. */
export function countDeliveries(
  { countChanges, undo }: Undoable & Pick<LaneMemory, "countChanges">,
  name: DeliveryState,
  change: number,
): void {
  const before = countChanges.get(name) ?? 0;
  countChanges.set(name, before + change);
  undo.push(() => countChanges.set(name, before));
}
