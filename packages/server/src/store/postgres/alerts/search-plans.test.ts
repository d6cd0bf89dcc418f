import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type FreshPostgres, openFreshPostgres } from "../../../../test/support/fresh-postgres.ts";
import { startPostgres } from "../../../../test/support/postgres-server.ts";
import {
  anyAlert,
  anyDelivery,
  startAt,
  storedSink,
} from "../../../../test/support/store-samples.ts";
import { type Database, openDatabase, type Queries, type SqlValue } from "../database.ts";
import { listDeliveries } from "../deliveries/search-deliveries.ts";
import { summarizeDeliveries } from "../deliveries/summarize-deliveries.ts";
import { listAlerts } from "./search-alerts.ts";

const server = await startPostgres();
let fresh: FreshPostgres;
let db: Database;
let sinkId: string;
const count = 50_000;
const id = (kind: number) => `('0190000${kind}-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid`;

/** Alerts with a delivery each, one in twenty of them failed. */
before(async () => {
  fresh = await openFreshPostgres(server);
  sinkId = (await storedSink(fresh.store)).id;
  db = openDatabase({ url: fresh.url, connectionsMax: 1 });
  await db.run(
    `INSERT INTO alerts (tenant_id, uid, tenant_no, id, name, action, dedup_key, has_explicit_key,
       severity_id, tags, staging, received_at, body, detection_rule_id)
     SELECT 'acme', ${id(1)}, t.seq, 'a' || i, 'Login ' || i, 'trigger', 'k' || i, false, 3, '[]', false,
       $1::bigint + i, '{}', CASE WHEN i % 2 = 0 THEN 'rule-' || i % 1000 END FROM tenants t, generate_series(1, ${count}) i WHERE t.tenant_id = 'acme'`,
    startAt,
  );
  await db.run(
    `INSERT INTO deliveries (tenant_id, id, tenant_no, event_sink_id, alert_uid, seq, dedup_key, action,
       state, reason, attempt_count, created_at, updated_at, failed_at)
     SELECT 'acme', ${id(2)}, t.seq, $2, ${id(1)}, i, 'k' || i, 'trigger',
       CASE WHEN i % 20 = 0 THEN 'failed' ELSE 'delivered' END, CASE WHEN i % 20 = 0 THEN 'timeout' END,
       1, $1::bigint + i, $1::bigint + i, CASE WHEN i % 20 = 0 THEN $1::bigint + i END
     FROM tenants t, generate_series(1, ${count}) i WHERE t.tenant_id = 'acme'`,
    startAt,
    sinkId,
  );
  await db.run("ANALYZE");
});
after(async () => {
  await db?.close();
  await fresh?.close();
  await server.close();
});

/** Asks the same, and keeps how the database means to find each answer. */
function explaining(): { readonly queries: Queries; readonly plans: string[] } {
  const plans: string[] = [];
  const explain = async (sql: string, values: readonly SqlValue[]) => {
    const rows = await db.all<{ "QUERY PLAN": string }>(`EXPLAIN ${sql}`, ...values);
    plans.push(`${sql}\n${rows.map((row) => row["QUERY PLAN"]).join("\n")}`);
  };
  const queries: Queries = {
    ...{ run: db.run.bind(db), get: db.get.bind(db) },
    async all<Row>(sql: string, ...values: readonly SqlValue[]) {
      await explain(sql, values);
      return db.all<Row>(sql, ...values);
    },
  };
  return { queries, plans };
}

/** Where a piece of a list is read in order, and neither sorted nor looked for in all of a table. */
function assertInOrder(plans: readonly string[], table: "alerts" | "deliveries"): void {
  const pieces = plans.filter((plan) => /ORDER BY [ad]\.u?id DESC LIMIT/.test(plan));
  assert.ok(pieces.length > 0);
  for (const plan of pieces) {
    assert.doesNotMatch(plan, /->\s+Sort/, plan);
    assert.doesNotMatch(plan, new RegExp(`Seq Scan on ${table}_default`), plan);
  }
}

test("alerts are read in order whatever is asked for, also from the middle", async () => {
  const [named, middle] = [{ q: "nowhere" }, "01900001-0000-7000-8000-000000005000"];
  const filters = [{}, named, { tag: "x" }, { severityId: 5 as const }, { state: "held" as const }];
  for (const filter of [...filters, { after: middle }, { eventSinkId: sinkId }]) {
    const { queries, plans } = explaining();
    await listAlerts(queries, { ...anyAlert, limit: 50, ...filter });
    assertInOrder(plans, "alerts");
  }
});

test("alerts of a rule are found by its index", async () => {
  const { queries, plans } = explaining();
  const { items } = await listAlerts(queries, { ...anyAlert, detectionRuleId: "rule-4" });
  assert.equal(items.length, count / 1_000);
  assert.match(plans.join("\n"), /detection_rule_id_tenant_id_uid_idx/);
});

test("deliveries are read in order whatever is asked for, also from the middle", async () => {
  const failed = { state: "failed" } as const;
  const filters = [{}, failed, { ...failed, reason: "auth_failed" as const }];
  const middle = "01900002-0000-7000-8000-000000005000";
  for (const filter of [...filters, { eventSinkId: sinkId }, { after: middle }]) {
    const { queries, plans } = explaining();
    await listDeliveries(queries, { ...anyDelivery, limit: 50, ...filter });
    assertInOrder(plans, "deliveries");
  }
});

test("a summary looks at what failed by its index", async () => {
  const { queries, plans } = explaining();
  const { groups } = await summarizeDeliveries(queries, { tenantId: "acme", eventSinkId: null });
  assert.deepEqual(
    groups.map(({ state, reason, count: found }) => [state, reason, found]),
    [["failed", "timeout", count / 20]],
  );
  assert.doesNotMatch(plans[0] ?? "", /Seq Scan on deliveries_default/);
});
