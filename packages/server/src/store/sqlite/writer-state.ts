import type { SlackIntegrationId, TenantId } from "../../ids.ts";
import {
  createLaneMemory,
  type LaneMemory,
  type LaneState as LaneStateOfAny,
  type Lease as LeaseOfAny,
} from "../lanes/lane-memory.ts";
import type { PortClient } from "../worker-ports.ts";
import type { Database } from "./database.ts";

export interface LaneState extends LaneStateOfAny {
  readonly eventSinkNo: number;
  /** Whether deliveries may be waiting here for others of their key. */
  hasWaiting: boolean;
}

export interface Lease extends LeaseOfAny {
  readonly lane: LaneState;
  readonly deliveryNo: number;
}

/** The writer's memory. */
export interface WriterState extends LaneMemory<LaneState, Lease> {
  readonly db: Database;
  readonly tenantNos: Map<TenantId, number>;
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
  /** In a careful batch operations and alerts are separate savepoints. */
  isCareful: boolean;
}

export function createWriterState(db: Database, clients: ReadonlySet<PortClient>): WriterState {
  const last = (table: string) =>
    db.get<{ no: number | null }>(`SELECT max(no) AS no FROM ${table}`)?.no ?? 0;
  return {
    ...createLaneMemory(clients),
    db,
    tenantNos: new Map(),
    sweeps: new Set(),
    prunes: new Set(),
    slackLocks: new Map(),
    caller: null,
    lastAlertNo: last("alerts"),
    lastDeliveryNo: last("deliveries"),
    lastReplayNo: 0,
    leasePrefix: crypto.randomUUID().slice(0, 8),
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
