import assert from "node:assert/strict";
import { after, type TestContext, test } from "node:test";
import { v7 } from "uuid";
import { openFreshPostgres } from "../../../../test/support/fresh-postgres.ts";
import { startPostgres } from "../../../../test/support/postgres-server.ts";
import {
  accept,
  claimOne,
  newAlert,
  pause,
  settlementOf,
  startAt,
  storedSink,
} from "../../../../test/support/store-samples.ts";
import type { EventSink } from "../../../domain/event-sink.ts";
import { attachStore } from "../../client.ts";
import type { Store } from "../../store.ts";
import { openDatabase } from "../database.ts";
import { openPostgresStore } from "../store.ts";
import { makePartitions } from "./partitions.ts";

const dayMs = 24 * 3_600_000;
const at = (days: number) => startAt + days * dayMs;

const server = await startPostgres();
after(() => server.close());

/** An alert of that day, its ids too, and delivered unless it is to stay pending. */
async function storeOn(store: Store, sink: EventSink, days: number, isDelivered = true) {
  const now = at(days);
  const uid = v7({ msecs: now });
  const given = newAlert([sink], { uid, id: `id-${uid}`, receivedAt: now });
  const deliveries = [{ id: v7({ msecs: now + 5 }), eventSinkId: sink.id }];
  await store.acceptAlerts({ alerts: [{ ...given, deliveries }], now });
  if (!isDelivered) return uid;
  const leased = await claimOne(store, sink, now);
  await store.settle({ settlements: [settlementOf(leased, { now })] });
  return uid;
}

async function prune(store: Store, now: number) {
  let prunedCount = 0;
  for (let after: string | null = null; ; ) {
    const pass = { now, retentionMs: 30 * dayMs, auditRetentionMs: 400 * dayMs };
    const step = await store.pruneOld({ ...pass, after });
    prunedCount += step.prunedCount;
    after = step.next;
    if (after === null) return prunedCount;
  }
}

/** With the partitions of five weeks around the first days of 2026. */
async function openWithWeeks(t: TestContext) {
  const opened = await openFreshPostgres(server);
  const db = openDatabase({ url: opened.url, connectionsMax: 1 });
  t.after(async () => {
    await db.close();
    await opened.close();
  });
  await db.transaction((queries) => makePartitions(queries, at(7)));
  const weeks = async () => {
    const rows = await db.all<{ name: string }>(
      `SELECT DISTINCT right(relname, 8) AS name FROM pg_class
       WHERE relname ~ '^(alerts|deliveries|attempts)_p(20251229|202601[0-9]{2})$' ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  };
  return { store: opened.store, db, weeks };
}

test("a week of which all is settled and old is dropped whole", async (t) => {
  const { store, db, weeks } = await openWithWeeks(t);
  const sink = await storedSink(store);
  await storeOn(store, sink, 0);
  const uid = await storeOn(store, sink, 6);
  assert.deepEqual(await weeks(), ["20251229", "20260105", "20260112", "20260119", "20260126"]);
  assert.equal(await prune(store, at(32)), 0, "its last day is not old yet");
  assert.equal(await prune(store, at(35)), 1);
  assert.deepEqual(await weeks(), ["20260105", "20260112", "20260119", "20260126"]);
  assert.equal(await prune(store, at(45)), 1);
  assert.deepEqual(await weeks(), ["20260112", "20260119", "20260126"]);
  assert.equal(await store.getAlert({ tenantId: null, id: uid }), null);
  assert.deepEqual(await db.all("SELECT * FROM alert_ids"), []);
});

test("a week stays for what is pending, sent again or of a longer retention", async (t) => {
  const { store, weeks } = await openWithWeeks(t);
  const sink = await storedSink(store);
  const other = await storedSink(store, { tenantId: "other" });
  const pending = await storeOn(store, sink, 0, false);
  const settled = await storeOn(store, other, 0);
  assert.equal(await prune(store, at(65)), 1, "what holds nobody up goes by itself");
  assert.deepEqual(await weeks(), ["20251229"], "empty ones go");
  assert.notEqual(await store.getAlert({ tenantId: null, id: pending }), null);
  assert.equal(await store.getAlert({ tenantId: null, id: settled }), null);

  const leased = await claimOne(store, sink, at(65));
  await store.settle({ settlements: [settlementOf(leased, { now: at(65) })] });
  assert.equal(await prune(store, at(94)), 0);
  await prune(store, at(96));
  assert.deepEqual(await weeks(), []);
});

test("a week stays while another sink has a newer delivery of one of its alerts", async (t) => {
  const { store, weeks } = await openWithWeeks(t);
  const sink = await storedSink(store);
  const other = await storedSink(store);
  const uid = await storeOn(store, sink, 0);
  const filter = {
    ...{ eventSinkId: sink.id, alertUid: null, dedupKey: null, action: null },
    ...{ state: "delivered" as const, reason: null, since: null, until: null },
  };
  const order = { tenantId: "acme", filter, toEventSinkId: other.id, includesOvertaken: true };
  await store.createReplay({ ...order, id: v7(), matchedCount: null, now: at(20) });
  while ((await store.advanceReplays({ now: at(20) })) === "moved");
  await pause(store, other, null);
  await prune(store, at(45));
  assert.deepEqual((await weeks())[0], "20251229");
  const leased = await claimOne(store, other, at(45));
  assert.equal(leased.alert.uid, uid);
});

test("one node at a time has a pass, and each expires what its own lanes hold", async (t) => {
  const opened = await openFreshPostgres(server);
  const { store, url } = opened;
  const database = await openPostgresStore({ url });
  const second = attachStore(database.connect());
  t.after(async () => {
    await second.close();
    await database.close();
    await opened.close();
  });
  const sink = await storedSink(store);
  const mine = await accept(store, sink);
  await pause(store, sink, startAt);
  const pass = { now: at(40), retentionMs: 30 * dayMs, auditRetentionMs: 400 * dayMs };
  const first = await second.pruneOld({ ...pass, after: null });
  assert.equal(first.expiredCount, 0, "the lane is the other node's");
  const held = await store.pruneOld({ ...pass, after: null });
  assert.equal(held.expiredCount, 1);
  const found = await store.getDelivery({ tenantId: null, id: mine.deliveryId });
  assert.equal(found?.delivery.reason, "expired");

  const begun = await store.pruneOld({ ...pass, after: held.next });
  assert.notEqual(begun.next, null);
  assert.equal((await second.pruneOld({ ...pass, after: first.next })).next, null);
  await prune(store, at(40));
  assert.equal((await second.pruneOld({ ...pass, after: first.next })).next, null, "for a while");
});
