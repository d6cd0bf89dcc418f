import { newId } from "../../src/ids.ts";
import type { Listed, Page, Store } from "../../src/store/store.ts";
import {
  accept,
  anyAlert,
  anyDelivery,
  breakSink,
  claimOne,
  newAlert,
  pause,
  retryOf,
  sampleApiKey,
  sampleSlackIntegration,
  settlementOf,
  startAt,
  storedSink,
} from "./store-samples.ts";

const tenants = ["acme", "globex", "gone"];
/** What PostgreSQL's text cannot hold, and what stands for it there. */
const hostileText = 'a\u0000b\u{10fffe}0c 🤖 \\ { } , "';

/**
 * Fills a store with something of every kind: sinks that work, are paused, broken and deleted, a tenant
 * that is deleted, deliveries in every state, and texts that are hard to carry.
 * @returns a sink that works, of "acme".
 */
export async function fillStore(store: Store) {
  await store.keepMeta({ name: "encryption_canary", value: "canary" });
  await fillAccounts(store);
  const sink = await storedSink(store, { name: hostileText });
  await store.updateTenant({
    ...{ id: "acme", operationalEventSinkIds: [sink.id] },
    ...{ retentionDays: 90, limits: { alertsPerSecond: 5, eventSinks: 50 }, createdAt: startAt },
  });
  await fillDeliveries(store, sink);
  await fillOtherSinks(store);
  return sink;
}

async function fillAccounts(store: Store): Promise<void> {
  for (const id of tenants) await store.createTenant({ id, createdAt: startAt });
  await store.createTenant({ id: "empty", createdAt: startAt });
  const key = sampleApiKey({ expiresAt: startAt + 1_000, lastUsedAt: startAt });
  await store.createApiKey(key);
  await store.createApiKey(
    sampleApiKey({ tenantId: null, name: "operator's", limits: { bytesPerSecond: 9 } }),
  );
  const session = {
    tokenHash: "token-hash",
    keyHash: key.hash,
    createdAt: startAt,
    expiresAt: startAt + 1_000,
  };
  await store.createSession({ session, sessionsMax: 3 });
  await store.putSlackIntegration(sampleSlackIntegration({ tokenExpiresAt: startAt }));
  await store.putSlackIntegration(sampleSlackIntegration({ tenantId: null }));
  await store.createSlackInstall({
    stateHash: "state-hash",
    tenantId: "acme",
    name: "Workspace",
    sealedSecrets: "sealed",
    expiresAt: startAt + 60_000,
    now: startAt,
  });
  await store.appendAudit({
    audit: {
      id: newId(),
      at: startAt,
      tenantId: "acme",
      actor: { role: "tenant", apiKeyId: key.id, via: "session" },
      action: "event_sink.created",
      resourceId: newId(),
      name: hostileText,
      fields: ["name"],
      address: "192.0.2.1",
      forwardedFor: hostileText,
      requestId: "req-1",
    },
  });
}

type Sink = Awaited<ReturnType<typeof storedSink>>;

/** One in every state, each with what comes with it. */
async function fillDeliveries(store: Store, sink: Sink): Promise<void> {
  const settle = (settlement: Parameters<Store["settle"]>[0]["settlements"][number]) =>
    store.settle({ settlements: [settlement] });
  await accept(store, sink, {
    id: "own-id",
    dedupKey: hostileText,
    body: JSON.stringify(hostileText),
  });
  await settle(settlementOf(await claimOne(store, sink), { memory: { ts: "1.2" } }));
  await accept(store, sink, { name: hostileText, tags: [hostileText], template: hostileText });
  const failed = settlementOf(await claimOne(store, sink), { state: "failed", reason: "gone" });
  const attempt = {
    ...failed.attempt,
    detail: hostileText,
    durationMs: 0.1 + 0.2,
    ambiguous: true,
  };
  await settle({ ...failed, attempt });
  // A trigger that waits for its next try, and a resolve that waits for it.
  await accept(store, sink, { dedupKey: "open", hasExplicitKey: true });
  await settle(retryOf(await claimOne(store, sink), startAt + 5_000));
  await accept(store, sink, { dedupKey: "open", hasExplicitKey: true, action: "resolve" });
  // One whose platform has asked to wait, and one that nobody has tried.
  await accept(store, sink, { severityId: 5 });
  const waiting = retryOf(await claimOne(store, sink), startAt + 9_000);
  await settle({ ...waiting, reason: "rate_limited" });
  await accept(store, sink, { staging: true });
  const never = newAlert([sink], { dedupKey: "superseded" });
  await store.acceptAlerts({ alerts: [never], now: startAt });
  const resolve = newAlert([sink], { dedupKey: "superseded", action: "resolve" });
  const deliveries = resolve.deliveries.map((one) => ({ ...one, supersedes: true }));
  await store.acceptAlerts({ alerts: [{ ...resolve, deliveries }], now: startAt });
}

async function fillOtherSinks(store: Store): Promise<void> {
  const paused = await storedSink(store, { tenantId: "globex", name: "paused" });
  await accept(store, paused, { dedupKey: "k" });
  await pause(store, paused, startAt);
  const broken = await storedSink(store, { tenantId: "globex", name: "broken" });
  await breakSink(store, broken);
  const slack = sampleSlackIntegration({ tenantId: "globex" });
  await store.putSlackIntegration(slack);
  const settings = { slack_integration_id: slack.id, channel_id: "C1" };
  await storedSink(store, { tenantId: "globex", type: "slack", settings, sealedSecrets: null });
  const copied = await storedSink(store, { name: "gets copies" });
  await replayTo(store, copied);
  const deleted = await storedSink(store, { name: "deleted" });
  await accept(store, deleted);
  await store.deleteEventSink({ tenantId: null, id: deleted.id, now: startAt, ifVersion: null });
  const gone = await storedSink(store, { tenantId: "gone" });
  await accept(store, gone, { id: "of nobody" });
  await store.deleteTenant({ id: "gone", now: startAt });
}

/** A replay that has ended, which leaves a delivery that is another's copy, and one that is running. */
async function replayTo(store: Store, { id }: Sink): Promise<void> {
  const filter = {
    ...{ eventSinkId: null, alertUid: null, dedupKey: null, action: null },
    ...{ state: "failed" as const, reason: null, since: null, until: null },
  };
  const order = {
    tenantId: "acme",
    filter,
    includesOvertaken: true,
    matchedCount: null,
    now: startAt,
  };
  await store.createReplay({ ...order, id: newId(), toEventSinkId: id });
  while ((await store.advanceReplays({ now: startAt })) === "moved");
  await store.createReplay({ ...order, id: newId(), toEventSinkId: null });
}

async function readAll<T>(list: (page: Page) => Promise<Listed<T>>): Promise<T[]> {
  const all: T[] = [];
  let after: string | null = null;
  do {
    const { items, next }: Listed<T> = await list({ after, limit: 50 });
    all.push(...items);
    after = next;
  } while (after !== null);
  return all;
}

/** What a store answers to everything that can be asked of what is in it. */
export async function readEverything(store: Store): Promise<Record<string, unknown>> {
  const tenantsFound = await readAll((page) => store.listTenants(page));
  const answers: Record<string, unknown> = {
    tenants: tenantsFound,
    canary: await store.keepMeta({ name: "encryption_canary", value: "new" }),
    counts: await store.countDeliveries({}),
    session: await store.findSession({ tokenHash: "token-hash" }),
    audit: await readAll((page) =>
      store.listAudit({
        ...{ tenantId: null, apiKeyId: null, action: null, resourceId: null },
        ...{ since: null, until: null, ...page },
      }),
    ),
    lanes: (await store.listLanes({})).toSorted((a, b) => (a.eventSinkId < b.eventSinkId ? -1 : 1)),
  };
  for (const tenantId of [null, ...tenants, "empty"]) {
    answers[`keys of ${tenantId}`] = await readAll((page) =>
      store.listApiKeys({ ...page, tenantId }),
    );
    if (tenantId !== null) answers[`data of ${tenantId}`] = await readTenant(store, tenantId);
  }
  return answers;
}

async function readTenant(store: Store, tenantId: string): Promise<unknown> {
  const sinks = await readAll((page) => store.listEventSinks({ ...page, tenantId }));
  const alerts = await readAll((page) => store.listAlerts({ ...anyAlert, ...page, tenantId }));
  const deliveries = await readAll((page) =>
    store.listDeliveries({ ...anyDelivery, ...page, tenantId }),
  );
  const ofEach = <T, R>(items: readonly T[], read: (item: T) => Promise<R>) =>
    Promise.all(items.map(read));
  return {
    sinks: await ofEach(sinks, ({ id }) => store.getEventSinkStatus({ tenantId: null, id })),
    sendingSinks: await ofEach(sinks, ({ id }) =>
      store.getSendingSink({ tenantId, eventSinkId: id }),
    ),
    integrations: await readAll((page) => store.listSlackIntegrations({ ...page, tenantId })),
    alerts: await ofEach(alerts, ({ alert }) => store.getAlert({ tenantId: null, id: alert.uid })),
    deliveries: await ofEach(deliveries, ({ id }) => store.getDelivery({ tenantId: null, id })),
    replays: await readAll((page) => store.listReplays({ ...page, tenantId })),
    intake: await store.getTenantSinks({ tenantId }),
  };
}
