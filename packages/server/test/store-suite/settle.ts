import assert from "node:assert/strict";
import { deliveryStates } from "../../src/domain/delivery.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { writeAttempt } from "../../src/store/attempt.ts";
import { StoreUnavailable } from "../../src/store/store.ts";
import type { OpenStore } from "../store-suite.ts";
import {
  accept,
  claim,
  eventually,
  listen,
  newAlert,
  readDelivery,
  retryOf,
  sampleAttempt,
  settlementOf,
  startAt,
  storedSink,
} from "../support/store-samples.ts";
import { onFreshStore } from "./on-fresh-store.ts";

/** What a settle writes, and what deleting a sink does to what is unsettled. */
export function settleTests(openStore: OpenStore): void {
  outcomeTests(openStore);
  learningTests(openStore);
  deletedSinkTests(openStore);
}

function outcomeTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("each attempt is kept as it was told, in order", async ({ store }) => {
    const sink = await storedSink(store);
    const { alert, deliveryId } = await accept(store, sink);
    const attempts = [
      sampleAttempt({
        number: 1,
        outcome: "retry",
        reason: "timeout",
        detail: "No answer in 10 s",
        ambiguous: true,
        isDegraded: true,
        durationMs: 10_000.25,
        nextTryAt: startAt + 5_000,
        exchanges: [
          {
            request: { method: "POST", url: "https://x/", headers: { a: "<secret>" }, body: "é" },
            response: null,
          },
        ],
      }),
      sampleAttempt({ number: 2, startedAt: startAt + 5_000 }),
    ];
    const [first] = (await claim(store, sink)).deliveries;
    assert.ok(first);
    const retry = retryOf(first, startAt + 5_000);
    const [attempt = sampleAttempt(), last = sampleAttempt()] = attempts;
    await store.settle({
      settlements: [{ ...retry, reason: "timeout", attempt: writeAttempt(attempt) }],
    });
    const waiting = await readDelivery(store, deliveryId);
    assert.deepEqual(
      [waiting.state, waiting.reason, waiting.attemptCount, waiting.dueAt],
      ["pending", "timeout", 1, startAt + 5_000],
    );
    assert.deepEqual((await claim(store, sink, startAt + 4_999)).nextDueAt, startAt + 5_000);

    const [second] = (await claim(store, sink, startAt + 5_000)).deliveries;
    assert.ok(second);
    assert.deepEqual([second.attemptCount, second.failureCount], [1, 1]);
    const now = startAt + 5_010;
    await store.settle({
      settlements: [settlementOf(second, { attempt: writeAttempt(last), now })],
    });
    const found = await store.getDelivery({ tenantId: "acme", id: deliveryId });
    assert.deepEqual(found?.attempts, attempts);
    assert.deepEqual(found.alert, alert);
    const { state, reason, attemptCount, dueAt, updatedAt } = found.delivery;
    assert.deepEqual(
      [state, reason, attemptCount, dueAt, updatedAt],
      ["delivered", null, 2, null, now],
    );
  });

  test("a settled delivery is never claimed again", async ({ store, reopen }) => {
    const sink = await storedSink(store);
    for (const state of deliveryStates) {
      if (state === "pending") continue;
      await accept(store, sink);
      const [leased] = (await claim(store, sink)).deliveries;
      assert.ok(leased);
      await store.settle({ settlements: [settlementOf(leased, { state })] });
    }
    assert.deepEqual((await claim(store, sink, startAt + 1e9)).deliveries, []);
    const reopened = await reopen();
    assert.deepEqual(await reopened.listLanes({}), []);
    assert.deepEqual((await claim(reopened, sink, startAt + 1e9)).deliveries, []);
  });

  test("a settlement that cannot be stored rejects its whole call, and all of it can be settled again", async ({
    store,
  }) => {
    const sink = await storedSink(store);
    for (let count = 0; count < 3; count += 1) await accept(store, sink);
    const { deliveries } = await claim(store, sink);
    const [first, second, third] = deliveries.map((leased) => settlementOf(leased));
    assert.ok(first && second && third);
    const again = retryOf(deliveries[1] ?? assert.fail(), startAt);
    await store.settle({ settlements: [again] });
    const [retried] = (await claim(store, sink)).deliveries;
    assert.ok(retried);
    // Attempt 1 of this delivery is stored already.
    const bad = { ...second, lease: retried.lease };
    const [rejected, beside] = await Promise.allSettled([
      store.settle({ settlements: [first, bad] }),
      store.settle({ settlements: [third] }),
    ]);
    assert.ok(rejected.status === "rejected" && !(rejected.reason instanceof StoreUnavailable));
    assert.deepEqual(beside, { status: "fulfilled", value: ["settled"] });
    assert.equal((await readDelivery(store, first.deliveryId)).state, "pending");
    assert.equal((await store.countDeliveries({})).delivered, 1);
    assert.deepEqual(await store.settle({ settlements: [first] }), ["settled"]);
    assert.deepEqual(await store.settle({ settlements: [settlementOf(retried)] }), ["settled"]);
  });

  test("deliveries are counted by state, over restarts too", async ({ store, reopen }) => {
    const sink = await storedSink(store);
    const ends = ["delivered", "failed", "superseded", "delivered", "pending"] as const;
    await store.acceptAlerts({ alerts: ends.map(() => newAlert([sink])), now: startAt });
    const { deliveries } = await claim(store, sink);
    await store.settle({
      settlements: deliveries.map((leased, index) =>
        settlementOf(leased, { state: ends[index] ?? "failed", dueAt: startAt + 1 }),
      ),
    });
    await accept(store, sink);
    const counts = { pending: 2, delivered: 2, failed: 1, superseded: 1, canceled: 0 };
    assert.deepEqual(await store.countDeliveries({}), counts);
    assert.deepEqual(await (await reopen()).countDeliveries({}), counts);
  });
}

function learningTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("memory is kept for its (sink, key) and comes with the next delivery of it", async ({
    store,
    reopen,
  }) => {
    const [sink, other] = [await storedSink(store), await storedSink(store)];
    await accept(store, sink, { dedupKey: "k" });
    const [first] = (await claim(store, sink)).deliveries;
    assert.ok(first);
    const memory = { ts: "1.2", nested: { list: [1, "ü", null] } };
    await store.settle({ settlements: [settlementOf(first, { memory })] });
    await accept(store, sink, { dedupKey: "k" });
    await accept(store, sink, { dedupKey: "another" });
    await accept(store, other, { dedupKey: "k" });
    const claimed = [...(await claim(store, sink)).deliveries];
    claimed.push(...(await claim(store, other)).deliveries);
    assert.deepEqual(
      claimed.map((delivery) => delivery.memory),
      [memory, {}, {}],
    );
    const [second] = claimed;
    assert.ok(second);
    await store.settle({ settlements: [settlementOf(second)] });

    const reopened = await reopen();
    const { offered } = listen(reopened, 5);
    await accept(reopened, { ...sink }, { dedupKey: "new" });
    await claim(reopened, sink);
    await accept(reopened, sink, { dedupKey: "k" });
    await eventually(() => offered().length > 0);
    const last = offered().at(-1);
    assert.deepEqual(last?.memory, memory, "a settle without memory leaves what is there");
  });

  test("memory that is empty is forgotten, of its key only", async ({ store, reopen }) => {
    const sink = await storedSink(store);
    const remember = async (dedupKey: string, memory: JsonObject) => {
      await accept(store, sink, { dedupKey });
      const [leased] = (await claim(store, sink)).deliveries;
      assert.ok(leased);
      await store.settle({ settlements: [settlementOf(leased, { memory })] });
    };
    await remember("k", {});
    await remember("k", { ts: "1" });
    await remember("another", { ts: "2" });
    await remember("k", {});
    const reopened = await reopen();
    await accept(reopened, sink, { dedupKey: "k" });
    await accept(reopened, sink, { dedupKey: "another" });
    const { deliveries } = await claim(reopened, sink);
    assert.deepEqual(
      deliveries.map(({ memory }) => memory),
      [{}, { ts: "2" }],
    );
  });

  test("what was learned joins the sink's settings without counting as a change", async ({
    store,
  }) => {
    const { changed } = listen(store, 0);
    const sink = await storedSink(store, { settings: { channel_name: "ops", keep: true } });
    await accept(store, sink);
    const [leased] = (await claim(store, sink)).deliveries;
    assert.ok(leased);
    const learned = { channel_id: "C1", channel_name: "alerts" };
    await store.settle({ settlements: [settlementOf(leased, { learned })] });
    assert.deepEqual(await store.getEventSink({ tenantId: "acme", id: sink.id }), {
      ...sink,
      settings: { channel_name: "alerts", keep: true, channel_id: "C1" },
    });
    const news = { kind: "sink_changed", tenantId: "acme", eventSinkId: sink.id, isDeleted: false };
    await eventually(() => changed().length > 0);
    assert.deepEqual(changed(), [news]);
  });

  test("what was learned of settings that were changed meanwhile is dropped", async ({ store }) => {
    const sink = await storedSink(store, { settings: { channel_name: "old" } });
    await accept(store, sink);
    const [leased] = (await claim(store, sink)).deliveries;
    assert.ok(leased);
    const eventSink = { ...sink, settings: { channel_name: "new" }, version: 2 };
    await store.updateEventSink({ eventSink, ifVersion: 1 });
    const learned = { channel_id: "C-OF-OLD" };
    await store.settle({ settlements: [settlementOf(leased, { learned })] });
    assert.deepEqual(await store.getEventSink({ tenantId: "acme", id: sink.id }), eventSink);
  });
}

function deletedSinkTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("deleting a sink cancels what is pending, also a lot of it", async ({ store }) => {
    const sink = await storedSink(store);
    const ids: string[] = [];
    for (let part = 0; part < 3; part += 1) {
      const alerts = Array.from({ length: 500 }, () => newAlert([sink]));
      ids.push(...alerts.flatMap(({ deliveries }) => deliveries.map(({ id }) => id)));
      await store.acceptAlerts({ alerts, now: startAt });
    }
    await accept(store, sink, { action: "resolve", dedupKey: "k" });
    const now = startAt + 9;
    await store.deleteEventSink({ tenantId: "acme", id: sink.id, now, ifVersion: null });
    for (const id of [ids[0], ids[700], ids.at(-1)]) {
      const delivery = await readDelivery(store, id ?? "");
      const { state, dueAt, updatedAt } = delivery;
      assert.deepEqual([state, dueAt, updatedAt], ["canceled", null, now]);
    }
    assert.deepEqual((await claim(store, sink, now)).deliveries, []);
    assert.deepEqual(await store.listLanes({}), []);
    await eventually(async () => (await store.countDeliveries({})).pending === 0);
    assert.equal((await store.countDeliveries({})).canceled, 1_501);
  });

  test("a delivery under way when its sink is deleted ends as its attempt ends", async ({
    store,
  }) => {
    const sink = await storedSink(store);
    const ids = [];
    for (let count = 0; count < 4; count += 1) ids.push((await accept(store, sink)).deliveryId);
    const [delivered, retried, released] = (await claim(store, sink, startAt, 3)).deliveries;
    assert.ok(delivered && retried && released);
    const { id } = sink;
    await store.deleteEventSink({ tenantId: "acme", id, now: startAt, ifVersion: null });
    assert.deepEqual(
      await store.settle({
        settlements: [
          settlementOf(delivered, { memory: { a: 1 }, learned: { b: 1 } }),
          retryOf(retried, startAt + 5_000),
        ],
      }),
      ["settled", "settled"],
    );
    await store.release({ leases: [{ ...released, deliveryId: released.id }] });
    await eventually(async () => (await store.countDeliveries({})).pending === 0);
    const states = await Promise.all(
      ids.map(async (one) => (await readDelivery(store, one)).state),
    );
    assert.deepEqual(states, ["delivered", "canceled", "canceled", "canceled"]);
    const found = await store.getDelivery({ tenantId: "acme", id: retried.id });
    assert.equal(
      found?.attempts[0]?.nextTryAt,
      null,
      "there is no next try at a sink that is gone",
    );
  });

  test("sweeping a deleted sink goes on after a restart", async ({ store, reopen }) => {
    const sink = await storedSink(store);
    const alerts = Array.from({ length: 1_000 }, () => newAlert([sink]));
    await store.acceptAlerts({ alerts, now: startAt });
    const { id } = sink;
    await store.deleteEventSink({ tenantId: "acme", id, now: startAt, ifVersion: null });
    const reopened = await reopen();
    await eventually(async () => (await reopened.countDeliveries({})).canceled === 1_000);
  });
}
