import { tellDue } from "../../lanes/announcements.ts";
import type { LaneState } from "../../lanes/lane-memory.ts";
import { changeLane } from "../../lanes/lane-memory.ts";
import { laneKeys } from "../lane-keys.ts";
import type { NodeState } from "../node-state.ts";

export interface DueRow {
  readonly lane_no: number;
  readonly is_urgent: boolean;
  readonly seq: number;
  readonly delivery_id: string;
  readonly due_at: number;
}

const dueOf = (urgency: string) => `(SELECT q.is_urgent, q.seq, q.delivery_id, q.due_at FROM queue q
    WHERE q.tenant_id = w.tenant_id AND q.event_sink_id = w.event_sink_id AND ${urgency}
      AND q.due_at IS NOT NULL ORDER BY q.due_at, q.seq LIMIT w.rows_max)`;

/** The query behind `claim`: the first of each lane's urgent ones and of its others. */
export const findDueSql = `SELECT w.no::int - 1 AS lane_no, d.*
  FROM unnest($1::text[], $2::uuid[], $3::int[]) WITH ORDINALITY
    AS w(tenant_id, event_sink_id, rows_max, no)
  CROSS JOIN LATERAL (${dueOf("q.is_urgent")} UNION ALL ${dueOf("NOT q.is_urgent")}) AS d
  ORDER BY w.no, d.is_urgent DESC, d.due_at, d.seq`;

export interface Pick {
  readonly lane: LaneState;
  /** How many may be leased. */
  readonly limit: number;
}

export interface Picked {
  readonly due: readonly DueRow[];
  /** When the first of the others that nobody holds is due, null when there is none. */
  readonly nextDueAt: number | null;
}

/** What of each lane can be leased at `now`: urgent ones first and then the oldest due. */
export async function pickDue(
  state: NodeState,
  picks: readonly Pick[],
  now: number,
): Promise<Picked[]> {
  if (picks.length === 0) return [];
  const rows = await state.db.all<DueRow>(
    findDueSql,
    ...laneKeys(picks.map(({ lane }) => lane)),
    // Leased ones stay in the queue, so as many rows may have to be stepped over.
    picks.map(({ lane, limit }) => limit + lane.leasedCount + 1),
  );
  const free = Map.groupBy(
    rows.filter(({ delivery_id }) => !state.leases.has(delivery_id)),
    ({ lane_no }) => lane_no,
  );
  return picks.map(({ limit }, index) => pickOf(free.get(index) ?? [], limit, now));
}

function pickOf(free: readonly DueRow[], limit: number, now: number): Picked {
  const due: DueRow[] = [];
  let nextDueAt: number | null = null;
  for (const isUrgent of [true, false]) {
    const rows = free.filter(({ is_urgent }) => is_urgent === isUrgent);
    const taken = rows.slice(0, limit - due.length).filter((row) => row.due_at <= now);
    due.push(...taken);
    const next = rows[taken.length]?.due_at ?? null;
    if (next !== null && next < (nextDueAt ?? Number.POSITIVE_INFINITY)) nextDueAt = next;
  }
  return { due, nextDueAt };
}

/** When each lane has something to claim; null when nobody could claim it, or there is nothing. */
async function findNextDue(
  state: NodeState,
  lanes: readonly LaneState[],
): Promise<(number | null)[]> {
  const picks = lanes.map((lane) => ({ lane, limit: 0 }));
  return (await pickDue(state, picks, 0)).map(({ nextDueAt }) => nextDueAt);
}

/**
 * Tells subscribers of what lanes have, after something that held them back has ended.
 * @param now what is due by then is backlog.
 */
export async function announceNext(
  state: NodeState,
  lanes: readonly LaneState[],
  now: number,
): Promise<void> {
  const found = await findNextDue(state, lanes);
  for (const [index, lane] of lanes.entries()) {
    const dueAt = found[index] ?? null;
    if (dueAt === null) continue;
    if (dueAt <= now && !lane.hasBacklog) changeLane(state, lane, { hasBacklog: true });
    tellDue(state, lane, dueAt);
  }
}
