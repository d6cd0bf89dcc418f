/**
 * Every statement on the hot path, as the store sends it, on a million pending deliveries: found by an
 * index, and by one that leads to what is asked for. The sister of what budget.test.ts says of SQLite.
 */

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { systemClock } from "../../src/clock.ts";
import type { EventSink } from "../../src/domain/event-sink.ts";
import { hasMail, renew } from "../../src/store/postgres/nodes/membership.ts";
import { oldestVersion, runOnce, startPostgres } from "../support/postgres-server.ts";
import {
  anyDelivery,
  claim,
  listen,
  newAlert,
  retryOf,
  sampleApiKey,
  sampleSink,
  settlementOf,
  storedSink,
} from "../support/store-samples.ts";
import {
  deadSinkId,
  deadTenant,
  fillingSettings,
  fillMillionPending,
  largeTables,
  otherDeadSinkId,
  sinkCount,
  stuckKey,
} from "./million-pending.ts";
import { explain, type Plan } from "./plan-judge.ts";
import { startWatchedNode, type WatchedNode } from "./watched-node.ts";

/** The planner of the oldest is the least clever one: it has missed what later ones found. */
const server = await startPostgres(fillingSettings, oldestVersion);
const now = systemClock.now();
const deadSink = sampleSink({ id: deadSinkId, tenantId: deadTenant });
let node: WatchedNode;
let plans: Plan[] = [];

before(async () => {
  node = await startWatchedNode(server, async (asked) => {
    const plan = await explain(asked);
    if (plan !== null) plans.push(plan);
  });
  await fillMillionPending(node.url, now);
});
beforeEach(() => {
  plans = [];
});
after(async () => {
  await node.close();
  await server.close();
});

/** A handful of rows for each of what is worked on at once, where a scan reads thousands. */
const rowsEachMax = 10;

/** @param count how many deliveries or lanes were asked for. */
function assertByIndex(count: number): void {
  assert.ok(plans.length > 0);
  for (const { sql, scanned, rowsRead, text } of plans) {
    const large = scanned.filter((table) => largeTables.test(table));
    assert.deepEqual(large, [], `${sql}\n${text}`);
    assert.ok(rowsRead <= rowsEachMax * count, `${rowsRead} rows for ${count}: ${sql}\n${text}`);
  }
}

const rowsReadByAll = () => plans.reduce((sum, { rowsRead }) => sum + rowsRead, 0);
/** What the node does of its own comes before what is asked for next. */
const untilDone = () => node.store.release({ leases: [] });
const laneOf = ({ tenantId, id }: EventSink) => ({ tenantId, eventSinkId: id });

test("a claim reads what it takes", async () => {
  const { deliveries } = await claim(node.store, deadSink, now, 100);
  assert.equal(deliveries.length, 100);
  assertByIndex(100);
  // Its place in the queue, and it with its alert; the lane itself, and one more than is taken.
  assert.ok(rowsReadByAll() <= 3 * 100 + 10, `${rowsReadByAll()} rows`);
  plans = [];
  await claim(node.store, deadSink, now, 100);
  // Those in hand are stepped over.
  assert.ok(rowsReadByAll() <= 4 * 100 + 10, `${rowsReadByAll()} rows`);
});

test("a start, and the look for what dead nodes have left, cost by lanes", async () => {
  const { store, loop, db } = node;
  const lanes = await store.listLanes({});
  assert.equal(lanes.length, sinkCount);
  loop.lookAround();
  await untilDone();
  await renew(db, loop.state.id);
  assertByIndex(sinkCount);
});

test("alerts that come, again too, and their settlements are found by their keys", async () => {
  const { store } = node;
  const { offered } = listen(store, 100);
  const live = await storedSink(store, { tenantId: deadTenant });
  const make = () =>
    Array.from({ length: 100 }, (_, n) => newAlert([live], { id: `own-${n}`, dedupKey: stuckKey }));
  await store.acceptAlerts({ alerts: make(), now });
  const again = await store.acceptAlerts({ alerts: make(), now });
  assert.ok(again.every(({ kind }) => kind === "duplicate"));
  const [done, later] = [offered().slice(0, 50), offered().slice(50)];
  assert.equal(later.length, 50);
  const memory = { ts: "1.2" };
  await store.settle({ settlements: done.map((one) => settlementOf(one, { memory })) });
  await store.settle({ settlements: later.map((one) => retryOf(one, now)) });
  await claim(store, live, now, 50);
  assertByIndex(100);
});

test("what ends or supersedes a key of which thousands wait steps through so many only", async () => {
  const { store } = node;
  const { deliveries } = await claim(store, { ...deadSink, id: otherDeadSinkId }, now, 100);
  const held = deliveries.find(({ alert }) => alert.dedupKey === stuckKey);
  assert.ok(held);
  await store.settle({ settlements: [settlementOf(held)] });
  const closing = { dedupKey: stuckKey, action: "resolve" as const };
  const resolve = newAlert([{ ...deadSink, id: otherDeadSinkId }], closing);
  const superseding = resolve.deliveries.map((one) => ({ ...one, supersedes: true }));
  await store.acceptAlerts({ alerts: [{ ...resolve, deliveries: superseding }], now });
  assertByIndex(1_000);
});

test("mail for a node is found by it", async () => {
  const { loop, db, url } = node;
  await runOnce(
    url,
    `INSERT INTO lane_mail (tenant_id, event_sink_id, kind, at)
     SELECT '${deadTenant}', '${deadSinkId}', 'due', 0 FROM generate_series(1, 400)`,
  );
  assert.equal(await hasMail(db, loop.state.id), true);
  loop.readMail();
  await untilDone();
  assert.equal(await hasMail(db, loop.state.id), false);
  assertByIndex(sinkCount);
});

test("what taking and sending an alert asks for is found by its keys", async () => {
  const { store } = node;
  const key = sampleApiKey({ tenantId: deadTenant });
  await store.createApiKey(key);
  plans = [];
  assert.equal((await store.getTenantSinks({ tenantId: deadTenant }))?.eventSinks.length, 11);
  assert.ok(await store.getSendingSink(laneOf(deadSink)));
  assert.ok(await store.findApiKey({ hash: key.hash }));
  await store.countDeliveries({});
  assertByIndex(12);
});

test("what a lane holds is canceled by so many rows", async () => {
  const held = await node.store.cancelHeld({ ...laneOf(deadSink), now, until: null });
  assert.equal(held.canceledCount, 200);
  assertByIndex(500);
});

test("a list of deliveries picks its rows before anything is looked up for them", async () => {
  const { store } = node;
  const filter = { ...anyDelivery, tenantId: deadTenant, limit: 100 };
  for (const state of [null, "pending", "held"] as const) {
    plans = [];
    await store.listDeliveries({ ...filter, state });
    const pieces = plans.filter(({ sql }) => sql.includes("ORDER BY d.id"));
    assert.ok(pieces.length > 0);
    // One that finds little reads on in larger pieces, to a bound.
    for (const { sql, rowsRead, text } of pieces)
      assert.ok(rowsRead <= 5_000, `${rowsRead} rows: ${sql}\n${text}`);
  }
});

test("a sink that is deleted with all it had is swept bit by bit", async () => {
  const { store } = node;
  const input = { tenantId: null, id: otherDeadSinkId, now, ifVersion: null };
  assert.equal((await store.deleteEventSink(input)).kind, "deleted");
  await untilDone();
  assertByIndex(1_000);
});

test("without its index a claim would be found out", async () => {
  await runOnce(node.url, "DROP INDEX queue_due");
  await claim(node.store, deadSink, now, 1);
  assert.throws(() => assertByIndex(1), /rows for 1:/);
});
