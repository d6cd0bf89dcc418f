import assert from "node:assert/strict";
import { alertActions, mustWait } from "../../src/domain/delivery.ts";
import type { OpenStore } from "../store-suite.ts";
import {
  accept,
  claim,
  eventually,
  listen,
  readDelivery,
  retryOf,
  settlementOf,
  startAt,
  storedSink,
} from "../support/store-samples.ts";
import { onFreshStore } from "./on-fresh-store.ts";

/** Order per (sink, dedup_key). */
export function orderTests(openStore: OpenStore): void {
  pairTests(openStore);
  waitingTests(openStore);
}

function pairTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("every pair of actions of a key keeps its order, and no other pair does", async ({
    store,
  }) => {
    for (const first of alertActions) {
      for (const second of alertActions) {
        const [sink, other] = [await storedSink(store), await storedSink(store)];
        const one = await accept(store, sink, { dedupKey: "k", action: first });
        const two = await accept(store, sink, { dedupKey: "k", action: second });
        const free = await accept(store, sink, { dedupKey: "another", action: second });
        await accept(store, other, { dedupKey: "k", action: second });
        const { deliveries } = await claim(store, sink);
        const ids = deliveries.map(({ id }) => id);
        const waits = mustWait(second, [{ action: first }]);
        const expected = waits
          ? [one.deliveryId, free.deliveryId]
          : [one.deliveryId, two.deliveryId, free.deliveryId];
        assert.deepEqual(ids, expected, `${first} then ${second}`);
        assert.equal((await claim(store, other)).deliveries.length, 1);
        if (!waits) continue;
        assert.equal((await readDelivery(store, two.deliveryId)).dueAt, null);
        const [blocking] = deliveries;
        assert.ok(blocking);
        await store.settle({ settlements: [settlementOf(blocking)] });
        assert.equal((await claim(store, sink)).deliveries[0]?.id, two.deliveryId);
      }
    }
  });
}

function waitingTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("a retry keeps those behind it waiting, a failure lets them go", async ({ store }) => {
    const sink = await storedSink(store);
    await accept(store, sink, { dedupKey: "k" });
    const resolve = await accept(store, sink, { dedupKey: "k", action: "resolve" });
    const [trigger] = (await claim(store, sink)).deliveries;
    assert.ok(trigger);
    await store.settle({ settlements: [retryOf(trigger, startAt + 10)] });
    const { deliveries } = await claim(store, sink, startAt + 10);
    assert.deepEqual(
      deliveries.map(({ id }) => id),
      [trigger.id],
    );
    const [again] = deliveries;
    assert.ok(again);
    const failed = settlementOf(again, { state: "failed", reason: "gone", now: startAt + 20 });
    await store.settle({ settlements: [failed] });
    assert.equal((await readDelivery(store, resolve.deliveryId)).dueAt, startAt + 20);
    const freed = await claim(store, sink, startAt + 20);
    assert.equal(freed.deliveries[0]?.id, resolve.deliveryId);
  });

  test("a subscriber is not offered what has to wait and is told when it may go", async ({
    store,
  }) => {
    const { offered, due } = listen(store, 10);
    const sink = await storedSink(store);
    await accept(store, sink, { dedupKey: "k" });
    const resolve = await accept(store, sink, { dedupKey: "k", action: "resolve" });
    const unrelated = await accept(store, sink, { dedupKey: "other" });
    await eventually(() => offered().length === 2);
    assert.equal(offered()[1]?.id, unrelated.deliveryId, "a waiting delivery is no backlog");
    assert.deepEqual(due(), []);
    const [trigger] = offered();
    assert.ok(trigger);
    await store.settle({ settlements: [settlementOf(trigger, { now: startAt + 5 })] });
    await eventually(() => due().length === 1 || offered().length === 3);
    const { deliveries } = await claim(store, sink, startAt + 5);
    const ids = [...deliveries, ...offered()].map(({ id }) => id);
    assert.ok(ids.includes(resolve.deliveryId));
  });

  test("a crowd that waited for one resolve is let go completely", async ({ store }) => {
    const sink = await storedSink(store);
    await accept(store, sink, { dedupKey: "k", action: "resolve" });
    for (let count = 0; count < 60; count += 1) await accept(store, sink, { dedupKey: "k" });
    let settledCount = 0;
    for (;;) {
      const { deliveries } = await claim(store, sink);
      if (deliveries.length === 0) break;
      settledCount += deliveries.length;
      await store.settle({ settlements: deliveries.map((delivery) => settlementOf(delivery)) });
    }
    assert.equal(settledCount, 61);
  });
}
