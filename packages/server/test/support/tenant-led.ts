/**
 * Whether the tables of the PostgreSQL store could be distributed by tenant: `tenant_id` leads their
 * keys, and every statement on them says whose rows it means. docs/scale.md says what for.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { PostgresServer } from "./postgres-server.ts";

/** Tables that would not be distributed, and why. */
export const tablesOfNoTenant: Readonly<Record<string, string>> = {
  migrations: "of the database",
  meta: "of the installation",
  tenant_ids: "says whose an id is, before a tenant is known",
  sessions: "found by a token, before a tenant is known",
  slack_locks: "found by the id of an integration, which may be the operator's",
  nodes: "one row for each node; lanes of all tenants name them",
  lane_mail: "letters to nodes, gone when they are read",
  delivery_counts: "sums over all tenants, each node's its own",
  paces: "of a platform, over all tenants",
  retention_pass: "one row: whose turn it is to delete",
};

const tenantTables = [
  ...["tenants", "gone_tenants", "api_keys", "event_sinks", "slack_integrations", "slack_installs"],
  ...["alerts", "alert_ids", "deliveries", "attempts", "queue", "sink_memory", "replays", "lanes"],
  ...["audit_log", "statistics"],
];

/** Statements that mean rows of all tenants, by a piece of each, and why. None is on the way of an alert. */
const statementsOnAll: Readonly<Record<string, string>> = {
  "DELETE FROM nodes n WHERE": "forgets nodes of which no lane is left",
  "FROM nodes n LEFT JOIN lanes l": "how lanes are shared out over nodes",
  "DELETE FROM lanes WHERE node_id": "a node stops",
  "FROM lanes WHERE node_id": "a node asks what is its own",
  "WITH RECURSIVE busy": "what is due, over all tenants: at a start, and when a node has died",
  "FROM gone_tenants": "deleted tenants of which something is left",
  "FROM replays WHERE state": "replays that are running",
  "FROM tenants WHERE seq >": "the operator's list of tenants, and retention from one to the next",
  "SELECT max(retention_days)": "the longest retention of any tenant",
  "request_id FROM audit_log WHERE": "the operator's own look at the audit log",
  "NOT starts_with(sealed_secrets": "all secrets are sealed with a new key",
  "DELETE FROM audit_log WHERE at": "retention",
  "DELETE FROM statistics WHERE ctid": "retention",
  "FROM queue WHERE replayed_at IS NOT NULL": "retention: whether a week is settled",
  "FROM deliveries WHERE alert_uid >=": "retention: whether a week is settled",
  "DELETE FROM slack_installs WHERE expires_at": "installs that were never finished",
};

const noAlias =
  "WHERE|SET|ON|ORDER|GROUP|LIMIT|FOR|JOIN|LEFT|CROSS|USING|SELECT|RETURNING|VALUES|UNION";
const reference = new RegExp(
  `\\b(FROM|JOIN|UPDATE|INTO|USING) (${tenantTables.join("|")})\\b(?: (?:AS )?(?!(?:${noAlias})\\b)(\\w+))?`,
  "gi",
);

/** Tables of tenants whose rows a statement means without saying whose they are. */
export function findUnled(statement: string): string[] {
  const sql = statement.replaceAll(/\s+/g, " ");
  const unled: string[] = [];
  for (const { 0: found, 1: verb, 2: table = "", 3: alias, index } of sql.matchAll(reference)) {
    const isLed =
      verb?.toUpperCase() === "INTO"
        ? /^[^()]*\([^()]*\btenant_id\b/.test(sql.slice(index + found.length))
        : conditionOn(alias).test(sql);
    if (!isLed) unled.push(table);
  }
  return unled;
}

/** `tenant_id` of a table compared with something, alone or as the first of several columns. */
function conditionOn(alias: string | undefined): RegExp {
  const column = `(?<![.\\w])${alias === undefined ? "" : `${alias}\\.`}tenant_id\\b`;
  return new RegExp(`${column} (=|IN\\b)|= ${column}|\\(${column},[^)]*\\) (=|>|IN\\b)`, "i");
}

/** Has a server keep the text of what it runs, in all databases, dropped ones too. */
export const keepsStatements = {
  shared_preload_libraries: "pg_stat_statements",
  "pg_stat_statements.max": "50000",
  "pg_stat_statements.track_utility": "off",
};

/** To stand behind the tests whose statements it judges. The server must have been started to keep them. */
export function tenantLedTest(server: PostgresServer): void {
  test("every statement on rows of tenants has said whose", async (t) => {
    const kept = await server.run("SHOW shared_preload_libraries");
    if (!String(kept.rows[0]?.shared_preload_libraries).includes("pg_stat_statements")) {
      t.skip("the server does not keep what it runs: it lacks pg_stat_statements");
      return;
    }
    await server.run("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
    const { rows } = await server.run("SELECT DISTINCT query FROM pg_stat_statements");
    const statements = rows.map(({ query }) => String(query).replaceAll(/\s+/g, " "));
    assert.ok(statements.some((sql) => sql.includes("INSERT INTO queue")));
    const isOnAll = (sql: string) =>
      Object.keys(statementsOnAll).some((piece) => sql.includes(piece));
    const unled = statements.filter((sql) => findUnled(sql).length > 0 && !isOnAll(sql));
    assert.deepEqual(unled, []);
  });
}
