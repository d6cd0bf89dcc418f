import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Alerts with a delivered delivery each, as they would stand in a database after weeks. */
export interface Filling {
  readonly count: number;
  readonly tenantId: string;
  /** Deliveries went to these in turn. */
  readonly sinkIds: readonly string[];
  /** When the last of them came, one each millisecond; ms since the epoch, now if left out. */
  readonly endsAt?: number;
}

/** Rows in one transaction: what is written and not yet in the file is kept in memory. */
const rowsPerStep = 500_000;

/** Writes rows into the database of a service that is stopped; through its API they would take an hour. */
export function fill(
  directory: string,
  { count, tenantId, sinkIds, endsAt = Date.now() }: Filling,
): void {
  const db = new DatabaseSync(join(directory, "data", "event-sinks.db"));
  db.exec("PRAGMA synchronous = OFF; PRAGMA cache_size = -1048576; PRAGMA temp_store = MEMORY");
  const tenantNo = readNo(db, "SELECT no FROM tenants WHERE id = ?", tenantId);
  const sinkNos = sinkIds.map((id) => readNo(db, "SELECT no FROM event_sinks WHERE id = ?", id));
  const startedAt = endsAt - count;
  const pad = "x".repeat(300);
  for (let first = 1; first <= count; first += rowsPerStep) {
    const last = Math.min(first + rowsPerStep - 1, count);
    const numbers = `WITH RECURSIVE numbers (i) AS
      (SELECT ${first} UNION ALL SELECT i + 1 FROM numbers WHERE i < ${last})`;
    db.exec(`BEGIN;
      INSERT INTO alerts (no, tenant_no, uid, id, name, action, dedup_key, has_explicit_key,
        severity_id, tags, staging, received_at, template, body, detection_rule_id)
      ${numbers} SELECT i, ${tenantNo}, ${uuid(1)}, ${uuid(1)}, 'Root login ' || i, 'trigger', ${uuid(1)}, 0,
        3, '["aws"]', 0, ${startedAt} + i, NULL, '{"name":"Root login","pad":"${pad}"}',
        'rule-' || (i % 1000) FROM numbers;
      INSERT INTO deliveries (no, id, tenant_no, event_sink_no, alert_no, dedup_key, action, state,
        attempt_count, failure_count, created_at, updated_at, due_at, is_urgent, is_ambiguous)
      ${numbers} SELECT i, ${uuid(2)}, ${tenantNo}, ${choose(sinkNos)}, i, ${uuid(1)}, 'trigger', 'delivered',
        1, 0, ${startedAt} + i, ${startedAt} + i, NULL, 0, 0 FROM numbers;
      COMMIT; PRAGMA wal_checkpoint(TRUNCATE)`);
  }
  db.prepare("UPDATE delivery_counts SET count = count + ? WHERE state = 'delivered'").run(count);
  db.close();
}

/** A UUID of version 7 that ends with the row's number. */
function uuid(kind: number): string {
  return `printf('0190000${kind}-0000-7000-8000-%012x', i)`;
}

function choose(sinkNos: readonly number[]): string {
  const cases = sinkNos.map((no, index) => `WHEN ${index} THEN ${no}`);
  return `CASE i % ${sinkNos.length} ${cases.join(" ")} END`;
}

function readNo(db: DatabaseSync, sql: string, value: string): number {
  const found = db.prepare(sql).get(value);
  if (found === undefined) throw new Error(`nothing found: ${sql}`);
  return Number(found["no"]);
}
