import assert from "node:assert/strict";
import type { EventSink } from "../../src/domain/event-sink.ts";
import type { Store } from "../../src/store/store.ts";
import type { OpenStore } from "../store-suite.ts";
import {
  accept,
  anyDelivery,
  brokenHealth,
  claim,
  claimOne,
  eventually,
  goodHealth,
  listen,
  newAlert,
  readDelivery,
  retryOf,
  sampleSlackIntegration,
  settlementOf,
  startAt,
  storedSink,
} from "../support/store-samples.ts";
import { onFreshStore } from "./on-fresh-store.ts";

/** Sinks whose deliveries are held: paused on wish, or broken. */
export function heldTests(openStore: OpenStore): void {
  pauseTests(openStore);
  pausedByAttemptTests(openStore);
  healthTests(openStore);
  brokenTests(openStore);
  cureTests(openStore);
}

function pause(store: Store, sink: EventSink, pausedAt: number | null) {
  return store.setEventSinkPause({ tenantId: sink.tenantId, eventSinkId: sink.id, pausedAt });
}

function statusOf(store: Store, { id }: EventSink) {
  return store.getEventSinkStatus({ tenantId: "acme", id });
}

const probeAt = startAt + 30_000;

/** Has an attempt of one new delivery find the sink broken. @returns the delivery's id. */
async function breakSink(store: Store, sink: EventSink): Promise<string> {
  const { deliveryId } = await accept(store, sink);
  const leased = await claimOne(store, sink);
  const health = brokenHealth(startAt, probeAt);
  await store.settle({ settlements: [{ ...retryOf(leased, startAt + 5), health }] });
  return deliveryId;
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

function healthTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("a sink's status says how it does and how much is pending", async ({ store }) => {
    const sink = await storedSink(store, { createdAt: startAt + 3 });
    const healthy = { eventSink: sink, health: goodHealth(startAt + 3), pausedAt: null };
    assert.deepEqual(await statusOf(store, sink), { ...healthy, pendingCount: 0 });
    const lane = { tenantId: "acme", eventSinkId: sink.id };
    assert.deepEqual((await store.getSendingSink(lane))?.health, healthy.health);
    await breakSink(store, sink);
    await accept(store, sink);
    const health = brokenHealth(startAt, probeAt);
    assert.deepEqual(await statusOf(store, sink), { ...healthy, health, pendingCount: 2 });
    assert.deepEqual((await store.getSendingSink(lane))?.health, health);
    assert.deepEqual(await store.getEventSink({ tenantId: "acme", id: sink.id }), sink);
    assert.equal(await store.getEventSinkStatus({ tenantId: "other", id: sink.id }), null);
    assert.notEqual(await store.getEventSinkStatus({ tenantId: null, id: sink.id }), null);
  });

  test("counting what is pending ends at 10,000", async ({ store }) => {
    const sink = await storedSink(store);
    for (let part = 0; part < 11; part += 1) {
      const alerts = Array.from({ length: 910 }, () => newAlert([sink]));
      await store.acceptAlerts({ alerts, now: startAt });
    }
    assert.equal((await statusOf(store, sink))?.pendingCount, 10_000);
  });

  test("another state of a sink is told of, another failure is not", async ({ store }) => {
    const { changed } = listen(store, 0);
    const sink = await storedSink(store);
    const failing = { ...brokenHealth(startAt, 0), state: "failing" as const, nextProbeAt: null };
    const states = [
      { ...failing, failureCount: 1 },
      { ...failing, failureCount: 2 },
      brokenHealth(startAt, startAt),
      brokenHealth(startAt, startAt),
      goodHealth(startAt + 1),
    ];
    const toldOf: number[] = [];
    for (const health of states) {
      await accept(store, sink);
      const leased = await claimOne(store, sink);
      await store.settle({ settlements: [settlementOf(leased, { health })] });
      assert.deepEqual((await statusOf(store, sink))?.health, health);
      toldOf.push(changed().length);
    }
    assert.deepEqual(toldOf, [1, 1, 2, 2, 3]);
  });
}

function brokenTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("a broken sink yields one delivery at a time, and none before its probe is due", async ({
    store,
    reopen,
  }) => {
    const sink = await storedSink(store);
    const probed = await breakSink(store, sink);
    await accept(store, sink, {}, startAt + 9);
    const reopened = await reopen();
    const lane = { tenantId: "acme", eventSinkId: sink.id };
    assert.deepEqual(await reopened.listLanes({}), [{ ...lane, nextDueAt: probeAt }]);
    const claimed = async (now: number) => {
      const { deliveries, nextDueAt } = await claim(reopened, sink, now);
      return [deliveries.map(({ id }) => id), nextDueAt];
    };
    assert.deepEqual(await claimed(probeAt - 1), [[], probeAt]);
    assert.deepEqual(await claimed(probeAt), [[probed], null]);
    assert.deepEqual(await claimed(probeAt + 9_999), [[], null], "a probe is under way");
    assert.deepEqual(await reopened.listLanes({}), [{ ...lane, nextDueAt: null }]);
  });

  test("what is due after the next probe is waited for", async ({ store }) => {
    const sink = await storedSink(store);
    await accept(store, sink);
    const leased = await claimOne(store, sink);
    const health = brokenHealth(startAt, probeAt);
    await store.settle({ settlements: [{ ...retryOf(leased, probeAt + 7), health }] });
    assert.equal((await claim(store, sink, probeAt)).nextDueAt, probeAt + 7);
    assert.equal((await claimOne(store, sink, probeAt + 7)).id, leased.id);
  });

  test("a broken sink is offered nothing, and told of once its last delivery is back", async ({
    store,
  }) => {
    const { offered, due } = listen(store, 9);
    const sink = await storedSink(store);
    for (let count = 0; count < 3; count += 1) await accept(store, sink);
    await eventually(() => offered().length === 3);
    const [first, second, third] = offered();
    assert.ok(first && second && third);
    const health = brokenHealth(startAt, probeAt);
    await store.settle({ settlements: [{ ...retryOf(first, startAt), health }] });
    await accept(store, sink);
    await store.release({ leases: [{ ...second, deliveryId: second.id }] });
    assert.deepEqual((await claim(store, sink, probeAt)).deliveries, [], "one is still out");
    assert.deepEqual(due(), []);
    await store.settle({ settlements: [{ ...retryOf(third, startAt), health }] });
    await eventually(() => due().length > 0);
    assert.deepEqual(due(), [{ tenantId: "acme", eventSinkId: sink.id, dueAt: probeAt }]);
    await accept(store, sink);
    await claim(store, sink, startAt);
    assert.equal(offered().length, 3);
  });
}

function cureTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("the probe that heals a sink lets everything held go, oldest first, before new work", async ({
    store,
  }) => {
    const sink = await storedSink(store);
    const probed = await breakSink(store, sink);
    const held = [];
    for (let at = 10; at < 13; at += 1) {
      held.push((await accept(store, sink, {}, startAt + at)).deliveryId);
    }
    const { offered, due } = listen(store, 9);
    const probe = await claimOne(store, sink, probeAt);
    assert.equal(probe.id, probed);
    const health = goodHealth(probeAt);
    await store.settle({ settlements: [settlementOf(probe, { health, now: probeAt })] });
    await eventually(() => due().length > 0);
    assert.deepEqual(due(), [{ tenantId: "acme", eventSinkId: sink.id, dueAt: startAt + 10 }]);
    const late = await accept(store, sink, {}, probeAt);
    const { deliveries } = await claim(store, sink, probeAt);
    assert.deepEqual(
      deliveries.map(({ id }) => id),
      [...held, late.deliveryId],
    );
    assert.deepEqual(offered(), []);
    await accept(store, sink, {}, probeAt);
    await eventually(() => offered().length === 1);
  });

  test("a sink that was broken and then paused is probed after it is resumed", async ({
    store,
  }) => {
    const { due } = listen(store, 0);
    const sink = await storedSink(store);
    await breakSink(store, sink);
    await pause(store, sink, startAt + 1);
    const count = due().length;
    const { deliveries, nextDueAt } = await claim(store, sink, probeAt);
    assert.deepEqual([deliveries, nextDueAt], [[], null]);
    await pause(store, sink, null);
    await eventually(() => due().length > count);
    assert.equal(due().at(-1)?.dueAt, probeAt);
    assert.equal((await claim(store, sink, probeAt)).deliveries.length, 1);
  });

  test("a broken sink is probed at once when its owner has changed it or its Slack integration", async ({
    store,
  }) => {
    await store.createTenant({ id: "acme", createdAt: startAt });
    const integration = sampleSlackIntegration();
    await store.putSlackIntegration(integration);
    const settings = { slack_integration_id: integration.id };
    const sink = await storedSink(store, { type: "slack", settings });
    const probed = await breakSink(store, sink);
    const { due } = listen(store, 0);

    const updatedAt = startAt + 100;
    await store.updateEventSink({ eventSink: { ...sink, version: 2, updatedAt }, ifVersion: 1 });
    await eventually(() => due().length === 1);
    assert.equal(due()[0]?.dueAt, updatedAt);
    const status = await statusOf(store, sink);
    assert.deepEqual(status?.health, brokenHealth(startAt, updatedAt));
    const probe = await claimOne(store, sink, updatedAt);
    assert.equal(probe.id, probed);
    const health = brokenHealth(startAt, probeAt);
    await store.settle({ settlements: [{ ...retryOf(probe, updatedAt), health }] });

    await store.putSlackIntegration({ ...integration, updatedAt: startAt + 200 });
    assert.equal((await claimOne(store, sink, startAt + 200)).id, probed);
  });
}
