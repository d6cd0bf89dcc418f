import assert from "node:assert/strict";
import type { EventSink } from "../../src/domain/event-sink.ts";
import { newId } from "../../src/ids.ts";
import type { Store } from "../../src/store/store.ts";
import type { OpenStore } from "../store-suite.ts";
import {
  accept,
  anyAlert,
  claim,
  claimOne,
  newAlert,
  pause,
  readDelivery,
  sampleApiKey,
  settlementOf,
  startAt,
  storedSink,
} from "../support/store-samples.ts";
import { anyAudit, auditEntry } from "./audit.ts";
import { onFreshStore } from "./on-fresh-store.ts";

const dayMs = 24 * 3_600_000;
const at = (days: number) => startAt + days * dayMs;

/** One pass, step by step. @param between runs after each step. */
async function prune(store: Store, now: number, between = async () => {}) {
  const sum = { prunedCount: 0, expiredCount: 0, stepCount: 0 };
  for (let after: string | null = null; ; ) {
    const pass = { now, retentionMs: 30 * dayMs, auditRetentionMs: 400 * dayMs };
    const step = await store.pruneOld({ ...pass, after });
    sum.prunedCount += step.prunedCount;
    sum.expiredCount += step.expiredCount;
    sum.stepCount += 1;
    after = step.next;
    if (after === null) return sum;
    await between();
  }
}

/** An alert that was delivered on that day. */
async function deliver(store: Store, sink: EventSink, days: number, changes = {}) {
  const now = at(days);
  const given = await accept(store, sink, { receivedAt: now, ...changes }, now);
  const leased = await claimOne(store, sink, now);
  await store.settle({ settlements: [settlementOf(leased, { now })] });
  return given;
}

const alertIds = async (store: Store, tenantId = "acme") =>
  (await store.listAlerts({ ...anyAlert, tenantId })).items.map(({ alert }) => alert.uid);

/** What is old is forgotten, and nothing else. */
export function retentionTests(openStore: OpenStore): void {
  ageTests(openStore);
  heldTests(openStore);
  othersTests(openStore);
  stepTests(openStore);
}

function ageTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("a settled alert goes after the retention, with all that belongs to it", async ({
    store,
  }) => {
    const sink = await storedSink(store);
    const old = await deliver(store, sink, 0, { id: "login-1" });
    const young = await deliver(store, sink, 20);
    assert.equal((await prune(store, at(29))).prunedCount, 0);
    assert.equal((await prune(store, at(40))).prunedCount, 1);

    assert.deepEqual(await alertIds(store), [young.alert.uid]);
    assert.equal(await store.getAlert({ tenantId: null, id: old.alert.uid }), null);
    assert.equal(await store.getDelivery({ tenantId: null, id: old.deliveryId }), null);
    const again = newAlert([sink], { id: "login-1", receivedAt: at(40) });
    const [result] = await store.acceptAlerts({ alerts: [again], now: at(40) });
    assert.equal(result?.kind, "accepted", "its id is free again");
    assert.equal((await store.countDeliveries({})).delivered, 2, "counts go on");
  });

  test("what is pending stays, however old", async ({ store }) => {
    const sink = await storedSink(store);
    const { alert } = await accept(store, sink);
    await deliver(store, await storedSink(store), 200);
    assert.deepEqual(await prune(store, at(100)).then((sum) => sum.prunedCount), 0);
    assert.ok((await alertIds(store)).includes(alert.uid));
    await claimOne(store, sink, at(100));
  });

  test("an alert that was only recorded goes too", async ({ store }) => {
    const sink = await storedSink(store);
    await store.acceptAlerts({ alerts: [newAlert([]), newAlert([])], now: startAt });
    await deliver(store, sink, 40);
    assert.equal((await prune(store, at(40))).prunedCount, 2);
  });

  test("what was sent again counts from then", async ({ store }) => {
    const sink = await storedSink(store);
    const { alert, deliveryId } = await deliver(store, sink, 0);
    await deliver(store, sink, 50);
    const retry = { tenantId: null, id: deliveryId, now: at(20), includesOvertaken: false };
    assert.equal(await store.retryDelivery(retry), "done");
    const leased = await claimOne(store, sink, at(20));
    await store.settle({ settlements: [settlementOf(leased, { now: at(20) })] });
    assert.equal((await prune(store, at(45))).prunedCount, 0);
    assert.equal((await prune(store, at(60))).prunedCount, 1);
    assert.equal(await store.getAlert({ tenantId: null, id: alert.uid }), null);
  });

  test("a tenant has a retention of its own", async ({ store }) => {
    const short = await storedSink(store, { tenantId: "short" });
    const long = await storedSink(store, { tenantId: "long" });
    for (const [id, retentionDays] of [
      ["short", 2],
      ["long", 300],
    ] as const) {
      const unset = { operationalEventSinkIds: [], limits: {} };
      const tenant = { id, ...unset, createdAt: startAt, retentionDays };
      assert.equal(await store.updateTenant(tenant), "updated");
      assert.equal((await store.getTenant({ id }))?.retentionDays, retentionDays);
    }
    await deliver(store, short, 0);
    const { alert } = await deliver(store, short, 2);
    await deliver(store, long, 0);
    assert.equal((await prune(store, at(3))).prunedCount, 1);
    assert.deepEqual(await alertIds(store, "short"), [alert.uid]);
    assert.equal((await prune(store, at(200))).prunedCount, 1);
    assert.equal((await alertIds(store, "long")).length, 1);
  });
}

function heldTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("what a paused sink holds for too long fails as expired, and is seen as long again", async ({
    store,
  }) => {
    const sink = await storedSink(store);
    const key = { dedupKey: "host-1", hasExplicitKey: true };
    const fired = await accept(store, sink, key);
    const solved = await accept(store, sink, { ...key, action: "resolve" }, at(35));
    await pause(store, sink, startAt);
    assert.equal((await prune(store, at(29))).expiredCount, 0);
    assert.equal((await prune(store, at(40))).expiredCount, 1);
    const expired = await readDelivery(store, fired.deliveryId);
    assert.deepEqual(
      [expired.state, expired.reason, expired.updatedAt, expired.dueAt],
      ["failed", "expired", at(40), null],
    );
    assert.equal((await readDelivery(store, solved.deliveryId)).state, "pending");
    assert.equal((await store.countDeliveries({})).failed, 1);

    await pause(store, sink, null);
    assert.equal((await claimOne(store, sink, at(41))).id, solved.deliveryId, "it waited for it");
    assert.equal((await prune(store, at(60))).prunedCount, 0);
    assert.equal((await prune(store, at(80))).prunedCount, 1);
  });

  test("what somebody has in hand does not expire", async ({ store }) => {
    const sink = await storedSink(store);
    await accept(store, sink);
    const leased = await claimOne(store, sink);
    await pause(store, sink, startAt);
    assert.equal((await prune(store, at(40))).expiredCount, 0);
    const settlements = [settlementOf(leased, { now: at(40) })];
    assert.deepEqual(await store.settle({ settlements }), ["settled"]);
  });

  test("what was held and sent again counts from then", async ({ store }) => {
    const sink = await storedSink(store);
    const { deliveryId } = await deliver(store, sink, 0);
    const retry = { tenantId: null, id: deliveryId, now: at(29), includesOvertaken: false };
    await store.retryDelivery(retry);
    await pause(store, sink, at(29));
    assert.equal((await prune(store, at(40))).expiredCount, 0);
    assert.equal((await prune(store, at(60))).expiredCount, 1);
  });
}

function othersTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("what a sink remembers, replays that are over, and expired sessions go", async ({
    store,
  }) => {
    const sink = await storedSink(store);
    for (const [days, dedupKey] of [
      [0, "old"],
      [20, "young"],
    ] as const) {
      await accept(store, sink, { dedupKey, hasExplicitKey: true, receivedAt: at(days) }, at(days));
      const leased = await claimOne(store, sink, at(days));
      const memory = { ts: dedupKey };
      await store.settle({ settlements: [settlementOf(leased, { now: at(days), memory })] });
    }
    const filter = {
      ...{ eventSinkId: null, alertUid: null, dedupKey: null, action: null },
      ...{ state: "failed" as const, reason: "gone" as const, since: null, until: null },
    };
    const order = { tenantId: "acme", filter, toEventSinkId: null, includesOvertaken: false };
    const replayIds = [newId(), newId()];
    for (const id of replayIds) {
      await store.createReplay({ ...order, id, matchedCount: null, now: startAt });
      if (id !== replayIds[0]) continue;
      while ((await store.advanceReplays({ now: startAt })) === "moved");
    }
    await store.createApiKey(sampleApiKey());
    for (const [tokenHash, expiresAt] of [
      ["old", at(39)],
      ["young", at(41)],
    ] as const) {
      const session = { tokenHash, keyHash: "k", createdAt: startAt, expiresAt };
      await store.createSession({ session, sessionsMax: 9 });
    }

    await prune(store, at(40));
    for (const [dedupKey, memory] of [
      ["old", {}],
      ["young", { ts: "young" }],
    ] as const) {
      await accept(store, sink, { dedupKey, hasExplicitKey: true, receivedAt: at(40) }, at(40));
      assert.deepEqual((await claimOne(store, sink, at(40))).memory, memory);
    }
    const replays = await store.listReplays({ tenantId: "acme", after: null, limit: 9 });
    assert.deepEqual(
      replays.items.map(({ id }) => id),
      replayIds.slice(1),
      "one that is under way stays",
    );
    assert.equal(await store.findSession({ tokenHash: "old" }), null);
    assert.notEqual(await store.findSession({ tokenHash: "young" }), null);
  });

  test("the audit log goes by its own time, and never younger than a year", async ({ store }) => {
    const now = Date.now();
    const days = [500, 401, 399, 300, 0];
    for (const age of days) {
      await store.appendAudit({ audit: auditEntry({ at: now - age * dayMs }) });
    }
    await prune(store, now);
    const { items } = await store.listAudit(anyAudit);
    assert.deepEqual(
      items.map((entry) => (now - entry.at) / dayMs),
      [0, 300, 399],
    );
    const tooShort = { now, retentionMs: dayMs, auditRetentionMs: dayMs };
    await assert.rejects(async () => {
      for (let after: string | null = null; ; ) {
        after = (await store.pruneOld({ ...tooShort, after })).next;
        if (after === null) return;
      }
    }, /append-only/);
  });
}

function stepTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("a pass is made of bounded steps, and deliveries go on between any two", async ({
    store,
  }) => {
    const sink = await storedSink(store);
    const count = 1_000;
    const alerts = Array.from({ length: count }, () => newAlert([sink]));
    await store.acceptAlerts({ alerts, now: startAt });
    const { deliveries } = await claim(store, sink);
    await store.settle({ settlements: deliveries.map((leased) => settlementOf(leased)) });
    let deliveredCount = 0;
    const { prunedCount, stepCount } = await prune(store, at(40), async () => {
      await deliver(store, sink, 40);
      deliveredCount += 1;
    });
    assert.equal(prunedCount, count);
    assert.ok(stepCount >= count / 200, `${stepCount} steps`);
    assert.equal((await alertIds(store)).length, Math.min(deliveredCount, 100));
  });
}
