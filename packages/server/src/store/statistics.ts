/**
 * The part of the store contract that tells how things went: counts over time.
 *
 * Nothing here scans alerts or deliveries. What a batch did is counted in its memory and written
 * with it, so the counts never disagree with what is stored: one row for each tenant, sink, kind and
 * hour that the batch touched, and for the tenant as a whole also one for the minute. Retention takes
 * minutes after some hours, and hours with the alerts that they tell of.
 *
 * Replayed deliveries count again; how long they took does not, since that tells of who replayed them.
 */

import { latencyBucketCount } from "../domain/latency.ts";
import type { SinkHealth } from "../domain/sink-health.ts";
import type { EventSinkId, TenantId } from "../ids.ts";

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export type Span = typeof minuteMs | typeof hourMs;

/** Minutes are of use for the last hour only. */
export const minutesKeptMs = 3 * hourMs;

/** Alerts that came, deliveries that ended, and attempts that another followed. */
export const countedKinds = ["alerts", "delivered", "failed", "retried"] as const;
export type CountedKind = (typeof countedKinds)[number];
export type Counts = Readonly<Record<CountedKind, number>>;

/** What the rows count: a kind, or deliveries that took as long as a bucket of `latency.ts` says. */
export type Measure = CountedKind | `latency_${number}`;

/** A change to one row. Tenant and sink are keys of the store's own. */
export interface StatChange {
  readonly tenant: string | number;
  /** Null: of the tenant as a whole. */
  readonly sink: string | number | null;
  readonly span: Span;
  readonly measure: Measure;
  readonly at: number;
  count: number;
  /** When it was last counted. */
  lastAt: number;
}

interface Counting {
  readonly statChanges: Map<string, StatChange>;
  readonly undo: (() => void)[];
}

type Counted = Pick<StatChange, "tenant" | "sink" | "measure">;

/** Counts something that happened at `now`, to be written and undone with the batch. */
export function countStat(state: Counting, counted: Counted, now: number, count = 1): void {
  countIn(state, counted, hourMs, now, count);
  if (counted.sink === null) countIn(state, counted, minuteMs, now, count);
}

function countIn(
  { statChanges, undo }: Counting,
  { tenant, sink, measure }: Counted,
  span: Span,
  now: number,
  count: number,
): void {
  const at = now - (now % span);
  const key = `${tenant} ${sink ?? ""} ${measure} ${at} ${span}`;
  let change = statChanges.get(key);
  if (change === undefined) {
    change = { tenant, sink, span, measure, at, count: 0, lastAt: 0 };
    statChanges.set(key, change);
  }
  const known = change;
  const { count: before, lastAt } = known;
  known.count += count;
  known.lastAt = Math.max(lastAt, now);
  undo.push(() => Object.assign(known, { count: before, lastAt }));
}

/** How a sink did of late. */
export interface SinkStatistics {
  /** Null: not within what is kept. */
  readonly lastDeliveredAt: number | null;
  /** Since 24 hours ago, the hour in which that was included. */
  readonly lastDay: Omit<Counts, "alerts">;
}

export interface OverviewPoint {
  /** Its first instant. */
  readonly at: number;
  readonly counts: Counts;
  /** Deliveries by how long they took; see `domain/latency.ts`. */
  readonly latency: readonly number[];
}

export interface OverviewSink extends SinkStatistics {
  readonly id: EventSinkId;
  readonly name: string;
  readonly type: string;
  readonly health: SinkHealth;
  readonly pausedAt: number | null;
}

export interface Overview {
  /** Those in which something happened, oldest first. */
  readonly points: readonly OverviewPoint[];
  /** The ones in trouble first, 200 at most. */
  readonly eventSinks: readonly OverviewSink[];
  readonly eventSinkCount: number;
  /** Stops counting at 10,000. */
  readonly pendingCount: number;
  /** When the oldest of them came; of a longer backlog, one of the oldest. */
  readonly oldestPendingAt: number | null;
}

export interface StatisticsOperations {
  getSinkStatistics(input: {
    tenantId: TenantId;
    eventSinkId: EventSinkId;
    now: number;
  }): SinkStatistics;
  /**
   * Null when there is no such tenant.
   * @param input.stepMs how far points are apart: whole minutes in the last hours, whole hours before.
   */
  getOverview(input: {
    tenantId: TenantId;
    now: number;
    since: number;
    stepMs: number;
  }): Overview | null;
}

export const overviewSinksMax = 200;

/** Puts sinks that need somebody first. */
export function byTrouble(
  a: Pick<OverviewSink, "health" | "pausedAt">,
  b: Pick<OverviewSink, "health" | "pausedAt">,
): number {
  return troubleOf(b) - troubleOf(a);
}

function troubleOf({ health, pausedAt }: Pick<OverviewSink, "health" | "pausedAt">): number {
  if (pausedAt !== null) return 1;
  return { healthy: 0, failing: 2, broken: 3 }[health.state];
}

/** A row of points, as both stores read it. */
export interface StatRow {
  readonly measure: string;
  readonly at: number;
  readonly count: number;
}

/** Gathers rows into points. */
export function toPoints(rows: readonly StatRow[]): OverviewPoint[] {
  const points = new Map<number, { counts: Record<CountedKind, number>; latency: number[] }>();
  for (const { measure, at, count } of rows) {
    const point = points.get(at) ?? {
      counts: { alerts: 0, delivered: 0, failed: 0, retried: 0 },
      latency: Array<number>(latencyBucketCount).fill(0),
    };
    points.set(at, point);
    const bucket = /^latency_(\d+)$/.exec(measure)?.[1];
    if (bucket !== undefined) point.latency[Number(bucket)] = count;
    else point.counts[measure as CountedKind] = count;
  }
  return [...points].map(([at, point]) => ({ at, ...point })).sort((a, b) => a.at - b.at);
}

/** Gathers a sink's rows of the last day. */
export function toLastDay(rows: readonly StatRow[]): SinkStatistics["lastDay"] {
  const counts = { delivered: 0, failed: 0, retried: 0 };
  for (const { measure, count } of rows) {
    if (measure in counts) counts[measure as keyof typeof counts] += count;
  }
  return counts;
}
