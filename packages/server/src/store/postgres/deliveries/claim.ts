import type { JsonObject } from "../../../domain/json.ts";
import { announceDue } from "../../lanes/announcements.ts";
import type { LaneState } from "../../lanes/lane-memory.ts";
import { changeLane, claimableAt } from "../../lanes/lane-memory.ts";
import { endLease, findLease } from "../../lanes/leases.ts";
import { leasedCharsPerLaneMax } from "../../lease-limits.ts";
import type { Input, Output } from "../../protocol.ts";
import type { AlertRow } from "../../rows/alert-row.ts";
import type { ClaimedLane, Lane, LeasedDelivery } from "../../store.ts";
import type { PortClient } from "../../worker-ports.ts";
import { alertColumns, toAlert } from "../alerts/alert-rows.ts";
import { laneKeys } from "../lane-keys.ts";
import type { Lease, NodeState } from "../node-state.ts";
import { ownLanes, startSweep } from "../nodes/own-lanes.ts";
import { pickDue } from "./due.ts";
import { findLiveLane, takeLease } from "./lanes.ts";

export async function claim(
  state: NodeState,
  { lanes, now }: Input<"claim">,
): Promise<Output<"claim">> {
  const { caller } = state;
  await ownLanes(state, lanes.map(bareLane), now);
  const picks = lanes.flatMap((asked) => {
    const lane = caller === null ? undefined : findLiveLane(state, asked);
    return lane === undefined ? [] : [{ asked, lane, limit: roomFor(lane, asked.limit, now) }];
  });
  const picked = await pickDue(state, picks, now);
  const wanted = picks.flatMap(({ lane }, index) =>
    (picked[index]?.due ?? []).map(({ seq }) => ({ lane, seq })),
  );
  const leased =
    caller === null ? new Map<LaneState, LeasedDelivery[]>() : await lease(state, caller, wanted);
  const claimed = new Map<unknown, Pick<ClaimedLane, "deliveries" | "nextDueAt">>();
  for (const [index, { asked, lane }] of picks.entries()) {
    const { due = [], nextDueAt: othersDueAt = null } = picked[index] ?? {};
    const deliveries = leased.get(lane) ?? [];
    const nextDueAt = due[deliveries.length]?.due_at ?? othersDueAt;
    const hasBacklog = nextDueAt !== null && nextDueAt <= now;
    if (hasBacklog !== lane.hasBacklog) changeLane(state, lane, { hasBacklog });
    claimed.set(asked, {
      deliveries,
      nextDueAt: nextDueAt === null ? null : claimableAt(lane, nextDueAt),
    });
  }
  return lanes.map((asked) => ({
    ...bareLane(asked),
    ...(claimed.get(asked) ?? { deliveries: [], nextDueAt: null }),
  }));
}

const bareLane = ({ tenantId, eventSinkId }: Lane): Lane => ({ tenantId, eventSinkId });

/** How many may be leased now: none of a paused lane, one of a broken one when a probe is due. */
function roomFor(lane: LaneState, limit: number, now: number): number {
  const from = claimableAt(lane, now);
  if (from === null || from > now) return 0;
  return lane.probeAt === null ? limit : Math.min(limit, 1);
}

interface LeasedRow extends AlertRow {
  readonly row_no: number;
  readonly delivery_id: string;
  readonly seq: number;
  readonly attempt_count: number;
  readonly failure_count: number;
  readonly created_at: number;
  readonly due_at: number;
  readonly replayed_at: number | null;
  readonly memory: string | null;
  readonly is_resolve_waiting: boolean;
}

/**
 * Of each lane as many as memory allows; the first is always among them. A waiting resolve is asked for
 * in words that fit the index by key only: in the one of those that wait it may stand behind thousands.
 */
export const readLeasedSql = `SELECT * FROM (
  SELECT w.no::int - 1 AS row_no, q.delivery_id, q.seq, q.attempt_count,
    q.failure_count, q.created_at, q.due_at, q.replayed_at, ${alertColumns}, m.memory,
    q.action <> 'resolve' AND EXISTS (SELECT 1 FROM queue r WHERE r.tenant_id = q.tenant_id
      AND r.event_sink_id = q.event_sink_id AND r.dedup_key = q.dedup_key AND r.action = 'resolve'
      AND coalesce(r.due_at, -1) = -1) AS is_resolve_waiting,
    sum(length(a.body)) OVER (PARTITION BY w.event_sink_id ORDER BY w.no
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS chars_before
  FROM unnest($1::text[], $2::uuid[], $3::bigint[]) WITH ORDINALITY
    AS w(tenant_id, event_sink_id, seq, no)
  JOIN queue q ON q.tenant_id = w.tenant_id AND q.event_sink_id = w.event_sink_id AND q.seq = w.seq
  JOIN alerts a ON a.tenant_id = q.tenant_id AND a.uid = q.alert_uid
  LEFT JOIN sink_memory m ON m.tenant_id = q.tenant_id AND m.event_sink_id = q.event_sink_id
    AND m.dedup_key = q.dedup_key
  ) AS found WHERE coalesce(chars_before, 0) < ${leasedCharsPerLaneMax} ORDER BY row_no`;

async function lease(
  state: NodeState,
  holder: PortClient,
  wanted: readonly { lane: LaneState; seq: number }[],
): Promise<Map<LaneState, LeasedDelivery[]>> {
  const leased = new Map<LaneState, LeasedDelivery[]>();
  if (wanted.length === 0) return leased;
  const rows = await state.db.all<LeasedRow>(
    readLeasedSql,
    ...laneKeys(wanted.map(({ lane }) => lane)),
    wanted.map(({ seq }) => seq),
  );
  for (const row of rows) {
    const lane = wanted[row.row_no]?.lane;
    if (lane === undefined) continue;
    const deliveries = leased.get(lane) ?? [];
    leased.set(lane, deliveries);
    deliveries.push(leaseRow(state, holder, lane, row));
  }
  return leased;
}

function leaseRow(
  state: NodeState,
  holder: PortClient,
  lane: LaneState,
  row: LeasedRow,
): LeasedDelivery {
  const alert = toAlert(row);
  const { token } = takeLease(state, lane, holder, {
    deliveryId: row.delivery_id,
    seq: row.seq,
    dedupKey: alert.dedupKey,
    action: alert.action,
    dueAt: row.due_at,
    arrivedAt: row.replayed_at === null ? row.created_at : null,
    chars: alert.body.length,
    attemptCount: row.attempt_count,
  });
  return {
    ...bareLane(lane),
    id: row.delivery_id,
    lease: token,
    alert,
    attemptCount: row.attempt_count,
    failureCount: row.failure_count,
    createdAt: row.created_at,
    replayedAt: row.replayed_at,
    memory: row.memory === null ? {} : (JSON.parse(row.memory) as JsonObject),
    isResolveWaiting: row.is_resolve_waiting,
  };
}

export async function release(state: NodeState, { leases }: Input<"release">): Promise<void> {
  for (const held of leases) {
    const found = findLease(state, held);
    if (found !== undefined) handBack(state, held.deliveryId, found);
  }
}

/** Frees what a client that is gone held, for others to claim. */
export function releaseAll(state: NodeState, holder: PortClient): void {
  for (const [deliveryId, found] of state.leases) {
    if (found.holder === holder) handBack(state, deliveryId, found);
  }
}

function handBack(state: NodeState, deliveryId: string, found: Lease): void {
  endLease(state, deliveryId, found);
  if (found.lane.deletedAt === null) announceDue(state, found.lane, found.dueAt);
  else startSweep(state, found.lane);
}

/**
 * Steps from one lane with unsettled deliveries to the next, so that it costs by lanes and not
 * by deliveries.
 */
export const listBusyLanesSql = `WITH RECURSIVE busy AS (
    (SELECT tenant_id, event_sink_id FROM queue ORDER BY tenant_id, event_sink_id LIMIT 1)
    UNION ALL
    SELECT n.* FROM busy b CROSS JOIN LATERAL (SELECT q.tenant_id, q.event_sink_id FROM queue q
      WHERE (q.tenant_id, q.event_sink_id) > (b.tenant_id, b.event_sink_id)
      ORDER BY q.tenant_id, q.event_sink_id LIMIT 1) AS n)
  SELECT b.tenant_id, b.event_sink_id FROM busy b`;

/** Those of them that nobody alive owns. */
export const listOrphanedLanesSql = `${listBusyLanesSql}
  WHERE NOT EXISTS (SELECT 1 FROM lanes l JOIN nodes n ON n.id = l.node_id
    WHERE l.tenant_id = b.tenant_id AND l.event_sink_id = b.event_sink_id
      AND n.leased_until > clock_timestamp())`;

async function readBusyLanes(state: NodeState, sql: string): Promise<Lane[]> {
  const rows = await state.db.all<{ tenant_id: string; event_sink_id: string }>(sql);
  return rows
    .map((row) => ({ tenantId: row.tenant_id, eventSinkId: row.event_sink_id }))
    .sort((a, b) => (a.eventSinkId < b.eventSinkId ? -1 : 1));
}

/** Those that are this node's, or can be. */
export async function listLanes(state: NodeState): Promise<Output<"listLanes">> {
  const busy = await readBusyLanes(state, listBusyLanesSql);
  // The time is not known here, so whatever has a due time counts as backlog until it is claimed.
  await ownLanes(state, busy, Number.MAX_SAFE_INTEGER);
  const lanes = busy.flatMap((lane) => findLiveLane(state, lane) ?? []);
  const picked = await pickDue(
    state,
    lanes.map((lane) => ({ lane, limit: 0 })),
    0,
  );
  return lanes.map((lane, index) => {
    const nextDueAt = picked[index]?.nextDueAt ?? null;
    return {
      ...bareLane(lane),
      nextDueAt: nextDueAt === null ? null : claimableAt(lane, nextDueAt),
    };
  });
}

/** Takes the lanes of nodes that have died. */
export async function adoptLanes(state: NodeState): Promise<void> {
  const orphaned = await readBusyLanes(state, listOrphanedLanesSql);
  for (const { eventSinkId } of orphaned) state.foreign.delete(eventSinkId);
  await ownLanes(state, orphaned, Number.MAX_SAFE_INTEGER);
}
