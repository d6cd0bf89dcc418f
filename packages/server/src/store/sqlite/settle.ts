import type { DeliveryState } from "../../domain/delivery.ts";
import { type AlertAction, alertActions, mustWait } from "../../domain/delivery.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Settlement, SettleResult } from "../store.ts";
import { announceDue, changeLane, endLease, findLease } from "./lanes.ts";
import type { Input, Output } from "./protocol.ts";
import { writeMemory } from "./sink-memory.ts";
import {
  announceChange,
  countDeliveries,
  type LaneState,
  type Lease,
  type WriterState,
} from "./writer-state.ts";

/** Deliveries let go at once when what they waited for is settled; the next settle lets more go. */
const releaseCountMax = 500;

export function settle(state: WriterState, { settlements }: Input<"settle">): Output<"settle"> {
  return settlements.map((settlement) => settleOne(state, settlement));
}

function settleOne(state: WriterState, settlement: Settlement): SettleResult {
  const lease = findLease(state, settlement);
  if (lease === undefined) return "stale";
  endLease(state, settlement.deliveryId, lease);
  // There is no next try at a sink that is gone.
  const isCanceled = settlement.state === "pending" && lease.lane.deletedAt !== null;
  const end = isCanceled ? "canceled" : settlement.state;
  const dueAt = end === "pending" ? (settlement.dueAt ?? settlement.now) : null;
  writeAttempt(state, lease, settlement, isCanceled ? null : settlement.attempt.nextTryAt);
  writeDelivery(state, lease, settlement, end, dueAt);
  if (settlement.memory !== undefined) {
    writeMemory(state, lease.lane, lease.dedupKey, settlement.memory, settlement.now);
  }
  if (settlement.learned !== undefined) mergeLearned(state, lease, settlement.learned);
  if (dueAt === null) releaseWaiting(state, lease.lane, lease.dedupKey, settlement.now);
  else if (dueAt <= settlement.now) changeLane(state, lease.lane, { hasBacklog: true });
  return "settled";
}

function writeAttempt(
  { db }: WriterState,
  lease: Lease,
  { attempt }: Settlement,
  nextTryAt: number | null,
): void {
  db.run(
    `INSERT INTO attempts (delivery_no, number, started_at, duration_ms, outcome, reason, detail,
       ambiguous, next_try_at, exchanges) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    lease.deliveryNo,
    attempt.number,
    attempt.startedAt,
    attempt.durationMs,
    attempt.outcome,
    attempt.reason,
    attempt.detail,
    attempt.ambiguous ? 1 : 0,
    nextTryAt,
    JSON.stringify(attempt.exchanges),
  );
}

function writeDelivery(
  state: WriterState,
  lease: Lease,
  settlement: Settlement,
  end: DeliveryState,
  dueAt: number | null,
): void {
  state.db.run(
    `UPDATE deliveries SET state = ?, reason = ?, attempt_count = attempt_count + 1,
       failure_count = ?, updated_at = ?, due_at = ? WHERE no = ?`,
    end,
    settlement.reason,
    settlement.failureCount,
    settlement.now,
    dueAt,
    lease.deliveryNo,
  );
  if (end === "pending") return;
  countDeliveries(state, "pending", -1);
  countDeliveries(state, end, 1);
}

/**
 * Keeps what an attempt found out about the sink, e.g. the id of its channel, unless the owner
 * has changed the sink since: it may now name another channel.
 */
function mergeLearned(state: WriterState, { lane, laneChangeCount }: Lease, learned: JsonObject) {
  if (lane.deletedAt !== null || lane.changeCount !== laneChangeCount) return;
  const row = state.db.get<{ settings: string }>(
    "SELECT settings FROM event_sinks WHERE no = ?",
    lane.eventSinkNo,
  );
  const settings = JSON.stringify({ ...JSON.parse(row?.settings ?? "{}"), ...learned });
  if (settings === row?.settings) return;
  state.db.run("UPDATE event_sinks SET settings = ? WHERE no = ?", settings, lane.eventSinkNo);
  announceChange(state, lane, false);
}

/**
 * Lets go what waited for a delivery that is now settled for good. Whoever still has to wait
 * makes all behind it wait, so the ones let go are a run at the head of those waiting.
 */
function releaseWaiting(state: WriterState, lane: LaneState, dedupKey: string, now: number): void {
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
