/**
 * Whether a sink works.
 *
 *   healthy --failure--> failing --sustained, or a fault of the sink's--> broken
 *      ^                    |                                              |
 *      +------ delivered ---+--------------------- delivered --------------+
 *
 * While a sink is broken its deliveries are held; one at a time goes out as a probe, at growing
 * intervals, and the first that is delivered heals the sink. A refusal that is the delivery's
 * own fault (its content) says nothing about the sink and changes nothing here.
 */

import type { Reason } from "./reason.ts";

export interface SinkHealth {
  readonly state: "healthy" | "failing" | "broken";
  /** When this state began, ms since the epoch. */
  readonly since: number;
  /** Of the last failure; null while healthy. */
  readonly reason: Reason | null;
  /** What happened and what to do, as a sentence; null while healthy. */
  readonly cure: string | null;
  /** Failures in a row. */
  readonly failureCount: number;
  /** When the next probe may go out; null unless broken. */
  readonly nextProbeAt: number | null;
  /** Probes that failed since it broke. */
  readonly probeCount: number;
  /** It works and takes its time: said, and no reason to hold anything back. */
  readonly isSlow?: true;
}

/** What an attempt says about its sink. */
export interface SinkSign {
  readonly kind: "delivered" | "failure" | "sink_fault";
  readonly reason: Reason | null;
  readonly detail: string | null;
  /** How long the attempt took; left out: not long. */
  readonly durationMs?: number;
}

/** Failures in a row, over at least `brokenAfterMs`, before a sink counts as broken. */
export const brokenAfterFailures = 10;
export const brokenAfterMs = 60_000;

/** Between probes, ms; the last one repeats. */
export const probeDelaysMs: readonly number[] = [
  30_000, 60_000, 120_000, 300_000, 600_000, 900_000,
];

/** A delivery that takes longer makes a sink slow; one that takes less than the other makes it quick again. */
export const slowAfterMs = 10_000;
export const quickBelowMs = 5_000;

export function healthySince(since: number): SinkHealth {
  return {
    state: "healthy",
    since,
    reason: null,
    cure: null,
    failureCount: 0,
    nextProbeAt: null,
    probeCount: 0,
  };
}

/** The health after an attempt; the same object when nothing changed. */
export function healthAfter(health: SinkHealth, sign: SinkSign, now: number): SinkHealth {
  if (sign.kind === "delivered") {
    const tookMs = sign.durationMs ?? 0;
    const isSlow = tookMs > (health.isSlow === true ? quickBelowMs : slowAfterMs);
    if (health.state === "healthy" && isSlow === (health.isSlow === true)) return health;
    const healthy = healthySince(health.state === "healthy" ? health.since : now);
    return isSlow ? { ...healthy, isSlow } : healthy;
  }
  const failure = {
    reason: sign.reason,
    cure: sign.detail,
    failureCount: health.failureCount + 1,
  };
  if (health.state === "broken") {
    // What was under way as it broke, and ends now, was no probe.
    if (health.nextProbeAt !== null && now < health.nextProbeAt) return { ...health, ...failure };
    const probeCount = health.probeCount + 1;
    return { ...health, ...failure, probeCount, nextProbeAt: now + probeDelayMs(probeCount) };
  }
  const since = health.state === "healthy" ? now : health.since;
  const isSustained = failure.failureCount >= brokenAfterFailures && now - since >= brokenAfterMs;
  if (sign.kind === "sink_fault" || isSustained) {
    return {
      ...failure,
      state: "broken",
      since: now,
      nextProbeAt: now + probeDelayMs(0),
      probeCount: 0,
    };
  }
  return { ...failure, state: "failing", since, nextProbeAt: null, probeCount: 0 };
}

function probeDelayMs(probeCount: number): number {
  return probeDelaysMs[Math.min(probeCount, probeDelaysMs.length - 1)] ?? 0;
}
