/** What subscribers are told of a batch once it is committed, and whom its new deliveries are offered to. */

import { leasedCharsPerLaneMax, offeredMax } from "../lease-limits.ts";
import type { Lane, LeasedDelivery, StoreEvent } from "../store.ts";
import type { PortClient } from "../worker-ports.ts";
import { changeLane, claimableAt, isHeld, type LaneMemory, type LaneState } from "./lane-memory.ts";

type Telling = Pick<LaneMemory, "announcements" | "undo">;

/** Tells subscribers that what they know of a sink is out of date. */
export function announceChange(
  { announcements, undo }: Telling,
  { tenantId, eventSinkId }: Lane,
  isDeleted: boolean,
): void {
  announcements.changed.push({ tenantId, eventSinkId, isDeleted });
  undo.push(() => announcements.changed.pop());
}

/** Tells subscribers that a resolve was stored which waits for what they may hold of its key. */
export function announceResolveWaiting(
  { announcements, undo }: Telling,
  { tenantId, eventSinkId }: Lane,
  dedupKey: string,
): void {
  announcements.resolveWaiting.push({ tenantId, eventSinkId, dedupKey });
  undo.push(() => announcements.resolveWaiting.pop());
}

/**
 * Notes that a lane has something due at `dueAt` and tells every subscriber when it can be
 * claimed. What is held back is told of by whatever ends that.
 */
export function announceDue(memory: Telling, lane: LaneState, dueAt: number): void {
  if (!lane.hasBacklog) changeLane(memory, lane, { hasBacklog: true });
  tellDue(memory, lane, dueAt);
}

/** Tells every subscriber when a lane that has something due at `dueAt` can be claimed. */
export function tellDue(
  { announcements: { due }, undo }: Telling,
  lane: LaneState,
  dueAt: number,
): void {
  const at = claimableAt(lane, dueAt);
  if (at === null) return;
  const before = due.get(lane);
  if (before !== undefined && before <= at) return;
  due.set(lane, at);
  undo.push(() => {
    if (before === undefined) due.delete(lane);
    else due.set(lane, before);
  });
}

/**
 * Who a new delivery of this lane is offered to: always the same subscriber, so that one thread
 * has a lane's connections and rate; undefined when all have enough, or older work comes first.
 */
export function findTaker(
  { clients, leases }: Pick<LaneMemory, "clients" | "leases">,
  lane: LaneState,
): PortClient | undefined {
  if (lane.hasBacklog || isHeld(lane) || lane.deletedAt !== null || lane.leavesFor !== null) {
    return undefined;
  }
  // What is leased is in memory: past these it is claimed from the database as there is room for it.
  if (leases.size >= offeredMax || lane.leasedChars >= leasedCharsPerLaneMax) return undefined;
  const takers = [...clients].filter((client) => (client.offersPerLane ?? 0) > 0);
  const taker = takers[Number.parseInt(lane.eventSinkId.slice(-6), 16) % takers.length];
  return taker !== undefined && lane.leasedCount < (taker.offersPerLane ?? 0) ? taker : undefined;
}

export function announceOffer(
  { announcements: { offered }, undo }: Telling,
  taker: PortClient,
  delivery: LeasedDelivery,
): void {
  const deliveries = offered.get(taker) ?? [];
  offered.set(taker, deliveries);
  deliveries.push(delivery);
  undo.push(() => deliveries.pop());
}

/** What each subscriber is to be told of the batch that was just committed, and forgets it. */
export function takeEvents({
  announcements,
  clients,
}: Pick<LaneMemory, "announcements" | "clients">): Map<PortClient, StoreEvent[]> {
  const { changed, resolveWaiting, offered, due } = announcements;
  const events = new Map<PortClient, StoreEvent[]>();
  const count = changed.length + resolveWaiting.length + offered.size + due.size;
  if (count === 0) return events;
  const common: StoreEvent[] = changed.map((change) => ({ kind: "sink_changed", ...change }));
  const lanes = [...due].map(([{ tenantId, eventSinkId }, dueAt]) => ({
    tenantId,
    eventSinkId,
    dueAt,
  }));
  for (const client of clients) {
    if (client.offersPerLane === null) continue;
    const own = [...common];
    const deliveries = offered.get(client) ?? [];
    if (deliveries.length > 0) own.push({ kind: "offered", deliveries });
    // After the offers: the same batch may have offered what the resolve waits for.
    for (const waiting of resolveWaiting) own.push({ kind: "resolve_waiting", ...waiting });
    if (lanes.length > 0) own.push({ kind: "due", lanes });
    if (own.length > 0) events.set(client, own);
  }
  changed.length = 0;
  resolveWaiting.length = 0;
  offered.clear();
  due.clear();
  return events;
}
