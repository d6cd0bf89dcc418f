import assert from "node:assert/strict";
import { newId } from "../../src/ids.ts";
import type { SlackInstall } from "../../src/store/store.ts";
import type { OpenStore } from "../store-suite.ts";
import { listen, sampleSlackIntegration, startAt, storedSink } from "../support/store-samples.ts";
import { onFreshStore } from "./on-fresh-store.ts";

/** Slack integrations, their installs, and the sinks that send through them. */
export function slackTests(openStore: OpenStore): void {
  slackIntegrationTests(openStore);
  sendingSinkTests(openStore);
  installTests(openStore);
  lockTests(openStore);
}

function slackIntegrationTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("a Slack integration belongs to its tenant, the operator's to the operator alone", async ({
    store,
  }) => {
    const own = sampleSlackIntegration();
    assert.equal(await store.putSlackIntegration(own), "unknown_tenant");
    await store.createTenant({ id: "acme", createdAt: startAt });
    assert.equal(await store.putSlackIntegration(own), "stored");
    const operators = sampleSlackIntegration({ tenantId: null });
    assert.equal(await store.putSlackIntegration(operators), "stored");

    assert.deepEqual(await store.getSlackIntegration({ tenantId: "acme", id: own.id }), own);
    assert.equal(await store.getSlackIntegration({ tenantId: "other", id: own.id }), null);
    assert.equal(await store.getSlackIntegration({ tenantId: "acme", id: operators.id }), null);
    const found = await store.getSlackIntegration({ tenantId: null, id: operators.id });
    assert.deepEqual(found, operators);
    const page = { after: null, limit: 10 };
    const listed = await store.listSlackIntegrations({ tenantId: "acme", ...page });
    assert.deepEqual(listed, { items: [own], next: null });
  });

  test("putting a Slack integration again replaces it and tells of the sinks that use it", async ({
    store,
  }) => {
    await store.createTenant({ id: "acme", createdAt: startAt });
    const first = sampleSlackIntegration();
    await store.putSlackIntegration(first);
    const sink = await storedSink(store, {
      type: "slack",
      settings: { slack_integration_id: first.id },
    });
    const { changed } = listen(store, 0);
    const second = {
      ...first,
      name: "Renamed",
      teamId: "T2",
      teamName: "Beta",
      botUserId: "U2",
      scopes: ["chat:write", "channels:read"],
      revokedReason: "token_revoked",
      sealedSecrets: "new",
      tokenExpiresAt: startAt + 43_200_000,
      updatedAt: startAt + 9,
    };
    await store.putSlackIntegration(second);
    assert.deepEqual(await store.getSlackIntegration({ tenantId: null, id: first.id }), second);
    assert.deepEqual(changed(), [
      { kind: "sink_changed", tenantId: "acme", eventSinkId: sink.id, isDeleted: false },
    ]);
  });

  test("a Slack integration in use is not deleted, and the sinks are named", async ({ store }) => {
    await store.createTenant({ id: "acme", createdAt: startAt });
    const { id } = sampleSlackIntegration();
    await store.putSlackIntegration(sampleSlackIntegration({ id }));
    const settings = { slack_integration_id: id };
    const sink = await storedSink(store, { type: "slack", settings });
    assert.deepEqual(await store.deleteSlackIntegration({ tenantId: "other", id }), {
      kind: "not_found",
    });
    assert.deepEqual(await store.deleteSlackIntegration({ tenantId: "acme", id }), {
      kind: "in_use",
      eventSinkIds: [sink.id],
    });
    const input = { tenantId: "acme", id: sink.id, now: startAt, ifVersion: null };
    await store.deleteEventSink(input);
    assert.deepEqual(await store.deleteSlackIntegration({ tenantId: null, id }), {
      kind: "deleted",
      tenantId: "acme",
    });
    assert.equal(await store.getSlackIntegration({ tenantId: null, id }), null);
  });
}

function sendingSinkTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("a sink to send through comes with its own tenant's Slack integration only", async ({
    store,
  }) => {
    await store.createTenant({ id: "acme", createdAt: startAt });
    await store.createTenant({ id: "other", createdAt: startAt });
    const own = sampleSlackIntegration();
    const others = sampleSlackIntegration({ tenantId: "other" });
    for (const integration of [own, others]) await store.putSlackIntegration(integration);
    const integrationFor = async (slackIntegrationId: string) => {
      const settings = { slack_integration_id: slackIntegrationId };
      const sink = await storedSink(store, { type: "slack", settings });
      const found = await store.getSendingSink({ tenantId: "acme", eventSinkId: sink.id });
      assert.deepEqual(found?.eventSink, sink);
      return found.slackIntegration;
    };
    assert.deepEqual(await integrationFor(own.id), own);
    assert.equal(await integrationFor(others.id), null);
    assert.equal(await integrationFor(newId()), null);
  });

  test("the operator's Slack integration serves sinks saved with an operator key only", async ({
    store,
  }) => {
    const operators = sampleSlackIntegration({ tenantId: null });
    await store.putSlackIntegration(operators);
    const settings = { slack_integration_id: operators.id };
    for (const savedByOperator of [true, false]) {
      const sink = await storedSink(store, { type: "slack", settings, savedByOperator });
      const found = await store.getSendingSink({ tenantId: "acme", eventSinkId: sink.id });
      assert.deepEqual(found?.slackIntegration, savedByOperator ? operators : null);
    }
  });
}

const install: SlackInstall = {
  stateHash: "hash-1",
  tenantId: "acme",
  name: "Workspace",
  sealedSecrets: "sealed",
  expiresAt: startAt + 600_000,
};

function installTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("an install under way is taken once, and only before it expires", async ({
    store,
    reopen,
  }) => {
    assert.equal(await store.createSlackInstall({ ...install, now: startAt }), "unknown_tenant");
    await store.createTenant({ id: "acme", createdAt: startAt });
    assert.equal(await store.createSlackInstall({ ...install, now: startAt }), "created");
    const late = { ...install, stateHash: "hash-2", expiresAt: startAt + 10 };
    await store.createSlackInstall({ ...late, now: startAt });
    const reopened = await reopen();
    const take = (stateHash: string, now: number) => reopened.takeSlackInstall({ stateHash, now });
    assert.equal(await take("hash-3", startAt), null);
    assert.equal(await take("hash-2", startAt + 10), null);
    assert.deepEqual(await take("hash-1", startAt + 599_999), install);
    assert.equal(await take("hash-1", startAt + 599_999), null, "a state works once");
  });

  test("an install that begins removes those that expired, and no others", async ({ store }) => {
    await store.createTenant({ id: "acme", createdAt: startAt });
    const expired = { ...install, stateHash: "expired", expiresAt: startAt + 10 };
    const open = { ...install, stateHash: "open", expiresAt: startAt + 11 };
    await store.createSlackInstall({ ...expired, now: startAt });
    await store.createSlackInstall({ ...open, now: startAt });
    await store.createSlackInstall({ ...install, now: startAt + 10 });
    // With the clock set back, only what was removed is not there.
    const taken = await store.takeSlackInstall({ stateHash: "expired", now: startAt });
    assert.equal(taken, null);
    assert.deepEqual(await store.takeSlackInstall({ stateHash: "open", now: startAt }), open);
  });
}

function lockTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("one caller at a time may refresh an integration's token", async ({ store }) => {
    await store.createTenant({ id: "acme", createdAt: startAt });
    const integration = sampleSlackIntegration();
    await store.putSlackIntegration(integration);
    const { id } = integration;
    const lock = (now: number, until = now + 10) => store.lockSlackIntegration({ id, now, until });

    const asked = await Promise.all([lock(startAt), lock(startAt), lock(startAt)]);
    assert.deepEqual(asked, [true, false, false]);
    const other = { id: newId(), now: startAt, until: startAt + 10 };
    assert.equal(await store.lockSlackIntegration(other), true, "another one has its own lock");
    assert.equal(await lock(startAt + 9), false);
    assert.equal(await lock(startAt + 10), true, "a lock runs out");
    assert.equal(await store.unlockSlackIntegration({ id }), null);
    assert.equal(await lock(startAt + 11), true);
    await store.putSlackIntegration({ ...integration, sealedSecrets: "new" });
    assert.equal(await lock(startAt + 12), true, "a stored token ends the lock");
    assert.equal(await store.unlockSlackIntegration({ id: newId() }), null);
    assert.equal(await lock(startAt + 13), false);
  });
}
