import {
  type AlertAction,
  alertActions,
  mustWait,
  type Unfinished,
} from "../../../domain/delivery.ts";
import { announceDue } from "../../lanes/announcements.ts";
import type { LaneState, WriterState } from "../writer-state.ts";

/** Deliveries let go at once when what they waited for is settled; the next settle lets more go. */
const releaseCountMax = 500;

/**
 * What is unfinished of a key, as far as order asks: one delivery of the lowest and one of the
 * highest action by name, so that a key of a million waiting triggers costs two look-ups.
 */
export function findUnfinished(
  { db }: WriterState,
  lane: LaneState,
  dedupKey: string,
): readonly Unfinished[] {
  const found = db.get<{ lowest: AlertAction | null; highest: AlertAction | null }>(
    `SELECT
       (SELECT action FROM deliveries INDEXED BY deliveries_unfinished WHERE event_sink_no = ?1 AND dedup_key = ?2
          AND state = 'pending' ORDER BY action LIMIT 1) AS lowest,
       (SELECT action FROM deliveries INDEXED BY deliveries_unfinished WHERE event_sink_no = ?1 AND dedup_key = ?2
          AND state = 'pending' ORDER BY action DESC LIMIT 1) AS highest`,
    lane.eventSinkNo,
    dedupKey,
  );
  const { lowest = null, highest = null } = found ?? {};
  return lowest === null || highest === null ? [] : [{ action: lowest }, { action: highest }];
}

/** The query behind `isResolveWaiting`: among what is unfinished of a key resolves are few. */
export const findWaitingResolveSql = `SELECT 1 FROM deliveries INDEXED BY deliveries_unfinished
  WHERE event_sink_no = ? AND dedup_key = ? AND action = 'resolve' AND state = 'pending'
    AND due_at IS NULL LIMIT 1`;

/** Whether a resolve waits behind a delivery of this key and action. */
export function isResolveWaiting(
  { db }: WriterState,
  lane: LaneState,
  dedupKey: string,
  action: AlertAction,
): boolean {
  if (!lane.hasWaiting || action === "resolve") return false;
  return db.get(findWaitingResolveSql, lane.eventSinkNo, dedupKey) !== undefined;
}

/**
 * Lets go what waited for a delivery that is now settled for good. Whoever still has to wait
 * makes all behind it wait, so the ones let go are a run at the head of those waiting.
 */
export function releaseWaiting(
  state: WriterState,
  lane: LaneState,
  dedupKey: string,
  now: number,
): void {
  if (!lane.hasWaiting || lane.deletedAt !== null) return;
  const waiting = state.db.all<{ no: number; action: AlertAction }>(
    `SELECT no, action FROM deliveries INDEXED BY deliveries_waiting
     WHERE event_sink_no = ? AND dedup_key = ? AND state = 'pending' AND due_at IS NULL
     ORDER BY no LIMIT ?`,
    lane.eventSinkNo,
    dedupKey,
    releaseCountMax,
  );
  if (waiting.length === 0) return;
  const oldest = alertActions.map((action) => ({
    action,
    no: findOldest(state, lane, dedupKey, action),
  }));
  for (const { no, action } of waiting) {
    const earlier = oldest.filter((other) => other.no < no);
    if (mustWait(action, earlier)) return;
    state.db.run("UPDATE deliveries SET due_at = ?, updated_at = ? WHERE no = ?", now, now, no);
    announceDue(state, lane, now);
  }
}

/** The oldest unfinished delivery of a key with this action, Infinity when there is none. */
function findOldest(
  { db }: WriterState,
  lane: LaneState,
  dedupKey: string,
  action: AlertAction,
): number {
  const row = db.get<{ no: number }>(
    `SELECT no FROM deliveries INDEXED BY deliveries_unfinished
     WHERE event_sink_no = ? AND dedup_key = ? AND action = ? AND state = 'pending'
     ORDER BY no LIMIT 1`,
    lane.eventSinkNo,
    dedupKey,
    action,
  );
  return row?.no ?? Number.POSITIVE_INFINITY;
}
