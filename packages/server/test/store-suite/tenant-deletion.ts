import assert from "node:assert/strict";
import type { Store } from "../../src/store/store.ts";
import type { OpenStore } from "../store-suite.ts";
import {
  accept,
  anyAlert,
  anyDelivery,
  claimOne,
  eventually,
  listen,
  newAlert,
  sampleApiKey,
  sampleSlackIntegration,
  settlementOf,
  startAt,
  storedSink,
} from "../support/store-samples.ts";
import { onFreshStore } from "./on-fresh-store.ts";

const now = startAt + 60_000;

/** Waits until nothing of the tenant is left, seen by a new one of its id that reads all. */
async function isForgotten(store: Store, deliveryId: string, alertUid: string): Promise<boolean> {
  const delivery = await store.getDelivery({ tenantId: null, id: deliveryId });
  return delivery === null && (await store.getAlert({ tenantId: null, id: alertUid })) === null;
}

/** What goes with a tenant. */
export function tenantDeletionTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("a tenant goes with its sinks, keys, integrations, alerts and deliveries", async ({
    store,
  }) => {
    const sink = await storedSink(store);
    const key = sampleApiKey();
    await store.createApiKey(key);
    const integration = sampleSlackIntegration();
    await store.putSlackIntegration(integration);
    const { alert, deliveryId } = await accept(store, sink);
    const heard = listen(store, 0);

    const deleted = await store.deleteTenant({ id: "acme", now });
    assert.deepEqual(deleted, {
      eventSinkCount: 1,
      slackIntegrationCount: 1,
      apiKeyHashes: [key.hash],
    });
    assert.equal(await store.deleteTenant({ id: "acme", now }), null);
    assert.equal(await store.getTenant({ id: "acme" }), null);
    assert.equal(await store.getTenantSinks({ tenantId: "acme" }), null);
    assert.equal(await store.getEventSink({ tenantId: null, id: sink.id }), null);
    assert.equal(await store.findApiKey({ hash: key.hash }), null);
    assert.equal(await store.getSlackIntegration({ tenantId: null, id: integration.id }), null);
    assert.ok(await isForgotten(store, deliveryId, alert.uid), "at once, for every look-up");
    await eventually(() => heard.changed().some((event) => event.isDeleted));
    const [late] = await store.acceptAlerts({ alerts: [newAlert([sink])], now });
    assert.equal(late?.kind, "unknown_tenant");
  });

  test("a new tenant of a deleted one's id has nothing of it, and others keep what they have", async ({
    store,
    reopen,
  }) => {
    const [sink, foreign] = [
      await storedSink(store),
      await storedSink(store, { tenantId: "other" }),
    ];
    await accept(store, sink, { id: "same" });
    const kept = await accept(store, foreign);
    await store.deleteTenant({ id: "acme", now });
    const again = await storedSink(store);
    const { alert, deliveryId } = await accept(store, again, { id: "same" });
    for (const open of [async () => store, reopen]) {
      const one = await open();
      const alerts = await one.listAlerts(anyAlert);
      assert.deepEqual(
        alerts.items.map((item) => item.alert.uid),
        [alert.uid],
      );
      const deliveries = await one.listDeliveries(anyDelivery);
      assert.deepEqual(
        deliveries.items.map(({ id }) => id),
        [deliveryId],
      );
      assert.ok(await one.getDelivery({ tenantId: "other", id: kept.deliveryId }));
      const { items } = await one.listTenants({ after: null, limit: 9 });
      assert.deepEqual(items.map(({ id }) => id).sort(), ["acme", "other"]);
    }
  });

  test("an attempt under way as its tenant goes is settled, and then gone", async ({ store }) => {
    const sink = await storedSink(store);
    const { alert, deliveryId } = await accept(store, sink);
    const leased = await claimOne(store, sink);
    await store.deleteTenant({ id: "acme", now });
    assert.deepEqual(await store.settle({ settlements: [settlementOf(leased)] }), ["settled"]);
    assert.ok(await isForgotten(store, deliveryId, alert.uid));
  });

  test("a list of tenants goes on after one that was deleted", async ({ store }) => {
    for (const id of ["a", "b", "c"]) await store.createTenant({ id, createdAt: startAt });
    const first = await store.listTenants({ after: null, limit: 2 });
    for (const id of ["a", "b"]) await store.deleteTenant({ id, now });
    const rest = await store.listTenants({ after: first.next, limit: 2 });
    assert.deepEqual(
      rest.items.map(({ id }) => id),
      ["c"],
    );
  });
}
