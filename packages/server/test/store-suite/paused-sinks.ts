import assert from "node:assert/strict";
import type { OpenStore } from "../store-suite.ts";
import {
  accept,
  anyDelivery,
  breakSink,
  brokenHealth,
  claim,
  eventually,
  listen,
  newAlert,
  pause,
  probeAt,
  readDelivery,
  retryOf,
  settlementOf,
  startAt,
  statusOf,
  storedSink,
} from "../support/store-samples.ts";
import { onFreshStore } from "./on-fresh-store.ts";

/** Sinks whose deliveries are held on wish. */
export function pausedSinkTests(openStore: OpenStore): void {
  pauseTests(openStore);
  pausedByAttemptTests(openStore);
}

function pauseTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("a paused sink is offered and yields nothing until it is resumed, over restarts too", async ({
    store,
    reopen,
  }) => {
    const sink = await storedSink(store);
    const before = await accept(store, sink);
    assert.equal(await pause(store, sink, startAt + 1), "done");
    const meanwhile = await accept(store, sink);
    assert.deepEqual((await claim(store, sink, startAt + 9_999)).deliveries, []);
    const reopened = await reopen();
    const lane = { tenantId: "acme", eventSinkId: sink.id };
    assert.deepEqual(await reopened.listLanes({}), [{ ...lane, nextDueAt: null }]);
    const { offered, due, changed } = listen(reopened, 9);
    const after = await accept(reopened, sink, {}, startAt + 2);
    const { deliveries, nextDueAt } = await claim(reopened, sink, startAt + 9_999);
    assert.deepEqual([deliveries, nextDueAt], [[], null]);
    assert.equal(await pause(reopened, sink, null), "done");
    await eventually(() => due().length > 0);
    assert.deepEqual(due(), [{ ...lane, dueAt: startAt }]);
    assert.deepEqual(changed(), [{ kind: "sink_changed", ...lane, isDeleted: false }]);
    const resumed = await claim(reopened, sink, startAt + 2);
    assert.deepEqual(
      resumed.deliveries.map(({ id }) => id),
      [before, meanwhile, after].map(({ deliveryId }) => deliveryId),
    );
    assert.deepEqual(offered(), []);
    await accept(reopened, sink, {}, startAt + 2);
    await eventually(() => offered().length === 1);
  });

  test("pausing tells of a changed sink once and keeps its first time", async ({ store }) => {
    const { changed, due } = listen(store, 0);
    const sink = await storedSink(store);
    await pause(store, sink, startAt + 1);
    await pause(store, sink, startAt + 2);
    assert.equal((await statusOf(store, sink))?.pausedAt, startAt + 1);
    await pause(store, sink, null);
    await pause(store, sink, null);
    assert.equal((await statusOf(store, sink))?.pausedAt, null);
    assert.deepEqual([changed().length, due()], [2, []]);
    assert.deepEqual(await store.getEventSink({ tenantId: "acme", id: sink.id }), sink);
    assert.equal(await pause(store, { ...sink, tenantId: "other" }, startAt), "not_found");
    await store.deleteEventSink({ tenantId: "acme", id: sink.id, now: startAt, ifVersion: null });
    assert.equal(await pause(store, sink, startAt), "not_found");
    assert.equal(await statusOf(store, sink), null);
  });

  test("what is under way when its sink is paused may end; what is given back is not told of", async ({
    store,
  }) => {
    const { offered, due } = listen(store, 9);
    const sink = await storedSink(store);
    for (let count = 0; count < 3; count += 1) await accept(store, sink, { dedupKey: `${count}` });
    await accept(store, sink, { dedupKey: "0", action: "resolve" });
    await eventually(() => offered().length === 3);
    const [first, second, third] = offered();
    assert.ok(first && second && third);
    await pause(store, sink, startAt);
    const settlements = [settlementOf(first), retryOf(second, startAt)];
    assert.deepEqual(await store.settle({ settlements }), ["settled", "settled"]);
    await store.release({ leases: [{ ...third, deliveryId: third.id }] });
    assert.deepEqual((await claim(store, sink, startAt + 9)).deliveries, []);
    assert.deepEqual(due(), []);
    await pause(store, sink, null);
    assert.equal((await claim(store, sink, startAt + 9)).deliveries.length, 3);
  });
}

function pausedByAttemptTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("an attempt may pause its sink, and a stale one may not", async ({ store }) => {
    const { changed } = listen(store, 0);
    const sink = await storedSink(store);
    await accept(store, sink);
    await accept(store, sink);
    const [leased] = (await claim(store, sink, startAt, 1)).deliveries;
    assert.ok(leased);
    const gone = settlementOf(leased, { state: "failed", reason: "gone", now: startAt + 4 });
    const health = brokenHealth(startAt, probeAt);
    const stale = { ...gone, lease: "wrong", pausesSink: true, health };
    assert.deepEqual(await store.settle({ settlements: [stale] }), ["stale"]);
    assert.deepEqual((await statusOf(store, sink))?.pausedAt, null);
    assert.equal((await statusOf(store, sink))?.health.state, "healthy");
    await store.settle({ settlements: [{ ...gone, pausesSink: true }] });
    assert.equal((await statusOf(store, sink))?.pausedAt, startAt + 4);
    await eventually(() => changed().length === 1);
    assert.deepEqual((await claim(store, sink, startAt + 99)).deliveries, []);
  });

  test("pending deliveries of a paused or broken sink are held, others are not", async ({
    store,
  }) => {
    const [paused, broken, fine] = [
      await storedSink(store, { name: "paused" }),
      await storedSink(store, { name: "broken" }),
      await storedSink(store, { name: "fine" }),
    ];
    const both = newAlert([paused, fine]);
    await store.acceptAlerts({ alerts: [both], now: startAt });
    const done = await accept(store, paused);
    const [, leased] = (await claim(store, paused)).deliveries;
    assert.ok(leased);
    await store.settle({ settlements: [settlementOf(leased)] });
    await pause(store, paused, startAt);
    const brokenId = await breakSink(store, broken);

    assert.equal((await readDelivery(store, done.deliveryId)).isHeld, false, "it is settled");
    assert.equal((await readDelivery(store, brokenId)).isHeld, true);
    const { items } = await store.listDeliveries({ ...anyDelivery, alertUid: both.alert.uid });
    assert.deepEqual(
      items.map(({ eventSinkId, isHeld }) => [eventSinkId, isHeld]),
      [
        [fine.id, false],
        [paused.id, true],
      ],
    );
    const found = await store.getAlert({ tenantId: "acme", id: both.alert.uid });
    assert.deepEqual(found?.deliveries, items.toReversed());
    assert.deepEqual(
      (await store.getTenantSinks({ tenantId: "acme" }))?.eventSinks.map(({ name, isWorking }) => [
        name,
        isWorking,
      ]),
      [
        ["paused", false],
        ["broken", false],
        ["fine", true],
      ],
    );
    const { id } = paused;
    await store.deleteEventSink({ tenantId: "acme", id, now: startAt, ifVersion: null });
    const canceled = await readDelivery(store, both.deliveries[0]?.id ?? "");
    assert.deepEqual([canceled.state, canceled.isHeld], ["canceled", false]);
  });
}
