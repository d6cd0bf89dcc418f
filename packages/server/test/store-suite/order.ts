import assert from "node:assert/strict";
import fc from "fast-check";
import { type AlertAction, alertActions, mustWait } from "../../src/domain/delivery.ts";
import type { EventSink } from "../../src/domain/event-sink.ts";
import type { LeasedDelivery, Store } from "../../src/store/store.ts";
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
  randomTests(openStore);
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

interface ModelDelivery {
  readonly id: string;
  readonly key: string;
  readonly action: AlertAction;
  isPending: boolean;
  dueAt: number;
}

type Step =
  | { readonly kind: "accept"; readonly action: AlertAction; readonly key: string }
  | { readonly kind: "claim"; readonly limit: number }
  | {
      readonly kind: "settle";
      readonly pick: number;
      readonly end: "delivered" | "failed" | "retry";
    }
  | { readonly kind: "release"; readonly pick: number }
  | { readonly kind: "wait" };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant("accept" as const),
    action: fc.constantFrom(...alertActions),
    key: fc.constantFrom("a", "b"),
  }),
  fc.record({ kind: fc.constant("claim" as const), limit: fc.integer({ min: 1, max: 5 }) }),
  fc.record({
    kind: fc.constant("settle" as const),
    pick: fc.nat(9),
    end: fc.constantFrom("delivered" as const, "failed" as const, "retry" as const),
  }),
  fc.record({ kind: fc.constant("release" as const), pick: fc.nat(9) }),
  fc.record({ kind: fc.constant("wait" as const) }),
);

function randomTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  for (const offersPerLane of [0, 3]) {
    test(`random work keeps to a trivial model, with ${offersPerLane} offers a lane`, async ({
      store,
    }) => {
      const { offered } = listen(store, offersPerLane);
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
          const sink = await storedSink(store);
          const mine = () => offered().filter(({ eventSinkId }) => eventSinkId === sink.id);
          await runModel(store, sink, steps, mine);
        }),
        { numRuns: 60 },
      );
    });
  }
}

/** Runs steps on the store and on a list, which says at each claim what must and must not come. */
async function runModel(
  store: Store,
  sink: EventSink,
  steps: readonly Step[],
  offered: () => LeasedDelivery[],
): Promise<void> {
  const model: ModelDelivery[] = [];
  const held = new Map<string, LeasedDelivery>();
  let now = startAt;
  let offeredCount = 0;

  const mayGo = (delivery: ModelDelivery) => {
    const earlier = model
      .slice(0, model.indexOf(delivery))
      .filter(({ isPending, key }) => isPending && key === delivery.key);
    return delivery.isPending && !mustWait(delivery.action, earlier);
  };
  const claimable = () =>
    model.filter((delivery) => !held.has(delivery.id) && mayGo(delivery) && delivery.dueAt <= now);
  const hold = (leased: LeasedDelivery) => {
    const delivery = model.find(({ id }) => id === leased.id);
    assert.ok(delivery && mayGo(delivery), "leased out of order");
    assert.ok(!held.has(leased.id), "leased twice");
    held.set(leased.id, leased);
  };
  const pickHeld = (pick: number) => [...held.values()][pick % held.size];

  for (const one of [...steps, { kind: "claim" as const, limit: 1_000 }]) {
    if (one.kind === "wait") now += 10;
    if (one.kind === "accept") {
      const { action, key } = one;
      const { deliveryId } = await accept(store, sink, { action, dedupKey: key }, now);
      model.push({ id: deliveryId, key, action, isPending: true, dueAt: now });
      for (const delivery of offered().slice(offeredCount)) hold(delivery);
      offeredCount = offered().length;
    }
    if (one.kind === "claim") {
      const expected = claimable();
      const { deliveries } = await claim(store, sink, now, one.limit);
      for (const delivery of deliveries) hold(delivery);
      assert.equal(deliveries.length, Math.min(one.limit, expected.length));
    }
    const leased = one.kind === "settle" || one.kind === "release" ? pickHeld(one.pick) : undefined;
    const delivery = model.find(({ id }) => id === leased?.id);
    if (leased === undefined || delivery === undefined) continue;
    held.delete(leased.id);
    if (one.kind === "release") {
      await store.release({ leases: [{ ...leased, deliveryId: leased.id }] });
    } else if (one.kind === "settle" && one.end === "retry") {
      delivery.dueAt = now + 15;
      await store.settle({ settlements: [{ ...retryOf(leased, now + 15), now }] });
    } else if (one.kind === "settle" && one.end !== "retry") {
      delivery.isPending = false;
      await store.settle({ settlements: [settlementOf(leased, { state: one.end, now })] });
    }
  }
}
