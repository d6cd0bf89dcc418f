import assert from "node:assert/strict";
import type { OpenStore } from "../store-suite.ts";
import {
  accept,
  claim,
  newAlert,
  retryOf,
  sampleAlert,
  settlementOf,
  startAt,
  storedSink,
} from "../support/store-samples.ts";
import { onFreshStore } from "./on-fresh-store.ts";

/** Claiming, releasing, and what a lease is worth. */
export function leaseTests(openStore: OpenStore): void {
  claimTests(openStore);
  staleTests(openStore);
  laneTests(openStore);
}

function claimTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("the first turns of paces are at once, and a hold is taken", async ({ store }) => {
    const paces = ["a", "b"].map((key) => ({ key, burst: 2, stepMs: 60_000 }));
    const [pace = assert.fail()] = paces;
    assert.deepEqual(await store.reserveTurns({ paces }), [0, 0]);
    assert.deepEqual(await store.reserveTurns({ paces: [pace] }), [0]);
    assert.equal(await store.holdPace({ pace, forMs: 60_000 }), null);
  });

  test("a claimed delivery comes with all that sending it needs", async ({ store }) => {
    const sink = await storedSink(store);
    const alert = sampleAlert({ tags: ["x"], template: "{}", dedupKey: "k", hasExplicitKey: true });
    const { deliveryId } = await accept(store, sink, alert, startAt + 2);
    const { deliveries, nextDueAt } = await claim(store, sink, startAt + 2);
    assert.equal(nextDueAt, null);
    assert.equal(deliveries.length, 1);
    const { lease, ...rest } = deliveries[0] ?? assert.fail();
    assert.notEqual(lease, "");
    assert.deepEqual(rest, {
      tenantId: "acme",
      eventSinkId: sink.id,
      id: deliveryId,
      alert,
      attemptCount: 0,
      failureCount: 0,
      createdAt: startAt + 2,
      memory: {},
      replayedAt: null,
      isResolveWaiting: false,
    });
  });

  test("a lane is claimed oldest due first, never more than asked, never twice", async ({
    store,
  }) => {
    const sink = await storedSink(store);
    const ids: string[] = [];
    for (let at = 0; at < 5; at += 1) {
      ids.push((await accept(store, sink, {}, startAt + at)).deliveryId);
    }
    const first = await claim(store, sink, startAt + 2, 2);
    assert.deepEqual(
      first.deliveries.map(({ id }) => id),
      ids.slice(0, 2),
    );
    assert.equal(first.nextDueAt, startAt + 2, "the third is due and was not asked for");
    const second = await claim(store, sink, startAt + 2, 9);
    assert.deepEqual(
      second.deliveries.map(({ id }) => id),
      ids.slice(2, 3),
    );
    assert.equal(second.nextDueAt, startAt + 3, "the fourth is not due yet");
    const none = await claim(store, sink, startAt + 2, 9);
    assert.deepEqual([none.deliveries, none.nextDueAt], [[], startAt + 3]);
    const nothing = await claim(store, sink, startAt + 99, 0);
    assert.deepEqual([nothing.deliveries, nothing.nextDueAt], [[], startAt + 3]);
  });

  test("claims made at once never lease the same delivery", async ({ store }) => {
    const sink = await storedSink(store);
    const alerts = Array.from({ length: 50 }, () => newAlert([sink]));
    await store.acceptAlerts({ alerts, now: startAt });
    const claims = await Promise.all(
      Array.from({ length: 12 }, () => claim(store, sink, startAt, 7)),
    );
    const ids = claims.flatMap(({ deliveries }) => deliveries.map(({ id }) => id));
    assert.equal(ids.length, 50);
    assert.equal(new Set(ids).size, 50);
  });

  test("a released delivery is due as before", async ({ store }) => {
    const sink = await storedSink(store);
    await accept(store, sink);
    const [leased] = (await claim(store, sink)).deliveries;
    assert.ok(leased);
    const { tenantId, eventSinkId, id: deliveryId, lease } = leased;
    const wrong = { tenantId, eventSinkId, deliveryId, lease: "wrong" };
    await store.release({ leases: [wrong] });
    assert.equal((await claim(store, sink)).deliveries.length, 0);
    await store.release({ leases: [{ tenantId, eventSinkId, deliveryId, lease }] });
    const [again] = (await claim(store, sink)).deliveries;
    assert.equal(again?.id, deliveryId);
    assert.notEqual(again.lease, lease);
    assert.equal(again.attemptCount, 0);
  });
}

function staleTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("only the lease that is held settles, and only once", async ({ store }) => {
    const sink = await storedSink(store);
    const { deliveryId } = await accept(store, sink);
    const [leased] = (await claim(store, sink)).deliveries;
    assert.ok(leased);
    const good = settlementOf(leased);
    const settlements = [
      { ...good, lease: "wrong" },
      { ...good, tenantId: "other" },
      { ...good, eventSinkId: deliveryId },
      good,
      { ...good, state: "failed" as const },
    ];
    const results = await store.settle({ settlements });
    assert.deepEqual(results, ["stale", "stale", "stale", "settled", "stale"]);
    const found = await store.getDelivery({ tenantId: null, id: deliveryId });
    assert.equal(found?.delivery.state, "delivered");
    assert.equal(found.attempts.length, 1);
  });

  test("a lease given back or lost with a restart settles nothing", async ({ store, reopen }) => {
    const sink = await storedSink(store);
    const { deliveryId } = await accept(store, sink);
    const [first] = (await claim(store, sink)).deliveries;
    assert.ok(first);
    await store.release({ leases: [{ ...first, deliveryId }] });
    assert.deepEqual(await store.settle({ settlements: [settlementOf(first)] }), ["stale"]);
    const [second] = (await claim(store, sink)).deliveries;
    assert.ok(second);
    const reopened = await reopen();
    const [third] = (await claim(reopened, sink)).deliveries;
    assert.ok(third);
    assert.deepEqual(await reopened.settle({ settlements: [settlementOf(second)] }), ["stale"]);
    assert.deepEqual(await reopened.settle({ settlements: [settlementOf(third)] }), ["settled"]);
  });
}

function laneTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("lanes with unsettled deliveries are listed with the first unleased due time", async ({
    store,
  }) => {
    const [idle, busy, retrying, leased] = [
      await storedSink(store),
      await storedSink(store),
      await storedSink(store, { tenantId: "other" }),
      await storedSink(store),
    ];
    assert.deepEqual(await store.listLanes({}), []);
    await accept(store, idle);
    const [done] = (await claim(store, idle)).deliveries;
    assert.ok(done);
    await store.settle({ settlements: [settlementOf(done)] });
    await accept(store, busy, {}, startAt + 7);
    await accept(store, busy, {}, startAt + 8);
    await accept(store, retrying);
    const [failed] = (await claim(store, retrying)).deliveries;
    assert.ok(failed);
    await store.settle({ settlements: [retryOf(failed, startAt + 5_000)] });
    await accept(store, leased);
    await claim(store, leased);
    assert.deepEqual(await store.listLanes({}), [
      { tenantId: "acme", eventSinkId: busy.id, nextDueAt: startAt + 7 },
      { tenantId: "other", eventSinkId: retrying.id, nextDueAt: startAt + 5_000 },
      { tenantId: "acme", eventSinkId: leased.id, nextDueAt: null },
    ]);
  });

  test("one claim serves many lanes, each by its own limit, and unknown ones yield nothing", async ({
    store,
  }) => {
    const [one, two] = [await storedSink(store), await storedSink(store, { tenantId: "other" })];
    for (const sink of [one, one, two, two]) await accept(store, sink);
    const claimed = await store.claim({
      now: startAt,
      lanes: [
        { tenantId: "acme", eventSinkId: one.id, limit: 1 },
        { tenantId: "acme", eventSinkId: two.id, limit: 5 },
        { tenantId: "other", eventSinkId: two.id, limit: 5 },
      ],
    });
    assert.deepEqual(
      claimed.map(({ tenantId, eventSinkId, deliveries, nextDueAt }) => [
        tenantId,
        eventSinkId,
        deliveries.length,
        nextDueAt,
      ]),
      [
        ["acme", one.id, 1, startAt],
        ["acme", two.id, 0, null],
        ["other", two.id, 2, null],
      ],
    );
  });
}
