import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { type FreshStore, openFreshStore } from "../../../test/support/fresh-store.ts";
import { readMigrations } from "../migrate.ts";
import { findDueSql } from "./deliveries/due.ts";
import { countPendingSql } from "./deliveries/sink-health.ts";
import { findTriggersSql } from "./deliveries/supersede.ts";
import { findWaitingResolveSql } from "./deliveries/waiting.ts";

/** Every table and index as SQLite wrote it down, comments and white space aside, which ALTER TABLE sets its own way. */
function describeSchema(db: DatabaseSync): string[] {
  const rows = db
    .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
    .all();
  return rows.map(({ sql }) =>
    String(sql)
      .replaceAll(/--.*$/gm, "")
      .replaceAll(/\s+/g, " ")
      .replaceAll(/ ?([,()]) ?/g, "$1"),
  );
}

async function onDatabase(run: (db: DatabaseSync, fresh: FreshStore) => void): Promise<void> {
  const fresh = await openFreshStore();
  const db = new DatabaseSync(fresh.path, { readOnly: true });
  try {
    run(db, fresh);
  } finally {
    db.close();
    await fresh.close();
  }
}

test("all migrations together make the committed schema", async () => {
  const written = new DatabaseSync(":memory:");
  written.exec(readFileSync(new URL("./schema.sql", import.meta.url), "utf8"));
  await onDatabase((db) => assert.deepEqual(describeSchema(db), describeSchema(written)));
  written.close();
});

test("migrations are recorded by number and name", async () => {
  const known = readMigrations(new URL("./migrations/", import.meta.url));
  await onDatabase((db) => {
    const rows = db.prepare("SELECT number, name FROM migrations").all();
    assert.deepEqual(
      rows.map((row) => ({ ...row })),
      known.map(({ number, name }) => ({ number, name })),
    );
  });
});

test("the queue's queries read nothing but their index, in its order", async () => {
  const plans = {
    [findDueSql]: "deliveries_due (event_sink_no=? AND is_urgent=? AND due_at>?)",
    [findTriggersSql]: "deliveries_unfinished (event_sink_no=? AND dedup_key=? AND action=?)",
    [findWaitingResolveSql]: "deliveries_unfinished (event_sink_no=? AND dedup_key=? AND action=?)",
    [countPendingSql]: "deliveries_unfinished (event_sink_no=?)",
  };
  await onDatabase((db) => {
    for (const [sql, expected] of Object.entries(plans)) {
      const values = Array.from({ length: sql.split("?").length - 1 }, () => 1);
      const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values);
      const steps = plan
        .map(({ detail }) => String(detail))
        .filter((step) => step.includes("deliveries"));
      assert.deepEqual(
        steps.map((step) => step.replace(/^SEARCH deliveries USING (COVERING )?INDEX /, "")),
        [expected],
        sql,
      );
      const isSorted = plan.some(({ detail }) => String(detail).includes("TEMP B-TREE"));
      assert.ok(!isSorted, `sorts: ${sql}`);
    }
  });
});
