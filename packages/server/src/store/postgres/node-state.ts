import type { EventSinkId } from "../../ids.ts";
import {
  createLaneMemory,
  type LaneMemory,
  type LaneState,
  type Lease as LeaseOfAny,
} from "../lanes/lane-memory.ts";
import type { Lane } from "../store.ts";
import type { PortClient } from "../worker-ports.ts";
import type { Queries } from "./database.ts";

/** Kept in this node's memory: the lane's ownership is what others see. */
export interface Lease extends LeaseOfAny {
  /** Its place in the queue; known once it is stored. */
  seq: number;
  /** Attempts settled when the lease began: a settle counts only while that is so. */
  readonly attemptCount: number;
}

/** A deleted tenant of which something is left. */
export interface GoneTenant {
  readonly tenantId: string;
  readonly tenantNo: number;
}

/** This node's memory; its lanes are those that it owns. */
export interface NodeState extends LaneMemory<LaneState, Lease> {
  /** The transaction that is under way. */
  db: Queries;
  /** This node, as long as it holds its lease; a new one after it has lost it. */
  id: string;
  /** Lanes that are another node's: until when that is believed without asking again. */
  readonly foreign: Map<EventSinkId, number>;
  /** Deleted sinks that may still have pending deliveries, to be canceled bit by bit. */
  readonly sweeps: Set<LaneState>;
  /** Deleted tenants, by number, to be deleted bit by bit. */
  readonly prunes: Map<number, GoneTenant>;
  /** Whoever asked for the operation that is running; null for the node itself and who is gone. */
  caller: PortClient | null;
  /** The replay that had the last step, so that all have their turn. */
  lastReplayNo: number;
  /** Lanes whose owners are to be woken once the batch is committed: there is mail for them. */
  readonly mailed: Lane[];
}

export function createNodeState({
  clients,
  ...parts
}: Pick<NodeState, "db" | "clients" | "id">): NodeState {
  return {
    ...createLaneMemory(clients),
    ...parts,
    foreign: new Map(),
    sweeps: new Set(),
    prunes: new Map(),
    caller: null,
    lastReplayNo: 0,
    mailed: [],
  };
}

/** By a clock that nobody sets; ms. */
export function monotonicMs(): number {
  return performance.now();
}
