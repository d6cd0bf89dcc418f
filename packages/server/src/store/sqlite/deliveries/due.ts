import { announceDue } from "../../lanes/announcements.ts";
import { claimableAt } from "../../lanes/lane-memory.ts";
import type { Database } from "../database.ts";
import type { LaneState, WriterState } from "../writer-state.ts";

export interface DueRow {
  readonly no: number;
  readonly id: string;
  readonly due_at: number;
}

/** The query behind `claim`: reads nothing but the index of due deliveries and their ids. */
export const findDueSql = `SELECT no, id, due_at FROM deliveries INDEXED BY deliveries_due
  WHERE event_sink_no = ? AND is_urgent = ? AND state = 'pending' AND due_at IS NOT NULL
  ORDER BY due_at, no LIMIT ?`;

function findDue(db: Database, lane: LaneState, isUrgent: boolean, rowsMax: number): DueRow[] {
  return db.all<DueRow>(findDueSql, lane.eventSinkNo, isUrgent ? 1 : 0, rowsMax);
}

/**
 * What of a lane can be leased at `now`, at most `limit` of it, urgent ones first and then the
 * oldest due; and when the first of the others that nobody holds is due, null when there is none.
 */
export function pickDue(
  state: WriterState,
  lane: LaneState,
  limit: number,
  now: number,
): { due: readonly DueRow[]; nextDueAt: number | null } {
  // Leased ones stay in the index, so as many rows may have to be stepped over.
  const rowsMax = limit + lane.leasedCount + 1;
  const due: DueRow[] = [];
  let nextDueAt: number | null = null;
  for (const isUrgent of [true, false]) {
    const rows = findDue(state.db, lane, isUrgent, rowsMax);
    const free = rows.filter(({ id }) => !state.leases.has(id));
    const taken = free.slice(0, limit - due.length).filter((row) => row.due_at <= now);
    due.push(...taken);
    const next = free[taken.length]?.due_at ?? null;
    if (next !== null && next < (nextDueAt ?? Number.POSITIVE_INFINITY)) nextDueAt = next;
  }
  return { due, nextDueAt };
}

/** When the lane has something to claim, as it is now; null when it has nothing, or is held. */
export function findNextDue(state: WriterState, lane: LaneState): number | null {
  if (claimableAt(lane, 0) === null) return null;
  const { nextDueAt } = pickDue(state, lane, 0, 0);
  return nextDueAt === null ? null : claimableAt(lane, nextDueAt);
}

/** Tells subscribers of what a lane has, after something that held it back has ended. */
export function announceNext(state: WriterState, lane: LaneState): void {
  const dueAt = findNextDue(state, lane);
  if (dueAt !== null) announceDue(state, lane, dueAt);
}
