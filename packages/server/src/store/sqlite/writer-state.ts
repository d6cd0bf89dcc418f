import type { AlertAction, DeliveryState } from "../../domain/delivery.ts";
import type { SinkHealth } from "../../domain/sink-health.ts";
import type { DeliveryId, EventSinkId, SlackIntegrationId, TenantId } from "../../ids.ts";
import type { StatChange } from "../statistics.ts";
import type { Lane, LeasedDelivery } from "../store.ts";
import type { PortClient } from "../worker-ports.ts";
import type { Database } from "./database.ts";

/** What the writer knows of a sink without reading the disk. */
export interface LaneState extends Lane {
  readonly eventSinkNo: number;
  /** Counts changes by the sink's owner since the writer started. */
  changeCount: number;
  leasedCount: number;
  leasedChars: number;
  /** Something is due that nobody was offered; until a claim has taken it all, nothing is offered. */
  hasBacklog: boolean;
  /** Whether `sink_memory` may hold something of this sink. */
  hasMemory: boolean;
  /** Whether deliveries may be waiting here for others of their key. */
  hasWaiting: boolean;
  isPaused: boolean;
  healthState: SinkHealth["state"];
  /** It healed then, and what was put off before may not all be due again yet; null when it is. */
  pullsBefore: number | null;
  /** When a broken sink may be probed; null while it is not broken. */
  probeAt: number | null;
  deletedAt: number | null;
}

/** A delivery in somebody's hands. */
export interface Lease {
  readonly token: string;
  readonly lane: LaneState;
  readonly holder: PortClient;
  readonly deliveryNo: number;
  readonly dedupKey: string;
  readonly action: AlertAction;
  readonly dueAt: number;
  /** When it was made; null when it was sent off again since. */
  readonly arrivedAt: number | null;
  /** Of its alert's body. */
  readonly chars: number;
  /** The lane's `changeCount` as the lease began. */
  readonly laneChangeCount: number;
}

/** What subscribers are told once the batch is on disk. */
export interface Announcements {
  readonly changed: (Lane & { readonly isDeleted: boolean })[];
  readonly resolveWaiting: (Lane & { readonly dedupKey: string })[];
  readonly offered: Map<PortClient, LeasedDelivery[]>;
  readonly due: Map<LaneState, number>;
}

/**
 * The writer's memory. Whatever a batch changes in it is noted in `undo`, so that memory goes
 * back to what it was when the batch, or one operation of it, is rolled back on disk.
 */
export interface WriterState {
  readonly db: Database;
  readonly clients: ReadonlySet<PortClient>;
  readonly tenantNos: Map<TenantId, number>;
  readonly lanes: Map<EventSinkId, LaneState>;
  readonly leases: Map<DeliveryId, Lease>;
  /** Deleted sinks that may still have pending deliveries, to be canceled bit by bit. */
  readonly sweeps: Set<LaneState>;
  /** Numbers of deleted tenants of which something is left, to be deleted bit by bit. */
  readonly prunes: Set<number>;
  /** Until when somebody refreshes the token of a Slack integration. */
  readonly slackLocks: Map<SlackIntegrationId, number>;
  /** Whoever asked for the operation that is running; null for the writer itself and who is gone. */
  caller: PortClient | null;
  lastAlertNo: number;
  lastDeliveryNo: number;
  /** The replay that had the last step, so that all have their turn. */
  lastReplayNo: number;
  readonly leasePrefix: string;
  lastLeaseNo: number;

  readonly undo: (() => void)[];
  readonly announcements: Announcements;
  readonly countChanges: Map<DeliveryState, number>;
  readonly statChanges: Map<string, StatChange>;
  /** In a careful batch operations and alerts are separate savepoints. */
  isCareful: boolean;
}

export function createWriterState(db: Database, clients: ReadonlySet<PortClient>): WriterState {
  const last = (table: string) =>
    db.get<{ no: number | null }>(`SELECT max(no) AS no FROM ${table}`)?.no ?? 0;
  return {
    db,
    clients,
    tenantNos: new Map(),
    lanes: new Map(),
    leases: new Map(),
    sweeps: new Set(),
    prunes: new Set(),
    slackLocks: new Map(),
    caller: null,
    lastAlertNo: last("alerts"),
    lastDeliveryNo: last("deliveries"),
    lastReplayNo: 0,
    leasePrefix: crypto.randomUUID().slice(0, 8),
    lastLeaseNo: 0,
    undo: [],
    announcements: { changed: [], resolveWaiting: [], offered: new Map(), due: new Map() },
    countChanges: new Map(),
    statChanges: new Map(),
    isCareful: false,
  };
}

/** The number of a tenant, undefined when there is none of that id. */
export function findTenantNo(state: WriterState, id: TenantId): number | undefined {
  const known = state.tenantNos.get(id);
  if (known !== undefined) return known;
  const no = state.db.get<{ no: number }>("SELECT no FROM tenants WHERE id = ?", id)?.no;
  if (no === undefined) return undefined;
  state.tenantNos.set(id, no);
  state.undo.push(() => state.tenantNos.delete(id));
  return no;
}

/** Notes that `change` more (or, below 0, fewer) deliveries are in this state. */
export function countDeliveries(state: WriterState, name: DeliveryState, change: number): void {
  const before = state.countChanges.get(name) ?? 0;
  state.countChanges.set(name, before + change);
  state.undo.push(() => state.countChanges.set(name, before));
}

/** Tells subscribers that what they know of a sink is out of date. */
export function announceChange(state: WriterState, lane: LaneState, isDeleted: boolean): void {
  const { tenantId, eventSinkId } = lane;
  state.announcements.changed.push({ tenantId, eventSinkId, isDeleted });
  state.undo.push(() => state.announcements.changed.pop());
}

/** Tells subscribers that a resolve was stored which waits for what they may hold of its key. */
export function announceResolveWaiting(
  state: WriterState,
  { tenantId, eventSinkId }: LaneState,
  dedupKey: string,
): void {
  state.announcements.resolveWaiting.push({ tenantId, eventSinkId, dedupKey });
  state.undo.push(() => state.announcements.resolveWaiting.pop());
}
