import assert from "node:assert/strict";
import type { OpenStore } from "../store-suite.ts";
import {
  accept,
  breakSink,
  brokenHealth,
  claim,
  claimOne,
  deliveriesOf,
  eventually,
  goodHealth,
  listen,
  newAlert,
  pause,
  probeAt,
  retryOf,
  sampleSlackIntegration,
  settlementOf,
  startAt,
  statusOf,
  storedSink,
} from "../support/store-samples.ts";
import { onFreshStore } from "./on-fresh-store.ts";

/** How sinks are doing, and what is held of broken ones. */
export function brokenSinkTests(openStore: OpenStore): void {
  healthTests(openStore);
  brokenTests(openStore);
  cureTests(openStore);
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

  test("a restart forgets neither how a sink does nor what was told of it", async ({
    store,
    reopen,
  }) => {
    const sink = await storedSink(store);
    await breakSink(store, sink);
    const reopened = await reopen();
    const { changed } = listen(reopened, 0);
    const still = await claimOne(reopened, sink, probeAt);
    const health = { ...brokenHealth(startAt, probeAt + 1), probeCount: 1 };
    await reopened.settle({ settlements: [{ ...retryOf(still, probeAt), health }] });
    assert.deepEqual((await statusOf(reopened, sink))?.health, health);
    assert.deepEqual(changed(), []);
    const probe = await claimOne(reopened, sink, probeAt + 1);
    const healed = { health: goodHealth(probeAt + 1), now: probeAt + 1 };
    await reopened.settle({ settlements: [settlementOf(probe, healed)] });
    await eventually(() => changed().length === 1);
  });

  test("that a sink breaks or heals is told, that it fails now and then is not", async ({
    store,
  }) => {
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
    assert.deepEqual(toldOf, [0, 0, 1, 1, 2]);
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

  test("what was put off is due as on its arrival once the sink has healed", async ({ store }) => {
    const sink = await storedSink(store);
    const hour = 3_600_000;
    const ids: string[] = [];
    for (const at of [startAt, startAt + 1, startAt + 2, startAt + 3]) {
      const [result] = await store.acceptAlerts({ alerts: [newAlert([sink])], now: at });
      ids.push(...deliveriesOf(result).map(({ id }) => id));
    }
    const { deliveries } = await claim(store, sink, startAt + 3, 4);
    const health = brokenHealth(startAt, probeAt);
    const settlements = deliveries.map((leased, index) => {
      const retry = retryOf(leased, index === 0 ? probeAt : startAt + (5 - index) * hour);
      // Whoever was asked to wait waits.
      return index === 3
        ? { ...retry, reason: "rate_limited" as const, health }
        : { ...retry, health };
    });
    await store.settle({ settlements });
    const probe = await claimOne(store, sink, probeAt);
    assert.equal(probe.id, ids[0]);
    const { due } = listen(store, 0);
    const healed = { health: goodHealth(probeAt), now: probeAt };
    await store.settle({ settlements: [settlementOf(probe, healed)] });
    await eventually(() => due().length > 0);
    const after = await claim(store, sink, probeAt);
    assert.deepEqual(
      after.deliveries.map(({ id }) => id),
      [ids[1], ids[2]],
      "the oldest first",
    );
    assert.equal(after.nextDueAt, startAt + 2 * hour);
  });

  test("many that were put off are due bit by bit, as settles come in", async ({ store }) => {
    const sink = await storedSink(store);
    const hour = 3_600_000;
    const alerts = Array.from({ length: 1_200 }, () => newAlert([sink]));
    await store.acceptAlerts({ alerts, now: startAt });
    const { deliveries } = await claim(store, sink, startAt, 1_200);
    const health = brokenHealth(startAt, probeAt);
    await store.settle({
      settlements: deliveries.map((leased, index) => {
        return { ...retryOf(leased, index === 0 ? probeAt : startAt + hour), health };
      }),
    });
    const probe = await claimOne(store, sink, probeAt);
    const healed = { health: goodHealth(probeAt), now: probeAt };
    await store.settle({ settlements: [settlementOf(probe, healed)] });
    let count = 0;
    for (let turns = 0; turns < 5; turns += 1) {
      const due = (await claim(store, sink, probeAt)).deliveries;
      if (turns === 0) assert.ok(due.length < 1_199, "not all in one transaction");
      count += due.length;
      const settlements = due.map((leased) => settlementOf(leased, { now: probeAt }));
      await store.settle({ settlements });
    }
    assert.equal(count, 1_199);
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
    await store.settle({ settlements: [{ ...retryOf(first, startAt + 5), health }] });
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

  test("a probe that is asked for is told as a change of the sink, before what is due then", async ({
    store,
  }) => {
    const sink = await storedSink(store);
    await breakSink(store, sink);
    const { events } = listen(store, 0);
    const lane = { tenantId: "acme", eventSinkId: sink.id };
    await store.probeEventSink({ ...lane, now: startAt + 100 });
    await eventually(() => events.length === 2);
    assert.deepEqual(events, [
      { kind: "sink_changed", isDeleted: false, ...lane },
      { kind: "due", lanes: [{ ...lane, dueAt: startAt + 100 }] },
    ]);
  });
}
