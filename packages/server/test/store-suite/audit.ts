import assert from "node:assert/strict";
import type { AuditEntry } from "../../src/domain/audit.ts";
import { newId } from "../../src/ids.ts";
import type { AuditFilter } from "../../src/store/audit.ts";
import type { Page } from "../../src/store/store.ts";
import type { OpenStore } from "../store-suite.ts";
import { sampleApiKey, startAt, storedSink } from "../support/store-samples.ts";
import { onFreshStore } from "./on-fresh-store.ts";

export const auditEntry = (change: Partial<AuditEntry> = {}): AuditEntry => ({
  id: newId(),
  at: startAt,
  tenantId: "acme",
  actor: { role: "tenant", apiKeyId: null, via: "key" },
  action: "event_sink.updated",
  resourceId: "sink",
  name: "Ünited 🚨",
  fields: ["name"],
  address: "192.0.2.1",
  forwardedFor: null,
  requestId: "r-1",
  ...change,
});

export const anyAudit: AuditFilter & Page = {
  tenantId: null,
  apiKeyId: null,
  action: null,
  resourceId: null,
  since: null,
  until: null,
  after: null,
  limit: 100,
};

/** Who changed what. */
export function auditTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("a change is told of with it, and what changed nothing is not", async ({
    store,
    reopen,
  }) => {
    const told = async () => (await store.listAudit(anyAudit)).items.map(({ action }) => action);
    const made = auditEntry({ action: "tenant.created" });
    const tenant = { id: "acme", createdAt: startAt };
    await store.createTenant({ ...tenant, audit: made });
    await store.createTenant({ ...tenant, audit: auditEntry({ action: "tenant.created" }) });
    assert.deepEqual(await told(), ["tenant.created"]);

    const sink = await storedSink(store);
    const key = sampleApiKey();
    await store.createApiKey({ ...key, audit: auditEntry({ action: "api_key.created" }) });
    await store.updateEventSink({ eventSink: sink, ifVersion: 9, audit: auditEntry() });
    await store.deleteApiKey({ tenantId: "other", id: key.id, audit: auditEntry() });
    assert.deepEqual(await told(), ["api_key.created", "tenant.created"]);
    const eventSink = { ...sink, version: 2 };
    await store.updateEventSink({ eventSink, ifVersion: 1, audit: auditEntry() });
    await store.deleteApiKey({ tenantId: "acme", id: key.id, audit: auditEntry() });
    assert.equal((await told()).length, 4);

    const reopened = await reopen();
    const { items } = await reopened.listAudit({ ...anyAudit, action: "tenant.created" });
    assert.deepEqual(items, [made]);
  });

  test("a change that fails is not told of", async ({ store }) => {
    const key = sampleApiKey();
    await store.createTenant({ id: "acme", createdAt: startAt });
    await store.createApiKey(key);
    await assert.rejects(store.createApiKey({ ...key, id: newId(), audit: auditEntry() }));
    assert.deepEqual((await store.listAudit(anyAudit)).items, []);
  });

  test("the log is searched by each of its fields, newest first, page by page", async ({
    store,
  }) => {
    const entries = [
      auditEntry({ at: startAt }),
      auditEntry({ at: startAt + 1, tenantId: "other" }),
      auditEntry({ at: startAt + 2, tenantId: null, action: "session.begun" }),
      auditEntry({ at: startAt + 3, actor: { role: "operator", apiKeyId: "k", via: "session" } }),
      auditEntry({
        at: startAt + 4,
        resourceId: "another",
        fields: [],
        name: null,
        forwardedFor: "x",
      }),
    ];
    for (const audit of entries) await store.appendAudit({ audit });
    const find = async (filter: Partial<AuditFilter & Page>) =>
      (await store.listAudit({ ...anyAudit, ...filter })).items.map(({ at }) => at - startAt);
    assert.deepEqual((await store.listAudit(anyAudit)).items, entries.toReversed());
    assert.deepEqual(await find({ tenantId: "acme" }), [4, 3, 0]);
    assert.deepEqual(await find({ action: "session.begun" }), [2]);
    assert.deepEqual(await find({ apiKeyId: "k" }), [3]);
    assert.deepEqual(await find({ resourceId: "another" }), [4]);
    assert.deepEqual(await find({ since: startAt + 1, until: startAt + 3 }), [2, 1]);
    const first = await store.listAudit({ ...anyAudit, limit: 2 });
    assert.deepEqual(await find({ after: first.next, limit: 2 }), [2, 1]);
    assert.equal((await store.listAudit({ ...anyAudit, limit: 5 })).next, null);
  });
}
