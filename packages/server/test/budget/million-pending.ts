/**
 * A database as it is when things went wrong for long: a million deliveries pending, nine in ten of
 * them for ten dead sinks of one tenant, the others spread over a thousand sinks. The server makes it up
 * itself, in tables that get their indexes afterwards: seconds, where alerts would take half an hour.
 */

import { firstIdAt, weekOfName, weekStart } from "../../src/store/postgres/retention/partitions.ts";
import { runOnce } from "../support/postgres-server.ts";

const pendingCount = 1_000_000;
const deadCount = 900_000;
/** Of each dead sink a tenth of these wait for an acknowledge of their key. */
const stuckCount = 200_000;

export const deadTenant = "acme";
export const deadSinkId = "00000000-0000-7000-9000-000000000000";
export const otherDeadSinkId = "00000000-0000-7000-9000-000000000001";
export const stuckKey = "stuck";
/** Ten dead ones, and a thousand others, ten for each tenant. */
export const sinkCount = 1_010;
/** Large enough that a scan from end to end would be felt, with all that is made of them. */
export const largeTables =
  /^(queue|alerts|deliveries|attempts|event_sinks|lanes|tenant_ids)(_p\d+)?$/;

/** Settings of the server under which this is quicker; nothing here outlives the test. */
export const fillingSettings = {
  wal_level: "minimal",
  max_wal_senders: "0",
  max_wal_size: "4GB",
  maintenance_work_mem: "256MB",
};

const tenantId = `CASE WHEN sink < 10 THEN '${deadTenant}' ELSE 'tenant-' || sink / 10 END`;
const sinkId = `('00000000-0000-7000-9000-' || lpad(to_hex(sink), 12, '0'))::uuid`;
const idOf = (number: string) =>
  `(time_hex || '-7000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`;
const key = `CASE WHEN i <= ${stuckCount} THEN '${stuckKey}' ELSE 'key-' || alert END`;
const action = "CASE WHEN alert = 1 THEN 'acknowledge' ELSE 'trigger' END";

/** Rows `i`, ten of them for each alert, with the sink and the time of each. */
const rows = (
  startedAt: number,
  step: number,
) => `generate_series(${step}, ${pendingCount}, ${step}) AS i
  CROSS JOIN LATERAL (SELECT (i - 1) / 10 + 1 AS alert, ${startedAt} + i / 1000 AS at,
    CASE WHEN i <= ${deadCount} THEN (i - 1) % 10 ELSE 10 + (i - 1) % 1000 END AS sink) AS row
  CROSS JOIN LATERAL (SELECT regexp_replace(lpad(to_hex(${startedAt}), 12, '0'), '(.{8})', '\\1-')
    AS time_hex) AS hex`;

/** Fills the database of a node that has stored nothing yet. */
export async function fillMillionPending(url: string, now: number): Promise<void> {
  const startedAt = weekStart(now);
  await runOnce(url, fillSinksSql(startedAt));
  await Promise.all([
    runOnce(url, intoQueue(startedAt, await indexesOf(url, "queue"))),
    runOnce(url, intoPartition("deliveries", startedAt, fillDeliveriesSql(startedAt))),
    runOnce(url, intoPartition("alerts", startedAt, fillAlertsSql(startedAt))),
  ]);
  await runOnce(url, "ANALYZE");
}

const fillSinksSql = (at: number) => `
  INSERT INTO tenants (tenant_id, seq, created_at) OVERRIDING SYSTEM VALUE
    SELECT DISTINCT ${tenantId}, 1 + sink / 10, ${at} FROM generate_series(0, ${sinkCount - 1}) AS sink;
  INSERT INTO event_sinks (tenant_id, id, tenant_no, name, description, type, settings,
      saved_by_operator, version, created_at, updated_at)
    SELECT ${tenantId}, ${sinkId}, 1 + sink / 10, 'sink', '', 'webhook', '{}', false, 1, ${at}, ${at}
    FROM generate_series(0, ${sinkCount - 1}) AS sink;
  INSERT INTO tenant_ids (id, tenant_id)
    SELECT ${sinkId}::text, ${tenantId} FROM generate_series(0, ${sinkCount - 1}) AS sink;
  SELECT setval('delivery_seq', ${pendingCount})`;

const fillAlertsSql = (at: number) => `(tenant_id, uid, tenant_no, id, name, action, dedup_key,
    has_explicit_key, severity_id, tags, staging, received_at, body)
  SELECT ${tenantId}, ${idOf("alert")}, 1 + sink / 10, 'id-' || alert, 'Login', ${action}, ${key}, true, 3,
    '[]', false, at, '{}' FROM ${rows(at, 10)}`;

const fillDeliveriesSql = (at: number) => `(tenant_id, id, tenant_no, event_sink_id, alert_uid, seq,
    dedup_key, action, state, attempt_count, created_at, updated_at)
  SELECT ${tenantId}, ${idOf("i")}, 1 + sink / 10, ${sinkId}, ${idOf("alert")}, i, ${key}, ${action},
    'pending', 0, at, at FROM ${rows(at, 1)}`;

const fillQueueSql = (at: number) => `INSERT INTO queue (tenant_id, event_sink_id, seq, delivery_id,
    alert_uid, dedup_key, action, is_urgent, due_at, created_at, updated_at)
  SELECT ${tenantId}, ${sinkId}, i, ${idOf("i")}, ${idOf("alert")}, ${key}, ${action}, i % 50 = 0,
    CASE WHEN i <= ${stuckCount} AND alert > 1 THEN NULL ELSE at END, at, at FROM ${rows(at, 1)}`;

/** What is made in the transaction that fills it costs no WAL. */
function intoPartition(table: string, at: number, fillSql: string): string {
  const day = new Date(at).toISOString().slice(0, 10).replaceAll("-", "");
  const { name, from, to } = weekOfName(`p${day}`) ?? { name: "", from: 0, to: 0 };
  const partition = `${table}_${name}`;
  return `BEGIN; ALTER TABLE ${table} DETACH PARTITION ${partition}; DROP TABLE ${partition};
    CREATE TABLE ${partition} (LIKE ${table}); INSERT INTO ${partition} ${fillSql};
    ALTER TABLE ${table} ATTACH PARTITION ${partition}
      FOR VALUES FROM ('${firstIdAt(from)}') TO ('${firstIdAt(to)}'); COMMIT`;
}

interface Index {
  readonly drop: string;
  readonly make: string;
}

async function indexesOf(url: string, table: string): Promise<Index[]> {
  const { rows: found } = await runOnce(
    url,
    `SELECT CASE WHEN c.oid IS NULL THEN format('DROP INDEX %s', i.indexrelid::regclass)
         ELSE format('ALTER TABLE ${table} DROP CONSTRAINT %I', c.conname) END AS drop,
       CASE WHEN c.oid IS NULL THEN pg_get_indexdef(i.indexrelid)
         ELSE format('ALTER TABLE ${table} ADD CONSTRAINT %I %s', c.conname, pg_get_constraintdef(c.oid))
         END AS make
     FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid
     WHERE i.indrelid = '${table}'::regclass`,
  );
  return found;
}

function intoQueue(at: number, indexes: readonly Index[]): string {
  const drops = indexes.map(({ drop }) => drop);
  const makes = indexes.map(({ make }) => make);
  return ["BEGIN", "TRUNCATE queue", ...drops, fillQueueSql(at), ...makes, "COMMIT"].join(";\n");
}
