/**
 * Who works on a lane.
 *
 * A lane belongs to one node at a time, so everything that must be true of a sink over all nodes
 * (its slots, its rate, its health, its order, what is rolled up) is true in that node's memory, and
 * costs no write. A row of `lanes` says whose it is; it is worth as much as the lease of that node
 * (`membership.ts`). Whoever has work for a lane that nobody alive owns takes it, and keeps it until
 * it stops, loses its lease, or has more than its share (`share-lanes.ts`). What other nodes do to a
 * lane comes by mail (`lane-mail.ts`).
 */

import type { SinkHealth } from "../../../domain/sink-health.ts";
import { announceChange } from "../../lanes/announcements.ts";
import type { LaneState } from "../../lanes/lane-memory.ts";
import { changeLane, probeAtOf } from "../../lanes/lane-memory.ts";
import type { Lane } from "../../store.ts";
import { announceNext } from "../deliveries/due.ts";
import { laneKeys } from "../lane-keys.ts";
import { monotonicMs, type NodeState } from "../node-state.ts";
import { sendMail } from "./lane-mail.ts";

/** For how long another node is believed to own a lane without asking again. */
const foreignMs = 1_000;

/** A lane goes to who asks, unless a node that is alive has it. */
export const takeLanesSql = `INSERT INTO lanes (tenant_id, event_sink_id, node_id)
  SELECT s.tenant_id, s.id, $3::uuid
  FROM unnest($1::text[], $2::uuid[]) AS w(tenant_id, event_sink_id)
  JOIN event_sinks s ON s.tenant_id = w.tenant_id AND s.id = w.event_sink_id
  WHERE EXISTS (SELECT 1 FROM nodes WHERE id = $3::uuid AND leased_until > clock_timestamp())
  ORDER BY s.tenant_id, s.id
  ON CONFLICT (tenant_id, event_sink_id) DO UPDATE SET node_id = excluded.node_id
    WHERE lanes.node_id <> excluded.node_id AND NOT EXISTS (
      SELECT 1 FROM nodes n WHERE n.id = lanes.node_id AND n.leased_until > clock_timestamp())`;

/** What there is to know of lanes, and whose they are. */
export const readLanesSql = `SELECT s.tenant_id, s.id, s.deleted_at, s.paused_at, s.health,
    s.change_count, l.node_id, EXISTS (SELECT 1 FROM sink_memory m
      WHERE m.tenant_id = s.tenant_id AND m.event_sink_id = s.id) AS has_memory
  FROM unnest($1::text[], $2::uuid[]) AS w(tenant_id, event_sink_id)
  JOIN event_sinks s ON s.tenant_id = w.tenant_id AND s.id = w.event_sink_id
  LEFT JOIN lanes l ON l.tenant_id = s.tenant_id AND l.event_sink_id = s.id`;

interface LaneRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly deleted_at: number | null;
  readonly paused_at: number | null;
  readonly health: string | null;
  readonly change_count: number;
  readonly node_id: string | null;
  readonly has_memory: boolean;
}

/**
 * Takes what can be had of these lanes; those that are this node's afterwards are in `state.lanes`.
 * Subscribers are told of what is pending in those that are new here.
 * @param now what is due by then is backlog.
 */
export async function ownLanes(
  state: NodeState,
  lanes: readonly Lane[],
  now: number,
): Promise<void> {
  const wanted = new Map<string, Lane>();
  for (const lane of lanes) {
    if (state.lanes.has(lane.eventSinkId)) continue;
    if ((state.foreign.get(lane.eventSinkId) ?? 0) > monotonicMs()) continue;
    wanted.set(lane.eventSinkId, lane);
  }
  if (wanted.size === 0) return;
  const keys = laneKeys([...wanted.values()]);
  await state.db.run(takeLanesSql, ...keys, state.id);
  const rows = await state.db.all<LaneRow>(readLanesSql, ...keys);
  const taken: LaneState[] = [];
  for (const row of rows) {
    if (row.node_id === state.id) taken.push(addLane(state, row));
    else state.foreign.set(row.id, monotonicMs() + foreignMs);
  }
  for (const lane of taken) if (lane.deletedAt !== null) startSweep(state, lane);
  await announceNext(
    state,
    taken.filter(({ deletedAt }) => deletedAt === null),
    now,
  );
}

function addLane(state: NodeState, row: LaneRow): LaneState {
  const lane: LaneState = {
    tenantId: row.tenant_id,
    eventSinkId: row.id,
    leasedCount: 0,
    leasedChars: 0,
    pullsBefore: null,
    leavesFor: null,
    hasBacklog: false,
    ...whatRowSays(row),
  };
  state.lanes.set(row.id, lane);
  state.undo.push(() => state.lanes.delete(row.id));
  return lane;
}

function whatRowSays(row: LaneRow) {
  const health = row.health === null ? null : (JSON.parse(row.health) as SinkHealth);
  return {
    changeCount: row.change_count,
    hasMemory: row.has_memory,
    isPaused: row.paused_at !== null,
    healthState: health?.state ?? ("healthy" as const),
    probeAt: health === null ? null : probeAtOf(health),
    deletedAt: row.deleted_at,
  };
}

/**
 * Brings what is known of a sink's lane up to date after its row was changed, here or elsewhere.
 * @param tellsDue what it has due is told of: something that held it back may have ended.
 */
export async function reread(
  state: NodeState,
  given: Lane,
  now: number,
  tellsDue: boolean,
): Promise<void> {
  const lane = { tenantId: given.tenantId, eventSinkId: given.eventSinkId };
  const known = state.lanes.get(lane.eventSinkId);
  if (known === undefined) {
    await ownLanes(state, [lane], now);
    if (!state.lanes.has(lane.eventSinkId)) {
      await sendMail(state, { ...lane, kind: "changed", at: now, dedupKey: null });
    }
    return;
  }
  const [row] = await state.db.all<LaneRow>(readLanesSql, ...laneKeys([lane]));
  if (row === undefined) return;
  changeLane(state, known, whatRowSays(row));
  if (known.deletedAt !== null) {
    changeLane(state, known, { hasBacklog: false });
    startSweep(state, known);
  } else if (tellsDue) {
    await announceNext(state, [known], now);
  }
}

const listOwnLanesSql = `SELECT tenant_id, event_sink_id FROM lanes WHERE node_id = $1::uuid`;

/**
 * Looks again at all lanes of this node, after a commit whose answer was lost. What the database
 * says is right: a lane may have been taken, or given away.
 */
export async function rereadAll(state: NodeState): Promise<void> {
  const rows = await state.db.all<LaneRow>(readLanesSql, ...laneKeys([...state.lanes.values()]));
  const live: LaneState[] = [];
  for (const row of rows) {
    const lane = state.lanes.get(row.id);
    if (lane === undefined) continue;
    if (row.node_id !== state.id) {
      forgetLane(state, lane);
      continue;
    }
    changeLane(state, lane, whatRowSays(row));
    if (lane.deletedAt === null) live.push(lane);
    else startSweep(state, lane);
  }
  await announceNext(state, live, Number.MAX_SAFE_INTEGER);
  const own = await state.db.all<{ tenant_id: string; event_sink_id: string }>(
    listOwnLanesSql,
    state.id,
  );
  await takeIn(state, own);
}

/** Lanes that are this node's already, whether it knows of them or not. */
export async function takeIn(
  state: NodeState,
  rows: readonly { readonly tenant_id: string; readonly event_sink_id: string }[],
): Promise<void> {
  const unknown = rows.filter(({ event_sink_id }) => !state.lanes.has(event_sink_id));
  const lanes = unknown.map((row) => ({ tenantId: row.tenant_id, eventSinkId: row.event_sink_id }));
  for (const { eventSinkId } of lanes) state.foreign.delete(eventSinkId);
  // The time is not asked for: whatever has a due time counts as backlog until it is claimed.
  await ownLanes(state, lanes, Number.MAX_SAFE_INTEGER);
}

/** Of a lane that is another node's now. What of it is in somebody's hands here counts no more. */
export function forgetLane(state: NodeState, lane: LaneState): void {
  const { eventSinkId } = lane;
  if (lane.leasedCount > 0) dropLeases(state, eventSinkId);
  state.lanes.delete(eventSinkId);
  state.foreign.set(eventSinkId, monotonicMs() + foreignMs);
  state.undo.push(() => {
    state.lanes.set(eventSinkId, lane);
    state.foreign.delete(eventSinkId);
  });
  // What is known of the sink here grows old from now on.
  announceChange(state, lane, false);
}

export function dropLeases(state: NodeState, eventSinkId: string): void {
  for (const [deliveryId, lease] of state.leases) {
    if (lease.lane.eventSinkId !== eventSinkId) continue;
    state.leases.delete(deliveryId);
    state.undo.push(() => state.leases.set(deliveryId, lease));
  }
}

/** Has the pending deliveries of a deleted sink canceled in the background. */
export function startSweep(state: NodeState, lane: LaneState): void {
  if (state.sweeps.has(lane)) return;
  state.sweeps.add(lane);
  state.undo.push(() => state.sweeps.delete(lane));
}
