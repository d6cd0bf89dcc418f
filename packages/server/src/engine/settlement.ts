import type { DeliveryState } from "../domain/delivery.ts";
import type { Reason } from "../domain/reason.ts";
import { nextTryAt } from "../domain/retry.ts";
import type { Attempt, LeasedDelivery, Settlement } from "../store/store.ts";
import type { AttemptFindings } from "./attempt.ts";

/** Turns what an attempt found into what is stored: the attempt's record and the delivery's new state. */
export function settlementOf(
  delivery: LeasedDelivery,
  findings: AttemptFindings,
  now: number,
  random: number,
): Settlement {
  const fate = fateOf(delivery, findings, now, random);
  return {
    tenantId: delivery.tenantId,
    eventSinkId: delivery.eventSinkId,
    deliveryId: delivery.id,
    lease: delivery.lease,
    state: fate.state,
    reason: fate.reason,
    dueAt: fate.dueAt,
    failureCount: fate.failureCount,
    now,
    attempt: attemptRecord(delivery.attemptCount + 1, findings, fate.dueAt),
    memory: findings.memory,
    learned: findings.learned,
  };
}

/** The record of an attempt; `number` counts from 1 within the delivery. */
export function attemptRecord(
  number: number,
  { outcome, startedAt, durationMs, exchanges }: AttemptFindings,
  dueAt: number | null,
): Attempt {
  return {
    number,
    startedAt,
    durationMs,
    outcome: outcome.kind,
    reason: outcome.kind === "delivered" ? null : outcome.reason,
    detail: outcome.detail ?? null,
    ambiguous: outcome.kind === "retry" && outcome.ambiguous === true,
    nextTryAt: dueAt,
    exchanges,
  };
}

interface Fate {
  readonly state: DeliveryState;
  readonly reason: Reason | null;
  readonly dueAt: number | null;
  readonly failureCount: number;
}

function fateOf(
  delivery: LeasedDelivery,
  { outcome }: AttemptFindings,
  now: number,
  random: number,
): Fate {
  const { failureCount } = delivery;
  if (outcome.kind === "delivered") {
    return { state: "delivered", reason: null, dueAt: null, failureCount };
  }
  if (outcome.kind === "rejected") {
    return {
      state: "failed",
      reason: outcome.reason,
      dueAt: null,
      failureCount: failureCount + 1,
    };
  }
  const isRateLimit = outcome.reason === "rate_limited";
  const failures = isRateLimit ? failureCount : failureCount + 1;
  const dueAt = nextTryAt({
    failureCount: failures,
    isRateLimit,
    createdAt: delivery.createdAt,
    now,
    retryAfterMs: outcome.retryAfterMs,
    random,
  });
  return dueAt === null
    ? { state: "failed", reason: "expired", dueAt: null, failureCount: failures }
    : { state: "pending", reason: outcome.reason, dueAt, failureCount: failures };
}
