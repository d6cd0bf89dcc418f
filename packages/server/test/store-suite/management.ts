import assert from "node:assert/strict";
import { StoreUnavailable } from "../../src/store/store.ts";
import type { OpenStore } from "../store-suite.ts";
import { listen, sampleApiKey, sampleSink, startAt, storedSink } from "../support/store-samples.ts";
import { onFreshStore } from "./on-fresh-store.ts";

const acme = {
  id: "acme",
  operationalEventSinkIds: [],
  retentionDays: null,
  limits: {},
  createdAt: startAt,
};

/** Tenants, keys and sinks. */
export function managementTests(openStore: OpenStore): void {
  tenantTests(openStore);
  apiKeyTests(openStore);
  eventSinkTests(openStore);
  eventSinkChangeTests(openStore);
}

function tenantTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("the first value written under a meta name is the one that is kept", async ({ store }) => {
    assert.equal(await store.keepMeta({ name: "canary", value: "one" }), "one");
    assert.equal(await store.keepMeta({ name: "canary", value: "two" }), "one");
    assert.equal(await store.keepMeta({ name: "other", value: "two" }), "two");
  });

  test("a tenant is made once and keeps its time of creation", async ({ store }) => {
    assert.equal(await store.getTenant({ id: "acme" }), null);
    assert.equal(await store.createTenant({ id: "acme", createdAt: startAt }), "created");
    assert.equal(await store.createTenant({ id: "acme", createdAt: startAt + 1 }), "exists");
    assert.deepEqual(await store.getTenant({ id: "acme" }), acme);
  });

  test("a tenant keeps its limits, and where its operational alerts go until the sink is gone", async ({
    store,
    reopen,
  }) => {
    assert.equal(await store.updateTenant(acme), "not_found");
    const [one, two] = [await storedSink(store), await storedSink(store)];
    await store.createTenant({ id: "other", createdAt: startAt });
    const limits = { alertsPerSecond: 5, eventSinks: 2 };
    const tenant = { ...acme, operationalEventSinkIds: [two.id, one.id], limits };
    assert.equal(await store.updateTenant({ ...tenant, createdAt: 1 }), "updated");
    const reopened = await reopen();
    assert.deepEqual(await reopened.getTenant({ id: "acme" }), tenant);
    const sinks = await reopened.getTenantSinks({ tenantId: "acme" });
    assert.deepEqual(sinks?.operationalEventSinkIds, tenant.operationalEventSinkIds);
    assert.deepEqual(sinks?.limits, limits);
    const { items } = await reopened.listTenants({ after: null, limit: 9 });
    assert.deepEqual(items, [tenant, { ...acme, id: "other" }]);
    const { id } = two;
    await reopened.deleteEventSink({ tenantId: "acme", id, now: startAt, ifVersion: null });
    const left = await reopened.getTenant({ id: "acme" });
    assert.deepEqual(left?.operationalEventSinkIds, [one.id]);
  });

  test("tenants are listed page by page in order of creation, not of name", async ({ store }) => {
    const ids = ["zeta", "alpha", "mid", "Beta", "a:b.c_d-1"];
    for (const id of ids) await store.createTenant({ id, createdAt: startAt });
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof store.listTenants>> = await store.listTenants({
        after,
        limit: 2,
      });
      assert.ok(page.items.length <= 2);
      seen.push(...page.items.map(({ id }) => id));
      after = page.next;
    } while (after !== null);
    assert.deepEqual(seen, ids);
    const all = await store.listTenants({ after: null, limit: ids.length });
    assert.equal(all.next, null);
  });
}

function apiKeyTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("an API key is found by its hash until it is deleted", async ({ store }) => {
    await store.createTenant({ id: "acme", createdAt: startAt });
    const key = sampleApiKey();
    assert.equal(await store.createApiKey(key), "created");
    assert.deepEqual(await store.findApiKey({ hash: key.hash }), key);
    assert.equal(await store.findApiKey({ hash: "another" }), null);
    assert.deepEqual(await store.getApiKey({ tenantId: null, id: key.id }), key);
    assert.deepEqual(await store.getApiKey({ tenantId: "acme", id: key.id }), key);
    assert.equal(await store.getApiKey({ tenantId: "other", id: key.id }), null);
    assert.equal(await store.deleteApiKey({ tenantId: "other", id: key.id }), null);
    assert.deepEqual(await store.deleteApiKey({ tenantId: "acme", id: key.id }), key);
    assert.equal(await store.findApiKey({ hash: key.hash }), null);
    assert.equal(await store.getApiKey({ tenantId: null, id: key.id }), null);
    assert.equal(await store.deleteApiKey({ tenantId: null, id: key.id }), null);
  });

  test("an API key's name, scopes, limits and expiry change, and when it was used never goes back", async ({
    store,
  }) => {
    await store.createTenant({ id: "acme", createdAt: startAt });
    const key = sampleApiKey({ expiresAt: startAt + 9 });
    await store.createApiKey(key);
    const { id } = key;
    const limits = { bytesPerSecond: 7 };
    const scopes = ["admin", "sinks:read"] as const;
    const change = { name: "new", scopes, limits, expiresAt: null };
    assert.equal(await store.updateApiKey({ id, ...change }), "updated");
    assert.equal(await store.updateApiKey({ ...change, id: "missing" }), "not_found");
    await store.noteApiKeyUses({
      uses: [
        { id, at: startAt + 5 },
        { id: "missing", at: 1 },
      ],
    });
    await store.noteApiKeyUses({ uses: [{ id, at: startAt + 3 }] });
    const found = await store.findApiKey({ hash: key.hash });
    assert.deepEqual(found, { ...key, ...change, lastUsedAt: startAt + 5 });
  });

  test("an operator's API key needs no tenant, and stands in a list of its own", async ({
    store,
  }) => {
    const key = sampleApiKey({ tenantId: null });
    assert.equal(await store.createApiKey(key), "created");
    assert.deepEqual(await store.findApiKey({ hash: key.hash }), key);
    assert.equal(await store.getApiKey({ tenantId: "acme", id: key.id }), null);
    const page = { after: null, limit: 9 };
    assert.deepEqual((await store.listApiKeys({ ...page, tenantId: null })).items, [key]);
    assert.deepEqual((await store.listApiKeys({ ...page, tenantId: "acme" })).items, []);
  });

  test("an API key needs a tenant that is there", async ({ store }) => {
    assert.equal(await store.createApiKey(sampleApiKey()), "unknown_tenant");
  });

  test("API keys are listed by tenant, page by page", async ({ store }) => {
    await store.createTenant({ id: "acme", createdAt: startAt });
    await store.createTenant({ id: "other", createdAt: startAt });
    const keys = [sampleApiKey(), sampleApiKey(), sampleApiKey()];
    for (const key of keys) await store.createApiKey(key);
    await store.createApiKey(sampleApiKey({ tenantId: "other" }));
    const first = await store.listApiKeys({ tenantId: "acme", after: null, limit: 2 });
    assert.deepEqual(first, { items: keys.slice(0, 2), next: keys[1]?.id });
    const second = await store.listApiKeys({ tenantId: "acme", after: first.next, limit: 2 });
    assert.deepEqual(second, { items: keys.slice(2), next: null });
  });
}

function eventSinkTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("an event sink comes back as it was stored", async ({ store }) => {
    const eventSink = sampleSink({
      description: "päging 🚨",
      settings: {
        url: "https://example.com/ü",
        headers: { "x-key": "v" },
        nested: [1, null, true],
      },
      savedByOperator: true,
    });
    assert.equal(
      await store.createEventSink({ eventSink, createsTenant: false }),
      "unknown_tenant",
    );
    assert.equal(await store.getTenant({ id: "acme" }), null);
    assert.equal(await store.createEventSink({ eventSink, createsTenant: true }), "created");
    assert.deepEqual(await store.getTenant({ id: "acme" }), acme);
    assert.deepEqual(await store.getEventSink({ tenantId: "acme", id: eventSink.id }), eventSink);
    assert.deepEqual(await store.getEventSink({ tenantId: null, id: eventSink.id }), eventSink);
  });

  test("an id that is taken fails its own call and no other", async ({ store }) => {
    const eventSink = await storedSink(store);
    const again = { ...eventSink, name: "second" };
    const [taken, beside] = await Promise.allSettled([
      store.createEventSink({ eventSink: again, createsTenant: false }),
      store.createTenant({ id: "beside", createdAt: startAt }),
    ]);
    assert.ok(taken.status === "rejected" && !(taken.reason instanceof StoreUnavailable));
    assert.deepEqual(beside, { status: "fulfilled", value: "created" });
    assert.deepEqual(await store.getEventSink({ tenantId: "acme", id: eventSink.id }), eventSink);
  });

  test("another tenant's event sink is not found", async ({ store }) => {
    const { id } = await storedSink(store);
    await storedSink(store, { tenantId: "other" });
    const scoped = { tenantId: "other", id };
    assert.equal(await store.getEventSink(scoped), null);
    assert.equal(await store.getSendingSink({ tenantId: "other", eventSinkId: id }), null);
    assert.deepEqual(await store.deleteEventSink({ ...scoped, now: startAt, ifVersion: null }), {
      kind: "not_found",
    });
    const update = { eventSink: sampleSink({ id, tenantId: "other", version: 2 }), ifVersion: 1 };
    assert.equal(await store.updateEventSink(update), "not_found");
  });

  test("event sinks are listed by creation, page by page, and intake sees the same", async ({
    store,
  }) => {
    const sinks = [await storedSink(store), await storedSink(store), await storedSink(store)];
    await storedSink(store, { tenantId: "other" });
    const first = await store.listEventSinks({ tenantId: "acme", after: null, limit: 2 });
    assert.deepEqual(first, { items: sinks.slice(0, 2), next: sinks[1]?.id });
    const second = await store.listEventSinks({ tenantId: "acme", after: first.next, limit: 2 });
    assert.deepEqual(second, { items: sinks.slice(2), next: null });
    assert.deepEqual(await store.getTenantSinks({ tenantId: "acme" }), {
      eventSinks: sinks.map(({ id, type, name }) => ({ id, type, name, isWorking: true })),
      operationalEventSinkIds: [],
      limits: {},
    });
    assert.equal(await store.getTenantSinks({ tenantId: "nobody" }), null);
  });

  test("a tenant has no more sinks than its limit allows, and room when one is deleted", async ({
    store,
  }) => {
    const first = await storedSink(store);
    await store.updateTenant({ ...acme, limits: { eventSinks: 2 } });
    const make = () => store.createEventSink({ eventSink: sampleSink(), createsTenant: true });
    const made = await Promise.all([make(), make(), make()]);
    assert.deepEqual(made.toSorted(), ["created", "too_many", "too_many"]);
    const { items } = await store.listEventSinks({ tenantId: "acme", after: null, limit: 9 });
    assert.equal(items.length, 2);
    const ofFirst = { tenantId: "acme", id: first.id, now: startAt, ifVersion: null };
    await store.deleteEventSink(ofFirst);
    assert.equal(await make(), "created");
  });
}

function eventSinkChangeTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("an event sink is replaced only at the version the caller saw", async ({ store }) => {
    const { changed } = listen(store, 0);
    const eventSink = await storedSink(store);
    const next = {
      ...eventSink,
      name: "Night shift",
      settings: {},
      version: 2,
      updatedAt: startAt + 1,
    };
    assert.equal(await store.updateEventSink({ eventSink: next, ifVersion: 1 }), "updated");
    assert.deepEqual(await store.getEventSink({ tenantId: "acme", id: next.id }), next);
    assert.equal(
      await store.updateEventSink({ eventSink: { ...next, name: "late" }, ifVersion: 1 }),
      "version_mismatch",
    );
    assert.deepEqual(await store.getEventSink({ tenantId: "acme", id: next.id }), next);
    assert.deepEqual(changed(), [
      { kind: "sink_changed", tenantId: "acme", eventSinkId: next.id, isDeleted: false },
    ]);
  });

  test("a deleted event sink is gone for every look-up at once", async ({ store }) => {
    const { changed } = listen(store, 0);
    const kept = await storedSink(store);
    const { id } = await storedSink(store);
    const input = { tenantId: "acme", id, now: startAt + 5 };
    assert.deepEqual(await store.deleteEventSink({ ...input, ifVersion: 7 }), {
      kind: "version_mismatch",
    });
    assert.deepEqual(await store.deleteEventSink({ ...input, ifVersion: 1 }), {
      kind: "deleted",
      tenantId: "acme",
    });
    assert.equal(await store.getEventSink({ tenantId: null, id }), null);
    assert.equal(await store.getSendingSink({ tenantId: "acme", eventSinkId: id }), null);
    const listed = await store.listEventSinks({ tenantId: "acme", after: null, limit: 9 });
    assert.deepEqual(listed.items, [kept]);
    assert.deepEqual((await store.getTenantSinks({ tenantId: "acme" }))?.eventSinks.length, 1);
    assert.deepEqual(await store.deleteEventSink({ ...input, ifVersion: null }), {
      kind: "not_found",
    });
    assert.deepEqual(changed(), [
      { kind: "sink_changed", tenantId: "acme", eventSinkId: id, isDeleted: true },
    ]);
  });
}
