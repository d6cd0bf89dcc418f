import { isTaken, type LoadResult } from "../load/lab.ts";
import type { LoadPlan } from "../load/messages.ts";

/** What was promised against what arrived. */
export interface Ledger {
  readonly sent: number;
  readonly accepted: number;
  readonly refused: number;
  /** Deliveries that arrived, each counted once. */
  readonly arrived: number;
  /** Accepted and never arrived: must be 0 for whoever promises to lose nothing. */
  readonly lost: number;
  readonly repeated: number;
  /** Arrived although not answered as taken. */
  readonly unasked: number;
}

export interface LoadFigures {
  /** Deliveries a second, from the first alert sent to the last delivery's arrival. */
  readonly perSecond: number;
  /** From when an alert was to leave until its first byte came to the sink, ms. */
  readonly latencyMs: Percentiles;
  /** From when an alert was to leave until its answer, ms. */
  readonly answerMs: Percentiles;
  readonly slipP99Ms: number;
  readonly ledger: Ledger;
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** `pathsOf(body)` names the receiver's paths that alerts with that body go to; `timed` counts in the latency. */
export function figuresOf(
  result: LoadResult,
  plan: LoadPlan,
  pathsOf: (body: number) => readonly number[],
  isTimed: (path: number) => boolean = () => true,
): LoadFigures {
  const { sent, received } = result;
  const latencies: number[] = [];
  const answers: number[] = [];
  const ledger = { sent: 0, accepted: 0, refused: 0, arrived: 0, lost: 0, repeated: 0, unasked: 0 };
  let lastAt = sent.startedAt;
  sent.statuses.forEach((status, id) => {
    const scheduledAt = sent.scheduledAt[id] ?? 0;
    ledger.sent += 1;
    if (isTaken(status)) ledger.accepted += 1;
    else ledger.refused += 1;
    if (isTaken(status)) answers.push((sent.answeredAt[id] ?? 0) - scheduledAt);
    for (const path of pathsOf(id % plan.target.bodies.length)) {
      const count = received.paths[path]?.counts[id] ?? 0;
      if (count === 0 && isTaken(status)) ledger.lost += 1;
      if (count === 0) continue;
      ledger.arrived += 1;
      if (count > 1) ledger.repeated += 1;
      if (!isTaken(status)) ledger.unasked += 1;
      const at = received.paths[path]?.firstAt[id] ?? 0;
      lastAt = Math.max(lastAt, at);
      if (isTimed(path)) latencies.push(at - scheduledAt);
    }
  });
  return {
    perSecond: Math.round((ledger.arrived * 1_000) / Math.max(lastAt - sent.startedAt, 1)),
    latencyMs: percentiles(latencies),
    answerMs: percentiles(answers),
    slipP99Ms: percentiles([...sent.slipMs]).p99,
    ledger,
  };
}

export function percentiles(values: readonly number[]): Percentiles {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => {
    const index = Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1);
    return round(sorted[Math.max(index, 0)] ?? 0);
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = 0, high = 0] = [sorted[(sorted.length - 1) >> 1], sorted[middle]];
  return (low + high) / 2;
}

/** Three digits that mean something. */
export function round(value: number): number {
  return value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
