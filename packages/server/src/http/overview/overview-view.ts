/** How a tenant's alerts and deliveries go, as a dashboard shows it. */

import { type Static, Type } from "typebox";
import { latencyAt, latencyBucketCount } from "../../domain/latency.ts";
import {
  type Counts,
  countedKinds,
  hourMs,
  minuteMs,
  type Overview,
  type OverviewSink,
  type SinkStatistics,
} from "../../store/statistics.ts";
import { ReasonField } from "../deliveries/attempt-view.ts";
import { Milliseconds, nullable, TenantIdField } from "../wire/resource-schemas.ts";
import { milliseconds } from "../wire/wire-time.ts";

/** How far back, and how far apart points are. */
export const windows = {
  hour: { backMs: hourMs, stepMs: minuteMs },
  day: { backMs: 24 * hourMs, stepMs: hourMs },
  week: { backMs: 7 * 24 * hourMs, stepMs: 3 * hourMs },
  month: { backMs: 30 * 24 * hourMs, stepMs: 12 * hourMs },
} as const;
export type Window = keyof typeof windows;

const count = Type.Integer({ minimum: 0 });
const CountsFields = { alerts: count, delivered: count, failed: count, retried: count };

const LatencyField = nullable(
  Type.Object(
    { p50: Type.Number(), p95: Type.Number(), p99: Type.Number() },
    { description: "from taking an alert in to delivering it, as well as buckets tell" },
  ),
);

export const lastDeliveredField = nullable(Milliseconds);

export const LastDayField = Type.Object(
  {
    delivered: count,
    failed: count,
    retried: Type.Integer({ minimum: 0, description: "attempts that another followed" }),
    success_rate: nullable(
      Type.Number({ description: "delivered of all that ended; null: none did", maximum: 1 }),
    ),
  },
  { description: "since the hour that was 24 hours ago" },
);

export const OverviewView = Type.Object(
  {
    tenant_id: TenantIdField,
    window: Type.Enum(Object.keys(windows) as Window[]),
    from: Milliseconds,
    to: Milliseconds,
    step_seconds: Type.Integer(),
    points: Type.Array(
      Type.Object({ at: Milliseconds, ...CountsFields, latency_ms: LatencyField }),
      { description: "all of the window, oldest first; each begins `at`" },
    ),
    totals: Type.Object({ ...CountsFields, latency_ms: LatencyField }),
    queue: Type.Object(
      {
        pending_count: Type.Integer({ description: "counted up to 10,000" }),
        oldest_pending_at: nullable(Milliseconds),
      },
      { description: "deliveries not settled; of more than are counted, one of the oldest" },
    ),
    event_sink_count: count,
    event_sinks: Type.Array(
      Type.Object({
        id: Type.String({ format: "uuid" }),
        name: Type.String(),
        event_sink_type: Type.String(),
        state: Type.Enum(["healthy", "failing", "broken", "paused"]),
        since: Milliseconds,
        reason: nullable(ReasonField),
        cure: nullable(Type.String()),
        last_delivered_at: lastDeliveredField,
        last_day: LastDayField,
      }),
      { description: "those in trouble first; 200 at most" },
    ),
  },
  { $id: "Overview" },
);

/** Where a window begins that is asked for now: at the start of a step. */
export function windowStart(window: Window, now: number): number {
  const { backMs, stepMs } = windows[window];
  return now - (now % stepMs) - backMs + stepMs;
}

export function overviewView(
  found: Overview,
  { tenantId, window, now }: { tenantId: string; window: Window; now: number },
): Static<typeof OverviewView> {
  const { stepMs } = windows[window];
  const from = windowStart(window, now);
  const known = new Map(found.points.map((point) => [point.at, point]));
  const starts = Array.from(
    { length: (now - from) / stepMs + 1 },
    (_, index) => from + index * stepMs,
  );
  return {
    tenant_id: tenantId,
    window,
    from: milliseconds(from),
    to: milliseconds(now),
    step_seconds: stepMs / 1_000,
    points: starts.map((at) => {
      const point = known.get(at);
      const counts = point?.counts ?? nothing;
      return { at: milliseconds(at), ...counts, latency_ms: latencyView(point?.latency ?? []) };
    }),
    totals: totalsOf(found),
    queue: {
      pending_count: found.pendingCount,
      oldest_pending_at:
        found.oldestPendingAt === null ? null : milliseconds(found.oldestPendingAt),
    },
    event_sink_count: found.eventSinkCount,
    event_sinks: found.eventSinks.map(sinkView),
  };
}

const nothing: Counts = { alerts: 0, delivered: 0, failed: 0, retried: 0 };

function totalsOf({ points }: Overview) {
  const counts = { ...nothing };
  const latency = Array<number>(latencyBucketCount).fill(0);
  for (const point of points) {
    for (const kind of countedKinds) counts[kind] += point.counts[kind];
    for (const [bucket, more] of point.latency.entries()) {
      latency[bucket] = (latency[bucket] ?? 0) + more;
    }
  }
  return { ...counts, latency_ms: latencyView(latency) };
}

function latencyView(counts: readonly number[]) {
  const at = (share: number) => latencyAt(counts, share);
  const [p50, p95, p99] = [at(0.5), at(0.95), at(0.99)];
  if (p50 === null || p95 === null || p99 === null) return null;
  const shown = (ms: number) => Number(ms.toPrecision(3));
  return { p50: shown(p50), p95: shown(p95), p99: shown(p99) };
}

function sinkView({ id, name, type, health, pausedAt, ...statistics }: OverviewSink) {
  return {
    id,
    name,
    event_sink_type: type,
    state: pausedAt === null ? health.state : ("paused" as const),
    since: milliseconds(pausedAt ?? health.since),
    reason: health.reason,
    cure: cureOf({ id, health, pausedAt }),
    ...statisticsView(statistics),
  };
}

/** What is to be done about a sink; null when nothing is. */
export function cureOf(sink: Pick<OverviewSink, "id" | "health" | "pausedAt">): string | null {
  const { id, health, pausedAt } = sink;
  if (pausedAt === null) return health.cure;
  const resume = `It is paused: its deliveries are held until POST /v1/event_sink/${id}/resume.`;
  return [health.cure, resume].filter((cure) => cure !== null).join(" ");
}

export function statisticsView({ lastDeliveredAt, lastDay }: SinkStatistics) {
  const { delivered, failed, retried } = lastDay;
  const endedCount = delivered + failed;
  return {
    last_delivered_at: lastDeliveredAt === null ? null : milliseconds(lastDeliveredAt),
    last_day: {
      ...{ delivered, failed, retried },
      success_rate: endedCount === 0 ? null : Number((delivered / endedCount).toFixed(4)),
    },
  };
}
