import assert from "node:assert/strict";
import type { Alert } from "../../src/domain/alert.ts";
import type { EventSink } from "../../src/domain/event-sink.ts";
import type { Store } from "../../src/store/store.ts";
import type { OpenStore } from "../store-suite.ts";
import {
  accept,
  claim,
  claimOne,
  deliveriesOf,
  eventually,
  listen,
  newAlert,
  readDelivery,
  retryOf,
  settlementOf,
  startAt,
  storedSink,
} from "../support/store-samples.ts";
import { onFreshStore } from "./on-fresh-store.ts";

/** What a resolve does to what is unfinished of its key. */
export function resolveTests(openStore: OpenStore): void {
  waitingResolveTests(openStore);
  supersedeTests(openStore);
  supersedeOrderTests(openStore);
}

function waitingResolveTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("whoever claims a trigger or an acknowledge is told that its resolve waits", async ({
    store,
    reopen,
  }) => {
    const [sink, other] = [await storedSink(store), await storedSink(store)];
    const k = { dedupKey: "k" };
    await accept(store, sink, k);
    await accept(store, sink, { ...k, action: "acknowledge" });
    assert.equal((await claimOne(store, sink)).isResolveWaiting, false, "no resolve yet");
    await accept(store, sink, { ...k, action: "resolve" });
    await accept(store, sink, { dedupKey: "another" });
    await accept(store, other, k);
    const reopened = await reopen();
    const [trigger, unrelated] = (await claim(reopened, sink)).deliveries;
    assert.ok(trigger && unrelated);
    assert.deepEqual([trigger.isResolveWaiting, unrelated.isResolveWaiting], [true, false]);
    assert.equal((await claimOne(reopened, other)).isResolveWaiting, false);

    await reopened.settle({ settlements: [settlementOf(trigger)] });
    const acknowledge = await claimOne(reopened, sink);
    assert.deepEqual(
      [acknowledge.alert.action, acknowledge.isResolveWaiting],
      ["acknowledge", true],
    );
    await reopened.settle({ settlements: [settlementOf(acknowledge)] });
    await accept(reopened, sink, { ...k, action: "resolve" });
    const resolve = await claimOne(reopened, sink);
    assert.equal(resolve.isResolveWaiting, false, "a resolve does not ask");
    await accept(reopened, sink, k);
    await reopened.settle({ settlements: [settlementOf(resolve)] });
    const second = await claimOne(reopened, sink);
    assert.deepEqual([second.alert.action, second.isResolveWaiting], ["resolve", false]);
    await reopened.settle({ settlements: [settlementOf(second)] });
    assert.equal((await claimOne(reopened, sink)).isResolveWaiting, false, "none is left");
  });

  test("a resolve that has to wait is told of after what it waits for", async ({ store }) => {
    const { events, resolves } = listen(store, 10);
    const sink = await storedSink(store);
    const alerts = [
      newAlert([sink], { dedupKey: "k" }),
      newAlert([sink], { dedupKey: "k", action: "acknowledge" }),
      newAlert([sink], { dedupKey: "k", action: "resolve" }),
      newAlert([sink], { dedupKey: "free", action: "resolve" }),
    ];
    await store.acceptAlerts({ alerts, now: startAt });
    await eventually(() => resolves().length > 0);
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ["offered", "resolve_waiting"],
    );
    const lane = { tenantId: "acme", eventSinkId: sink.id };
    assert.deepEqual(resolves(), [{ kind: "resolve_waiting", ...lane, dedupKey: "k" }]);
  });

  test("a resolve that could not be stored is not told of", async ({ store }) => {
    const { resolves } = listen(store, 0);
    const sink = await storedSink(store);
    const trigger = newAlert([sink], { dedupKey: "k" });
    const resolve = newAlert([sink], { dedupKey: "k", action: "resolve" });
    const [taken] = trigger.deliveries;
    assert.ok(taken);
    const bad = { ...resolve, deliveries: [...resolve.deliveries, taken] };
    const results = await store.acceptAlerts({ alerts: [trigger, bad], now: startAt });
    assert.equal(results[1]?.kind, "failed");
    const last = newAlert([sink], { dedupKey: "k", action: "resolve" });
    await store.acceptAlerts({ alerts: [last], now: startAt });
    await eventually(() => resolves().length > 0);
    assert.equal(resolves().length, 1);
  });
}

/** Stores a resolve that supersedes. @returns its delivery's id. */
async function supersede(
  store: Store,
  sink: EventSink,
  changes: Partial<Alert> = {},
  now = startAt,
): Promise<string> {
  const added = newAlert([sink], { dedupKey: "k", action: "resolve", ...changes });
  const deliveries = added.deliveries.map((delivery) => ({ ...delivery, supersedes: true }));
  const [result] = await store.acceptAlerts({ alerts: [{ ...added, deliveries }], now });
  return deliveriesOf(result)[0]?.id ?? assert.fail();
}

function supersedeTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);
  const k = { dedupKey: "k" };

  test("triggers not sent yet end as superseded by what supersedes them, which need not wait", async ({
    store,
  }) => {
    const sink = await storedSink(store);
    const unsent = await accept(store, sink, k);
    const tried = await accept(store, sink, k);
    const [, leased] = (await claim(store, sink)).deliveries;
    assert.ok(leased);
    await store.settle({ settlements: [retryOf(leased, startAt + 5_000)] });
    await store.release({ leases: [] });
    const held = await store.getDelivery({ tenantId: null, id: unsent.deliveryId });
    assert.equal(held?.delivery.state, "pending");
    const resolveId = await supersede(store, sink, {}, startAt + 3);
    // The first trigger is under a lease still, so only the one that was tried is superseded.
    const { state, reason, dueAt, updatedAt } = await readDelivery(store, tried.deliveryId);
    assert.deepEqual([state, reason, dueAt, updatedAt], ["superseded", null, null, startAt + 3]);
    assert.equal((await readDelivery(store, unsent.deliveryId)).state, "pending");
    assert.equal((await readDelivery(store, resolveId)).dueAt, null);
    const counts = await store.countDeliveries({});
    assert.deepEqual([counts.pending, counts.superseded], [2, 1]);
    assert.deepEqual((await claim(store, sink, startAt + 9_999)).deliveries, []);
  });

  test("with no trigger left what supersedes goes at once", async ({ store }) => {
    const { offered } = listen(store, 0);
    const sink = await storedSink(store);
    await accept(store, sink, k);
    await accept(store, sink, k);
    const resolveId = await supersede(store, sink);
    assert.equal((await claimOne(store, sink)).id, resolveId);
    assert.deepEqual(offered(), []);
    assert.equal((await store.countDeliveries({})).superseded, 2);
  });

  test("a trigger that the platform may have taken is not superseded", async ({
    store,
    reopen,
  }) => {
    const sink = await storedSink(store);
    const { deliveryId } = await accept(store, sink, k);
    for (const ambiguous of [true, false]) {
      const leased = await claimOne(store, sink);
      const retry = retryOf(leased, startAt);
      const attempt = { ...retry.attempt, ambiguous };
      await store.settle({ settlements: [{ ...retry, attempt }] });
    }
    const reopened = await reopen();
    const resolveId = await supersede(reopened, sink);
    assert.equal((await readDelivery(reopened, deliveryId)).state, "pending");
    assert.equal((await claimOne(reopened, sink)).id, deliveryId);
    assert.equal((await readDelivery(reopened, resolveId)).dueAt, null);
  });

  test("only pending triggers of the same sink and key are superseded, and only when asked", async ({
    store,
  }) => {
    const [sink, other] = [await storedSink(store), await storedSink(store)];
    const kept = [
      await accept(store, sink, { dedupKey: "another" }),
      await accept(store, other, k),
      await accept(store, sink, { dedupKey: "k2", action: "acknowledge" }),
      await accept(store, sink, { dedupKey: "k3", action: "resolve" }),
      await accept(store, sink, { dedupKey: "k4" }),
    ];
    await accept(store, sink, k);
    await supersede(store, sink);
    await supersede(store, sink, { dedupKey: "k2" });
    await supersede(store, sink, { dedupKey: "k3" });
    await accept(store, sink, { dedupKey: "k4", action: "resolve" });
    for (const { deliveryId } of kept) {
      assert.equal((await readDelivery(store, deliveryId)).state, "pending");
    }
    assert.equal((await store.countDeliveries({})).superseded, 1);
  });
}

function supersedeOrderTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);
  const k = { dedupKey: "k" };

  test("what waited for a superseded trigger is let go, and goes first", async ({ store }) => {
    const { due } = listen(store, 0);
    const sink = await storedSink(store);
    await accept(store, sink, k);
    const acknowledge = await accept(store, sink, { ...k, action: "acknowledge" });
    await accept(store, sink, k);
    const count = due().length;
    const resolveId = await supersede(store, sink, {}, startAt + 7);
    assert.equal((await store.countDeliveries({})).superseded, 2);
    assert.equal((await readDelivery(store, acknowledge.deliveryId)).dueAt, startAt + 7);
    await eventually(() => due().length > count);
    const first = await claimOne(store, sink, startAt + 7);
    assert.equal(first.id, acknowledge.deliveryId);
    await store.settle({ settlements: [settlementOf(first, { now: startAt + 8 })] });
    assert.equal((await claimOne(store, sink, startAt + 8)).id, resolveId);
  });

  test("an alert that fails supersedes nothing", async ({ store }) => {
    const sink = await storedSink(store);
    const { deliveryId } = await accept(store, sink, k);
    const bad = newAlert([sink], { ...k, action: "resolve" });
    const [delivery] = bad.deliveries;
    assert.ok(delivery);
    const twice = [{ ...delivery, supersedes: true }, delivery];
    const alerts = [{ ...bad, deliveries: twice }, newAlert([sink])];
    const results = await store.acceptAlerts({ alerts, now: startAt });
    assert.deepEqual(
      results.map(({ kind }) => kind),
      ["failed", "accepted"],
    );
    assert.equal((await readDelivery(store, deliveryId)).state, "pending");
    const { pending, superseded } = await store.countDeliveries({});
    assert.deepEqual([pending, superseded], [2, 0]);
  });
}
