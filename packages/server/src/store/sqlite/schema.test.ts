import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { type FreshStore, openFreshStore } from "../../../test/support/fresh-store.ts";
import { readMigrations } from "../migrate.ts";
import { findDueSql } from "./due.ts";

/** Every table and index as SQLite wrote it down, comments and white space aside. */
function describeSchema(db: DatabaseSync): string[] {
  const rows = db
    .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
    .all();
  return rows.map(({ sql }) => String(sql).replaceAll(/--.*$/gm, "").replaceAll(/\s+/g, " "));
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

test("a claim reads nothing but the index of what is due, in its order", async () => {
  await onDatabase((db) => {
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${findDueSql}`).all(1, 0, 10);
    assert.deepEqual(
      plan.map(({ detail }) => detail),
      [
        "SEARCH deliveries USING INDEX deliveries_due (event_sink_no=? AND is_urgent=? AND due_at>?)",
      ],
    );
  });
});
