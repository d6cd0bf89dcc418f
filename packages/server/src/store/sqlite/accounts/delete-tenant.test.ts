import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { openFreshStore } from "../../../../test/support/fresh-store.ts";
import {
  accept,
  eventually,
  newAlert,
  startAt,
  storedSink,
} from "../../../../test/support/store-samples.ts";

const tables = ["tenants", "event_sinks", "alerts", "alert_ids", "deliveries", "attempts"] as const;

function countRows(path: string): Record<string, number> {
  const db = new DatabaseSync(path, { readOnly: true });
  const counts = tables.map((table) => {
    const row = db.prepare(`SELECT count(*) AS count FROM ${table}`).get();
    return [table, Number(row?.["count"])] as const;
  });
  db.close();
  return Object.fromEntries(counts);
}

test("all rows of a deleted tenant go in the background, over a restart too, and no others", async () => {
  const fresh = await openFreshStore();
  const foreign = await storedSink(fresh.store, { tenantId: "other" });
  await accept(fresh.store, foreign, { id: "theirs" });
  const before = countRows(fresh.path);
  const sinks = [await storedSink(fresh.store), await storedSink(fresh.store)];
  const alerts = Array.from({ length: 700 }, (_, n) => newAlert(sinks, { id: `alert ${n}` }));
  await fresh.store.acceptAlerts({ alerts, now: startAt });
  await fresh.store.deleteTenant({ id: "acme", now: startAt });
  await fresh.reopen();
  await eventually(() => countRows(fresh.path)["tenants"] === 1);
  assert.deepEqual(countRows(fresh.path), before);
  await fresh.close();
});
