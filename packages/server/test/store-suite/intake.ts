import assert from "node:assert/strict";
import { newId } from "../../src/ids.ts";
import type { OpenStore } from "../store-suite.ts";
import {
  accept,
  anyAlert,
  claim,
  deliveriesOf,
  newAlert,
  sampleAlert,
  startAt,
  storedSink,
} from "../support/store-samples.ts";
import { onFreshStore } from "./on-fresh-store.ts";

/** Taking alerts in. */
export function intakeTests(openStore: OpenStore): void {
  acceptTests(openStore);
  duplicateTests(openStore);
  badRecordTests(openStore);
}

function acceptTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("an accepted alert is stored as it came, with a delivery for each sink", async ({
    store,
  }) => {
    const sinks = [await storedSink(store), await storedSink(store)];
    const added = newAlert(sinks, {
      id: "their-id",
      name: "Überfall 🚨\u0000end",
      body: '{"timestamp":1776721873702228890,"name":"Überfall 🚨"}',
      template: '{"info":[]}',
      tags: ["aws", "a b"],
      severityId: 99,
      hasExplicitKey: true,
      staging: true,
    });
    const [result] = await store.acceptAlerts({ alerts: [added], now: startAt + 3 });
    assert.deepEqual(result, {
      kind: "accepted",
      deliveries: added.deliveries,
      missingEventSinkIds: [],
    });
    const found = await store.getAlert({ tenantId: "acme", id: added.alert.uid });
    assert.deepEqual(found?.alert, added.alert);
    assert.deepEqual(
      found.deliveries.map(({ id, eventSinkId }) => ({ id, eventSinkId })),
      added.deliveries,
    );
    assert.deepEqual(found.deliveries[0], {
      id: added.deliveries[0]?.id,
      tenantId: "acme",
      eventSinkId: sinks[0]?.id,
      alertUid: added.alert.uid,
      dedupKey: added.alert.dedupKey,
      action: "trigger",
      state: "pending",
      isHeld: false,
      reason: null,
      attemptCount: 0,
      createdAt: startAt + 3,
      updatedAt: startAt + 3,
      dueAt: startAt + 3,
      replayedAt: null,
      replayOf: null,
    });
  });

  test("an alert for nobody is stored all the same", async ({ store }) => {
    await store.createTenant({ id: "acme", createdAt: startAt });
    const added = newAlert([]);
    const [result] = await store.acceptAlerts({ alerts: [added], now: startAt });
    assert.deepEqual(result, { kind: "accepted", deliveries: [], missingEventSinkIds: [] });
    assert.deepEqual(await store.getAlert({ tenantId: null, id: added.alert.uid }), {
      alert: added.alert,
      deliveries: [],
    });
  });

  test("an alert of an unknown tenant is refused and makes no tenant", async ({ store }) => {
    const [result] = await store.acceptAlerts({ alerts: [newAlert([])], now: startAt });
    assert.deepEqual(result, { kind: "unknown_tenant" });
    assert.equal(await store.getTenant({ id: "acme" }), null);
  });

  test("sinks that are gone or another tenant's get no delivery and are named", async ({
    store,
  }) => {
    const own = await storedSink(store);
    const others = await storedSink(store, { tenantId: "other" });
    const gone = await storedSink(store);
    const { id } = gone;
    await store.deleteEventSink({ tenantId: "acme", id, now: startAt, ifVersion: null });
    const added = newAlert([own, others, gone, { ...own, id: newId() }]);
    const [result] = await store.acceptAlerts({ alerts: [added], now: startAt });
    assert.deepEqual(deliveriesOf(result), added.deliveries.slice(0, 1));
    assert.deepEqual(
      result?.kind === "accepted" && result.missingEventSinkIds,
      added.deliveries.slice(1).map(({ eventSinkId }) => eventSinkId),
    );
    assert.deepEqual((await claim(store, others)).deliveries, []);
  });

  test("another tenant's alert and delivery are not found", async ({ store }) => {
    const sink = await storedSink(store);
    await storedSink(store, { tenantId: "other" });
    const { alert, deliveryId } = await accept(store, sink);
    assert.equal(await store.getAlert({ tenantId: "other", id: alert.uid }), null);
    assert.equal(await store.getDelivery({ tenantId: "other", id: deliveryId }), null);
    assert.notEqual(await store.getDelivery({ tenantId: "acme", id: deliveryId }), null);
    assert.notEqual(await store.getDelivery({ tenantId: null, id: deliveryId }), null);
  });
}

function duplicateTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("the same (tenant, id, action) again stores nothing and names the first", async ({
    store,
  }) => {
    const sink = await storedSink(store);
    const first = await accept(store, sink, { id: "their-id", receivedAt: startAt + 1 });
    const again = newAlert([sink], { id: "their-id", receivedAt: startAt + 99 });
    const [result] = await store.acceptAlerts({ alerts: [again], now: startAt + 99 });
    assert.deepEqual(result, {
      kind: "duplicate",
      uid: first.alert.uid,
      receivedAt: startAt + 1,
      deliveries: [{ id: first.deliveryId, eventSinkId: sink.id }],
    });
    assert.equal(await store.getAlert({ tenantId: null, id: again.alert.uid }), null);
    assert.equal((await store.countDeliveries({})).pending, 1);
  });

  test("the same id twice in one call is stored once", async ({ store }) => {
    const sink = await storedSink(store);
    const alerts = [newAlert([sink], { id: "x" }), newAlert([sink], { id: "x" })];
    const [first, second] = await store.acceptAlerts({ alerts, now: startAt });
    assert.equal(first?.kind, "accepted");
    assert.equal(second?.kind === "duplicate" && second.uid, alerts[0]?.alert.uid);
    assert.deepEqual(deliveriesOf(second), alerts[0]?.deliveries);
  });

  test("the same id in calls made at once is stored once", async ({ store }) => {
    const sink = await storedSink(store);
    const results = await Promise.all(
      Array.from({ length: 20 }, () =>
        store.acceptAlerts({ alerts: [newAlert([sink], { id: "x" })], now: startAt }),
      ),
    );
    const kinds = results.flat().map(({ kind }) => kind);
    assert.equal(kinds.filter((kind) => kind === "accepted").length, 1);
    assert.equal(kinds.filter((kind) => kind === "duplicate").length, 19);
  });

  test("another tenant, id or action is another alert", async ({ store }) => {
    const sink = await storedSink(store);
    const others = await storedSink(store, { tenantId: "other" });
    const alerts = [
      newAlert([sink], { id: "x" }),
      newAlert([sink], { id: "X" }),
      newAlert([sink], { id: "x", action: "resolve" }),
      newAlert([others], { id: "x" }),
    ];
    const results = await store.acceptAlerts({ alerts, now: startAt });
    assert.deepEqual(
      results.map(({ kind }) => kind),
      ["accepted", "accepted", "accepted", "accepted"],
    );
  });

  test("an alert that came without an id is recognised by the uid it was given", async ({
    store,
  }) => {
    const sink = await storedSink(store);
    const { alert } = await accept(store, sink);
    const again = newAlert([sink], { id: alert.uid });
    const [result] = await store.acceptAlerts({ alerts: [again], now: startAt });
    assert.equal(result?.kind === "duplicate" && result.uid, alert.uid);
  });
}

function badRecordTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("an alert that cannot be stored fails alone", async ({ store }) => {
    const sink = await storedSink(store);
    const good = newAlert([sink]);
    const uidTaken = { ...newAlert([sink], { id: "free" }) };
    const bad = { ...uidTaken, alert: { ...uidTaken.alert, uid: good.alert.uid } };
    const deliveryTaken = { alert: sampleAlert({ id: "y" }), deliveries: good.deliveries };
    const last = newAlert([sink]);
    const [results, other] = await Promise.all([
      store.acceptAlerts({ alerts: [good, bad, deliveryTaken, last], now: startAt }),
      store.createTenant({ id: "beside", createdAt: startAt }),
    ]);
    assert.deepEqual(
      results.map(({ kind }) => kind),
      ["accepted", "failed", "failed", "accepted"],
    );
    assert.equal(other, "created");
    const stored = await store.listAlerts(anyAlert);
    assert.deepEqual(
      stored.items.map(({ alert }) => alert.uid),
      [last.alert.uid, good.alert.uid],
    );
    assert.deepEqual(await store.countDeliveries({}), {
      pending: 2,
      delivered: 0,
      failed: 0,
      superseded: 0,
      canceled: 0,
    });
    const retried = await store.acceptAlerts({
      alerts: [newAlert([sink], { id: "free" })],
      now: 1,
    });
    assert.equal(retried[0]?.kind, "accepted", "a failed alert must not keep its id");
    assert.equal((await claim(store, sink)).deliveries.length, 3);
  });

  test("what was accepted is there after a restart", async ({ store, reopen }) => {
    const sink = await storedSink(store);
    const { alert, deliveryId } = await accept(store, sink, { id: "x" });
    const [leased] = (await claim(store, sink)).deliveries;
    assert.equal(leased?.id, deliveryId);
    const reopened = await reopen();
    assert.deepEqual((await reopened.getAlert({ tenantId: "acme", id: alert.uid }))?.alert, alert);
    const again = newAlert([sink], { id: "x" });
    const [result] = await reopened.acceptAlerts({ alerts: [again], now: startAt });
    assert.equal(result?.kind, "duplicate");
    assert.deepEqual(await reopened.listLanes({}), [
      { tenantId: "acme", eventSinkId: sink.id, nextDueAt: startAt },
    ]);
    assert.deepEqual(
      (await claim(reopened, sink)).deliveries.map(({ id }) => id),
      [deliveryId],
      "a lease must not outlive the process that held it",
    );
  });
}
