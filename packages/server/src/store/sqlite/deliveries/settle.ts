import type { DeliveryState } from "../../../domain/delivery.ts";
import type { JsonObject } from "../../../domain/json.ts";
import { announceChange } from "../../lanes/announcements.ts";
import { changeLane, countDeliveries } from "../../lanes/lane-memory.ts";
import { endLease, findLease } from "../../lanes/leases.ts";
import type { Input, Output } from "../../protocol.ts";
import type { Settlement, SettleResult } from "../../store.ts";
import type { Lease, WriterState } from "../writer-state.ts";
import { announceNext } from "./due.ts";
import { pullForward } from "./pull-forward.ts";
import { pauseSink, writeHealth } from "./sink-health.ts";
import { writeMemory } from "./sink-memory.ts";
import { countSettlement } from "./statistics.ts";
import { releaseWaiting } from "./waiting.ts";

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
  countSettlement(state, lease, { state: end, now: settlement.now });
  if (settlement.memory !== undefined) {
    writeMemory(state, lease.lane, lease.dedupKey, settlement.memory, settlement.now);
  }
  if (settlement.learned !== undefined) mergeLearned(state, lease, settlement.learned);
  judgeSink(state, lease, settlement);
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
       ambiguous, is_degraded, next_try_at, exchanges, is_replay)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    lease.deliveryNo,
    attempt.number,
    attempt.startedAt,
    attempt.durationMs,
    attempt.outcome,
    attempt.reason,
    attempt.detail,
    attempt.ambiguous ? 1 : 0,
    attempt.isDegraded ? 1 : 0,
    nextTryAt,
    attempt.exchanges,
    attempt.isReplay === true ? 1 : 0,
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
       failure_count = ?, updated_at = ?, due_at = ?, is_ambiguous = max(is_ambiguous, ?)
     WHERE no = ?`,
    end,
    settlement.reason,
    settlement.failureCount,
    settlement.now,
    dueAt,
    settlement.attempt.ambiguous ? 1 : 0,
    lease.deliveryNo,
  );
  if (end === "pending") return;
  countDeliveries(state, "pending", -1);
  countDeliveries(state, end, 1);
}

/**
 * Keeps what an attempt says about its sink. A broken one goes on when its probe has ended: with
 * all that was held when it is healed, else with the next probe.
 */
function judgeSink(state: WriterState, lease: Lease, { health, pausesSink, now }: Settlement) {
  const { lane } = lease;
  const wasBroken = lane.probeAt !== null;
  if (health !== undefined) writeHealth(state, lane, health);
  if (wasBroken && health?.state === "healthy") changeLane(state, lane, { pullsBefore: now });
  if (lane.pullsBefore !== null) pullForward(state, lane, lane.pullsBefore);
  // What the old settings met must not stop a sink that its owner has mended since.
  const isCurrent = lane.changeCount === lease.changeCount;
  if (pausesSink === true && isCurrent) pauseSink(state, lane, now);
  if (wasBroken && lane.deletedAt === null) announceNext(state, lane);
}

/**
 * Keeps what an attempt found out about the sink, e.g. the id of its channel, unless the owner
 * has changed the sink since: it may now name another channel.
 */
function mergeLearned(state: WriterState, { lane, changeCount }: Lease, learned: JsonObject) {
  if (lane.deletedAt !== null || lane.changeCount !== changeCount) return;
  const row = state.db.get<{ settings: string }>(
    "SELECT settings FROM event_sinks WHERE no = ?",
    lane.eventSinkNo,
  );
  const settings = JSON.stringify({ ...JSON.parse(row?.settings ?? "{}"), ...learned });
  if (settings === row?.settings) return;
  state.db.run("UPDATE event_sinks SET settings = ? WHERE no = ?", settings, lane.eventSinkNo);
  announceChange(state, lane, false);
}
