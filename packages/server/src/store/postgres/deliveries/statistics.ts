import { latencyBucketOf } from "../../../domain/latency.ts";
import type { SinkHealth } from "../../../domain/sink-health.ts";
import type { Input, Output } from "../../protocol.ts";
import {
  byTrouble,
  countStat,
  hourMs,
  minuteMs,
  minutesKeptMs,
  type OverviewSink,
  overviewSinksMax,
  type SinkStatistics,
  type Span,
  type StatChange,
  type StatRow,
  toLastDay,
  toPoints,
} from "../../statistics.ts";
import type { Settlement } from "../../store.ts";
import { hasTenant } from "../accounts/tenants.ts";
import type { Queries } from "../database.ts";
import type { Lease, NodeState } from "../node-state.ts";
import { fromText } from "../text.ts";
import { toHealth } from "./sink-health.ts";

/** Stands for the tenant as a whole. */
const noSink = "00000000-0000-0000-0000-000000000000";
const dayMs = 24 * hourMs;
/** Sinks looked at for one overview, and pending deliveries counted. */
const sinksReadMax = 1_000;
const pendingCountMax = 10_000;
const deletedMax = 500;

/** Writes what a batch has counted, in its transaction. */
export async function writeStatistics(
  db: Queries,
  shard: number,
  changes: Iterable<StatChange>,
): Promise<void> {
  const rows = [...changes].filter(({ count }) => count !== 0);
  if (rows.length === 0) return;
  await db.run(
    `INSERT INTO statistics AS s (tenant_id, event_sink_id, span_ms, measure, at, shard, count, last_at)
     SELECT tenant_id, event_sink_id, span_ms, measure, at, $1::int, count, last_at
     FROM unnest($2::text[], $3::uuid[], $4::int[], $5::text[], $6::bigint[], $7::bigint[],
       $8::bigint[]) AS n(tenant_id, event_sink_id, span_ms, measure, at, count, last_at)
     ORDER BY tenant_id, event_sink_id, span_ms, measure, at
     ON CONFLICT (tenant_id, event_sink_id, span_ms, measure, at, shard) DO UPDATE SET
       count = s.count + excluded.count, last_at = greatest(s.last_at, excluded.last_at)`,
    shard,
    rows.map(({ tenant }) => tenant),
    rows.map(({ sink }) => sink ?? noSink),
    rows.map(({ span }) => span),
    rows.map(({ measure }) => measure),
    rows.map(({ at }) => at),
    rows.map(({ count }) => count),
    rows.map(({ lastAt }) => lastAt),
  );
}

/** Counts how an attempt ended, for its sink and its tenant. */
export function countSettlement(
  state: NodeState,
  { lane, arrivedAt }: Pick<Lease, "lane" | "arrivedAt">,
  { state: end, now }: Pick<Settlement, "state" | "now">,
): void {
  if (end !== "delivered" && end !== "failed" && end !== "pending") return;
  const tenant = lane.tenantId;
  const measure = end === "pending" ? "retried" : end;
  countStat(state, { tenant, sink: null, measure }, now);
  countStat(state, { tenant, sink: lane.eventSinkId, measure }, now);
  if (end !== "delivered" || arrivedAt === null) return;
  const bucket = latencyBucketOf(now - arrivedAt);
  countStat(state, { tenant, sink: null, measure: `latency_${bucket}` }, now);
}

export async function getSinkStatistics(
  db: Queries,
  { tenantId, eventSinkId, now }: Input<"getSinkStatistics">,
): Promise<Output<"getSinkStatistics">> {
  const found = await readSinkStatistics(db, tenantId, [eventSinkId], now);
  return found.get(eventSinkId) ?? none;
}

const none: SinkStatistics = {
  lastDeliveredAt: null,
  lastDay: { delivered: 0, failed: 0, retried: 0 },
};

async function readSinkStatistics(
  db: Queries,
  tenantId: string,
  sinkIds: readonly string[],
  now: number,
): Promise<Map<string, SinkStatistics>> {
  const rows = await db.all<StatRow & { event_sink_id: string }>(
    `SELECT event_sink_id, measure, at, count FROM statistics
     WHERE tenant_id = $1 AND event_sink_id = ANY($2::uuid[]) AND span_ms = ${hourMs}
       AND measure = ANY('{delivered,failed,retried}') AND at > $3`,
    tenantId,
    sinkIds,
    now - dayMs - hourMs,
  );
  const lasts = await db.all<{ id: string; last_at: number }>(
    `SELECT w.id, l.last_at FROM unnest($2::uuid[]) AS w(id) CROSS JOIN LATERAL (
       SELECT last_at FROM statistics s WHERE s.tenant_id = $1 AND s.event_sink_id = w.id
         AND span_ms = ${hourMs} AND measure = 'delivered' ORDER BY at DESC LIMIT 1) AS l`,
    tenantId,
    sinkIds,
  );
  const lastById = new Map(lasts.map(({ id, last_at }) => [id, last_at]));
  const rowsById = Map.groupBy(rows, ({ event_sink_id }) => event_sink_id);
  return new Map(
    sinkIds.map((id) => [
      id,
      { lastDeliveredAt: lastById.get(id) ?? null, lastDay: toLastDay(rowsById.get(id) ?? []) },
    ]),
  );
}

export async function getOverview(
  db: Queries,
  { tenantId, now, since, stepMs }: Input<"getOverview">,
): Promise<Output<"getOverview">> {
  if (!(await hasTenant(db, tenantId))) return null;
  const rows = await db.all<StatRow>(
    `SELECT measure, at - at % $4::bigint AS at, sum(count)::bigint AS count FROM statistics
     WHERE tenant_id = $1 AND event_sink_id = '${noSink}' AND span_ms = $2 AND at >= $3
     GROUP BY 1, 2`,
    tenantId,
    stepMs < hourMs ? minuteMs : hourMs,
    since,
    stepMs,
  );
  const sinks = await readSinks(db, tenantId);
  const shown = [...sinks].sort(byTrouble).slice(0, overviewSinksMax);
  const ids = shown.map(({ id }) => id);
  const statistics = await readSinkStatistics(db, tenantId, ids, now);
  return {
    points: toPoints(rows),
    eventSinks: shown.map((sink) => ({ ...sink, ...(statistics.get(sink.id) ?? none) })),
    eventSinkCount: await countSinks(db, tenantId),
    ...(await readPending(db, tenantId)),
  };
}

async function readSinks(
  db: Queries,
  tenantId: string,
): Promise<(Omit<OverviewSink, keyof SinkStatistics> & { readonly health: SinkHealth })[]> {
  const rows = await db.all<{
    id: string;
    name: string;
    type: string;
    health: string | null;
    paused_at: number | null;
    created_at: number;
  }>(
    `SELECT id, name, type, health, paused_at, created_at FROM event_sinks
     WHERE tenant_id = $1 AND deleted_at IS NULL
     ORDER BY (paused_at IS NULL AND coalesce(health::json ->> 'state', 'healthy') = 'healthy'), id
     LIMIT ${sinksReadMax}`,
    tenantId,
  );
  return rows.map(({ id, name, type, paused_at, ...row }) => ({
    ...{ id, name: fromText(name), type },
    ...{ health: toHealth(row), pausedAt: paused_at },
  }));
}

async function countSinks(db: Queries, tenantId: string): Promise<number> {
  const counted = await db.get<{ count: number }>(
    "SELECT count(*) AS count FROM event_sinks WHERE tenant_id = $1 AND deleted_at IS NULL",
    tenantId,
  );
  return counted?.count ?? 0;
}

async function readPending(db: Queries, tenantId: string) {
  const counted = await db.get<{ count: number }>(
    `SELECT count(*) AS count FROM (
       SELECT 1 FROM queue WHERE tenant_id = $1 LIMIT ${pendingCountMax}) AS part`,
    tenantId,
  );
  const oldest = await db.get<{ at: number | null }>(
    `SELECT min(first.created_at) AS at FROM event_sinks s CROSS JOIN LATERAL (
       SELECT created_at FROM queue q WHERE q.tenant_id = s.tenant_id AND q.event_sink_id = s.id
       ORDER BY seq LIMIT 1) AS first
     WHERE s.tenant_id = $1 AND s.deleted_at IS NULL`,
    tenantId,
  );
  return { pendingCount: counted?.count ?? 0, oldestPendingAt: oldest?.at ?? null };
}

/** Forgets a bounded part of what is too old. @returns whether that was all. */
export async function pruneStatistics(
  db: Queries,
  { now, hoursBefore }: { now: number; hoursBefore: number },
): Promise<boolean> {
  const forget = (span: Span, before: number) =>
    db.run(
      `DELETE FROM statistics WHERE ctid = ANY(ARRAY(SELECT ctid FROM statistics
         WHERE span_ms = $1 AND at < $2 ORDER BY at LIMIT ${deletedMax} FOR UPDATE SKIP LOCKED))`,
      span,
      before,
    );
  const minuteCount = await forget(minuteMs, now - minutesKeptMs);
  const hourCount = await forget(hourMs, hoursBefore);
  return Math.max(minuteCount, hourCount) < deletedMax;
}
