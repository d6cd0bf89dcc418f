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
import type { Database } from "../database.ts";
import { findTenantNo, type Lease, type WriterState } from "../writer-state.ts";
import { toHealth } from "./sink-health.ts";

/** Stands for the tenant as a whole; sinks count from 1. */
const noSink = 0;
const dayMs = 24 * hourMs;
/** Sinks looked at for one overview, and pending deliveries counted. */
const sinksReadMax = 1_000;
const pendingCountMax = 10_000;

/** Writes what a batch has counted, in its transaction. */
export function writeStatistics(db: Database, changes: Iterable<StatChange>): void {
  for (const { tenant, sink, span, measure, at, count, lastAt } of changes) {
    if (count === 0) continue;
    db.run(
      `INSERT INTO statistics (tenant_no, event_sink_no, span_ms, measure, at, count, last_at)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
         count = count + excluded.count, last_at = max(last_at, excluded.last_at)`,
      tenant,
      sink ?? noSink,
      span,
      measure,
      at,
      count,
      lastAt,
    );
  }
}

/** Counts how an attempt ended, for its sink and its tenant. */
export function countSettlement(
  state: WriterState,
  lease: Pick<Lease, "lane" | "arrivedAt">,
  { state: end, now }: Pick<Settlement, "state" | "now">,
): void {
  if (end !== "delivered" && end !== "failed" && end !== "pending") return;
  const tenant = findTenantNo(state, lease.lane.tenantId);
  if (tenant === undefined) return;
  const measure = end === "pending" ? "retried" : end;
  countStat(state, { tenant, sink: null, measure }, now);
  countStat(state, { tenant, sink: lease.lane.eventSinkNo, measure }, now);
  if (end !== "delivered" || lease.arrivedAt === null) return;
  const bucket = latencyBucketOf(now - lease.arrivedAt);
  countStat(state, { tenant, sink: null, measure: `latency_${bucket}` }, now);
}

export function getSinkStatistics(
  db: Database,
  { tenantId, eventSinkId, now }: Input<"getSinkStatistics">,
): Output<"getSinkStatistics"> {
  const found = db.get<{ tenant_no: number; no: number }>(
    `SELECT tenants.no AS tenant_no, event_sinks.no FROM event_sinks
     JOIN tenants ON tenants.id = event_sinks.tenant_id
     WHERE event_sinks.id = ? AND event_sinks.tenant_id = ?`,
    eventSinkId,
    tenantId,
  );
  return readSinkStatistics(db, found?.tenant_no ?? 0, found?.no ?? 0, now);
}

function readSinkStatistics(
  db: Database,
  tenantNo: number,
  sinkNo: number,
  now: number,
): SinkStatistics {
  const key = [tenantNo, sinkNo, hourMs] as const;
  const rows = db.all<StatRow>(
    `SELECT measure, at, count FROM statistics WHERE tenant_no = ? AND event_sink_no = ?
       AND span_ms = ? AND measure IN ('delivered', 'failed', 'retried') AND at > ?`,
    ...key,
    now - dayMs - hourMs,
  );
  const last = db.get<{ last_at: number }>(
    `SELECT last_at FROM statistics WHERE tenant_no = ? AND event_sink_no = ? AND span_ms = ?
       AND measure = 'delivered' ORDER BY at DESC LIMIT 1`,
    ...key,
  );
  return { lastDeliveredAt: last?.last_at ?? null, lastDay: toLastDay(rows) };
}

export function getOverview(
  db: Database,
  { tenantId, now, since, stepMs }: Input<"getOverview">,
): Output<"getOverview"> {
  const tenant = db.get<{ no: number }>("SELECT no FROM tenants WHERE id = ?", tenantId);
  if (tenant === undefined) return null;
  const rows = db.all<StatRow>(
    `SELECT measure, at - at % ?4 AS at, sum(count) AS count FROM statistics
     WHERE tenant_no = ?1 AND event_sink_no = ${noSink} AND span_ms = ?2 AND at >= ?3
     GROUP BY 1, 2`,
    tenant.no,
    stepMs < hourMs ? minuteMs : hourMs,
    since,
    stepMs,
  );
  const sinks = readSinks(db, tenantId);
  const pending = readPending(
    db,
    sinks.map(({ no }) => no),
  );
  return {
    points: toPoints(rows),
    eventSinks: sinks
      .sort(byTrouble)
      .slice(0, overviewSinksMax)
      .map(({ no, ...sink }) => ({ ...sink, ...readSinkStatistics(db, tenant.no, no, now) })),
    eventSinkCount: countSinks(db, tenantId),
    ...pending,
  };
}

interface ReadSink extends Pick<OverviewSink, "id" | "name" | "type" | "health" | "pausedAt"> {
  readonly no: number;
  readonly health: SinkHealth;
}

function readSinks(db: Database, tenantId: string): ReadSink[] {
  const rows = db.all<{
    no: number;
    id: string;
    name: string;
    type: string;
    health: string | null;
    paused_at: number | null;
    created_at: number;
  }>(
    `SELECT no, id, name, type, health, paused_at, created_at FROM event_sinks
     WHERE tenant_id = ? AND deleted_at IS NULL
     ORDER BY paused_at IS NULL AND coalesce(health ->> '$.state', 'healthy') = 'healthy', id
     LIMIT ${sinksReadMax}`,
    tenantId,
  );
  return rows.map((row) => ({
    ...{ no: row.no, id: row.id, name: row.name, type: row.type },
    ...{ health: toHealth(row), pausedAt: row.paused_at },
  }));
}

function countSinks(db: Database, tenantId: string): number {
  const counted = db.get<{ count: number }>(
    "SELECT count(*) AS count FROM event_sinks WHERE tenant_id = ? AND deleted_at IS NULL",
    tenantId,
  );
  return counted?.count ?? 0;
}

/**
 * Of a backlog longer than is counted, the oldest is sought among the part that is counted and what is
 * due first.
 */
function readPending(db: Database, sinkNos: readonly number[]) {
  let pendingCount = 0;
  let oldestPendingAt: number | null = null;
  for (const no of sinkNos) {
    const counted = db.get<{ count: number; oldest_no: number | null }>(
      `SELECT count(*) AS count, min(no) AS oldest_no FROM (
         SELECT no FROM deliveries INDEXED BY deliveries_unfinished
         WHERE event_sink_no = ? AND state = 'pending' LIMIT ?)`,
      no,
      Math.max(pendingCountMax - pendingCount, 1),
    );
    if (counted === undefined || counted.oldest_no === null) continue;
    pendingCount = Math.min(pendingCount + counted.count, pendingCountMax);
    const oldest = db.get<{ at: number | null }>(
      `SELECT min(created_at) AS at FROM (
         SELECT created_at FROM deliveries WHERE no = ?2
         UNION ALL SELECT * FROM (SELECT created_at FROM deliveries INDEXED BY deliveries_due
           WHERE event_sink_no = ?1 AND is_urgent = 1 AND state = 'pending'
             AND due_at IS NOT NULL ORDER BY due_at LIMIT 20)
         UNION ALL SELECT * FROM (SELECT created_at FROM deliveries INDEXED BY deliveries_due
           WHERE event_sink_no = ?1 AND is_urgent = 0 AND state = 'pending'
             AND due_at IS NOT NULL ORDER BY due_at LIMIT 20))`,
      no,
      counted.oldest_no,
    );
    const at = oldest?.at ?? null;
    if (at !== null) oldestPendingAt = Math.min(at, oldestPendingAt ?? at);
  }
  return { pendingCount, oldestPendingAt };
}

const deletedMax = 200;
const key = "tenant_no, event_sink_no, span_ms, measure, at";

/** Forgets a bounded part of what is too old. @returns whether that was all. */
export function pruneStatistics(
  db: Database,
  { now, hoursBefore }: { now: number; hoursBefore: number },
): boolean {
  const forget = (span: Span, before: number) =>
    db.run(
      `DELETE FROM statistics WHERE (${key}) IN (
         SELECT ${key} FROM statistics INDEXED BY statistics_by_age
         WHERE span_ms = ? AND at < ? LIMIT ${deletedMax})`,
      span,
      before,
    );
  const minuteCount = forget(minuteMs, now - minutesKeptMs);
  const hourCount = forget(hourMs, hoursBefore);
  return Math.max(minuteCount, hourCount) < deletedMax;
}

/** A bounded part of a deleted tenant's. @returns how many rows went. */
export function deleteStatistics(db: Database, tenantNo: number): number {
  return db.run(
    `DELETE FROM statistics WHERE (${key}) IN (
       SELECT ${key} FROM statistics WHERE tenant_no = ? LIMIT ${deletedMax})`,
    tenantNo,
  );
}
