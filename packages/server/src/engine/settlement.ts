import type { DeliveryState } from "../domain/delivery.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Reason } from "../domain/reason.ts";
import { hasTryLeft, nextTryAt, retryAfterMsMax } from "../domain/retry.ts";
import { healthAfter, type SinkHealth, type SinkSign } from "../domain/sink-health.ts";
import { writeAttempt } from "../store/attempt.ts";
import type { Attempt, LeasedDelivery, Settlement } from "../store/store.ts";
import type { AttemptFindings, FinalOutcome } from "./attempt.ts";

/** A held delivery of a sink that nobody mends fails after this long. */
const heldAgeMsMax = 30 * 24 * 3_600_000;

export interface SettlementInput {
  readonly delivery: LeasedDelivery;
  readonly findings: AttemptFindings;
  /** New memory of the delivery's key; undefined leaves what there is. */
  readonly memory: JsonObject | undefined;
  /** The sink's health before and after the attempt. */
  readonly before: SinkHealth;
  readonly after: SinkHealth;
  /** As the store has it; left out: as before. */
  readonly stored?: SinkHealth;
  readonly now: number;
  /** 0 ≤ random < 1, for jitter. */
  readonly random: number;
  /** The sink's own; null or left out: the usual ones. */
  readonly retryDelaysMs?: readonly number[] | null;
}

/** Turns what an attempt found into what is stored: the attempt's record and the delivery's new state. */
export function settlementOf(input: SettlementInput): Settlement {
  const { delivery, findings, before, after, stored = before, now } = input;
  const fate = fateOf(input);
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
    attempt: writeAttempt({
      ...attemptRecord(delivery.attemptCount + 1, findings, nextTryOf(input, fate)),
      ...(delivery.replayedAt === null ? {} : { isReplay: true }),
    }),
    memory: input.memory,
    learned: findings.learned,
    health: after === stored ? undefined : after,
    pausesSink: findings.outcome.kind === "rejected" && findings.outcome.pausesSink === true,
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
    isDegraded: outcome.kind === "delivered" && outcome.isDegraded === true,
    nextTryAt: dueAt,
    exchanges,
  };
}

/** The sink's health after an attempt; the same object when it says nothing new. */
export function healthAfterAttempt(
  health: SinkHealth,
  { outcome, durationMs }: Pick<AttemptFindings, "outcome" | "durationMs">,
  now: number,
): SinkHealth {
  const sign = signOf(outcome, durationMs);
  return sign === null ? health : healthAfter(health, sign, now);
}

/** Null when an outcome says nothing about its sink: a rate limit, a refused content, our own fault. */
function signOf(outcome: FinalOutcome, durationMs: number): SinkSign | null {
  if (outcome.kind === "delivered")
    return { kind: "delivered", reason: null, detail: null, durationMs };
  const said = { reason: outcome.reason, detail: outcome.detail, durationMs };
  if (outcome.kind === "rejected") {
    return outcome.isSinkFault === true ? { kind: "sink_fault", ...said } : null;
  }
  if (outcome.reason === "rate_limited" || outcome.reason === "internal") return null;
  return { kind: "failure", ...said };
}

interface Fate {
  readonly state: DeliveryState;
  readonly reason: Reason | null;
  readonly dueAt: number | null;
  readonly failureCount: number;
}

function fateOf(input: SettlementInput): Fate {
  const { delivery, now, random } = input;
  const { outcome } = input.findings;
  const { failureCount } = delivery;
  // Whoever sends it again gives it its whole time again.
  const createdAt = delivery.replayedAt ?? delivery.createdAt;
  if (outcome.kind === "delivered") {
    return { state: "delivered", reason: null, dueAt: null, failureCount };
  }
  if (outcome.kind === "rejected") {
    if (outcome.isSinkFault !== true) return failed(outcome.reason, failureCount + 1);
    if (now >= createdAt + heldAgeMsMax) return failed("expired", failureCount + 1);
    // The sink's health holds it back, and lets it go at once when somebody has mended the sink.
    // As due as on its arrival, so that it stays before what came after it.
    return { state: "pending", reason: outcome.reason, dueAt: createdAt, failureCount };
  }
  const isRateLimit = outcome.reason === "rate_limited";
  const failures = isRateLimit ? failureCount : failureCount + 1;
  const retryAfterMs = outcome.retryAfterMs;
  const tries = { failureCount: failures, isRateLimit, delaysMs: input.retryDelaysMs ?? null };
  if (!hasTryLeft(tries)) return failed(outcome.reason, failures);
  const dueAt = nextTryAt({
    ...tries,
    createdAt,
    now,
    retryAfterMs,
    random,
  });
  if (dueAt === null) return failed("expired", failures);
  const waiting = { state: "pending", reason: outcome.reason, failureCount: failures } as const;
  const askedAt = now + Math.min(retryAfterMs ?? 0, retryAfterMsMax);
  const probeAt = isRateLimit ? dueAt : Math.max(probeAtOf(input), askedAt);
  return { ...waiting, dueAt: Math.min(dueAt, probeAt) };
}

/**
 * What finds its sink broken is the next probe: were it put off for hours, and nothing else due, a mended
 * sink would stay broken for as long. Infinity when no probe follows.
 */
function probeAtOf({ before, after }: SettlementInput): number {
  const isJudged = after !== before && after.nextProbeAt !== null;
  return isJudged ? after.nextProbeAt : Number.POSITIVE_INFINITY;
}

/** When a delivery will be tried again as things are: what is due at a broken sink waits for the probe. */
function nextTryOf(
  { findings: { outcome }, after: { nextProbeAt } }: SettlementInput,
  { dueAt }: Fate,
): number | null {
  const isPaused = outcome.kind === "rejected" && outcome.pausesSink === true;
  return dueAt === null || isPaused ? null : Math.max(dueAt, nextProbeAt ?? dueAt);
}

function failed(reason: Reason, failureCount: number): Fate {
  return { state: "failed", reason, dueAt: null, failureCount };
}
