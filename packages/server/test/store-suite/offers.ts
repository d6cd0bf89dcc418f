import assert from "node:assert/strict";
import type { OpenStore } from "../store-suite.ts";
import {
  accept,
  claim,
  eventually,
  listen,
  newAlert,
  retryOf,
  settlementOf,
  startAt,
  storedSink,
} from "../support/store-samples.ts";
import { onFreshStore } from "./on-fresh-store.ts";

/** What a subscriber is offered, and what it is told instead. */
export function offerTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("a new delivery is offered to the subscriber, leased and complete", async ({ store }) => {
    const { offered, due } = listen(store, 10);
    const sink = await storedSink(store);
    const { alert, deliveryId } = await accept(store, sink, { tags: ["x"], template: "{}" });
    await eventually(() => offered().length === 1);
    const { lease, ...rest } = offered()[0] ?? assert.fail();
    assert.deepEqual(rest, {
      tenantId: "acme",
      eventSinkId: sink.id,
      id: deliveryId,
      alert,
      attemptCount: 0,
      failureCount: 0,
      createdAt: startAt,
      memory: {},
      replayedAt: null,
      isResolveWaiting: false,
    });
    assert.deepEqual((await claim(store, sink)).deliveries, [], "an offer is a lease");
    const [delivery] = offered();
    assert.ok(delivery && lease !== "");
    assert.deepEqual(await store.settle({ settlements: [settlementOf(delivery)] }), ["settled"]);
    assert.deepEqual(due(), []);
  });

  test("a lane that has enough in hand is told of work instead of being offered it", async ({
    store,
  }) => {
    const { offered, due } = listen(store, 2);
    const [sink, other] = [await storedSink(store), await storedSink(store)];
    for (let count = 0; count < 4; count += 1) await accept(store, sink);
    await eventually(() => due().length > 0);
    assert.equal(offered().length, 2);
    assert.deepEqual(due()[0], { tenantId: "acme", eventSinkId: sink.id, dueAt: startAt });
    await accept(store, other);
    await eventually(() => offered().length === 3);
    assert.equal(offered()[2]?.eventSinkId, other.id, "a full lane must not block another");
  });

  test("older work of a lane is claimed before new work is offered again", async ({ store }) => {
    const { offered, due } = listen(store, 1);
    const sink = await storedSink(store);
    await accept(store, sink);
    const older = await accept(store, sink);
    await eventually(() => offered().length === 1 && due().length === 1);
    const [first] = offered();
    assert.ok(first);
    await store.settle({ settlements: [settlementOf(first)] });
    await accept(store, sink);
    await eventually(() => due().length === 2);
    assert.equal(offered().length, 1);
    const { deliveries } = await claim(store, sink);
    assert.equal(deliveries[0]?.id, older.deliveryId);
    assert.equal(deliveries.length, 2);
    await store.settle({ settlements: deliveries.map((delivery) => settlementOf(delivery)) });
    const next = await accept(store, sink);
    await eventually(() => offered().length === 2);
    assert.equal(offered()[1]?.id, next.deliveryId);
  });

  test("what was stored before a restart is claimed before anything is offered", async ({
    store,
    reopen,
  }) => {
    const sink = await storedSink(store);
    await accept(store, sink);
    const reopened = await reopen();
    const { offered, due } = listen(reopened, 5);
    await accept(reopened, sink);
    await eventually(() => due().length > 0);
    assert.deepEqual(offered(), []);
    assert.equal((await claim(reopened, sink)).deliveries.length, 2);
    await accept(reopened, sink);
    await eventually(() => offered().length === 1);
  });

  test("a retry that is not due yet does not keep new work from being offered", async ({
    store,
  }) => {
    const { offered } = listen(store, 5);
    const sink = await storedSink(store);
    await accept(store, sink);
    await eventually(() => offered().length === 1);
    const [first] = offered();
    assert.ok(first);
    await store.settle({ settlements: [retryOf(first, startAt + 60_000)] });
    await accept(store, sink);
    await eventually(() => offered().length === 2);
  });

  test("a released offer is told of again", async ({ store }) => {
    const { offered, due } = listen(store, 5);
    const sink = await storedSink(store);
    const { deliveryId } = await accept(store, sink);
    await eventually(() => offered().length === 1);
    const [first] = offered();
    assert.ok(first);
    await store.release({ leases: [{ ...first, deliveryId }] });
    await eventually(() => due().length === 1);
    assert.equal((await claim(store, sink)).deliveries[0]?.id, deliveryId);
  });

  test("a changed sink is told of before a delivery that was stored after it", async ({
    store,
  }) => {
    const { events } = listen(store, 5);
    const sink = await storedSink(store);
    const eventSink = { ...sink, name: "new", version: 2 };
    await Promise.all([
      store.updateEventSink({ eventSink, ifVersion: 1 }),
      store.acceptAlerts({ alerts: [newAlert([sink])], now: startAt }),
    ]);
    await eventually(() => events.length === 2);
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ["sink_changed", "offered"],
    );
  });

  test("an answer is heard before what is told after it", async ({ store }) => {
    const sink = await storedSink(store);
    const heard: string[] = [];
    store.subscribe({ offersPerLane: 1 }, ({ kind }) => heard.push(kind));
    const lanes = [{ tenantId: sink.tenantId, eventSinkId: sink.id, limit: 1 }];
    const claimed = store.claim({ lanes, now: startAt }).then(() => heard.push("claimed"));
    const alerts = [newAlert([sink]), newAlert([sink])];
    await Promise.all([claimed, store.acceptAlerts({ alerts, now: startAt })]);
    await eventually(() => heard.length === 3);
    assert.deepEqual(heard, ["claimed", "offered", "due"]);
  });

  test("a failed record is neither offered nor leased", async ({ store }) => {
    const { offered } = listen(store, 5);
    const sink = await storedSink(store);
    const good = newAlert([sink]);
    const bad = { ...newAlert([sink]), alert: good.alert };
    const twice = { ...bad, alert: { ...bad.alert, id: "other" } };
    const results = await store.acceptAlerts({ alerts: [good, twice], now: startAt });
    assert.deepEqual(
      results.map(({ kind }) => kind),
      ["accepted", "failed"],
    );
    await eventually(() => offered().length > 0);
    assert.deepEqual(
      offered().map(({ id }) => id),
      good.deliveries.map(({ id }) => id),
    );
  });
}
