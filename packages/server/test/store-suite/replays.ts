import assert from "node:assert/strict";
import type { EventSink } from "../../src/domain/event-sink.ts";
import { newId } from "../../src/ids.ts";
import { type ReplayOrder, replayPendingMax } from "../../src/store/replay-operations.ts";
import type { Store } from "../../src/store/store.ts";
import type { OpenStore } from "../store-suite.ts";
import {
  accept,
  claim,
  claimOne,
  newAlert,
  pause,
  readDelivery,
  retryOf,
  settlementOf,
  startAt,
  storedSink,
} from "../support/store-samples.ts";
import { onFreshStore } from "./on-fresh-store.ts";

const now = startAt + 60_000;

/** Sending again what was settled. */
export function replayTests(openStore: OpenStore): void {
  retryTests(openStore);
  overtakenTests(openStore);
  filterTests(openStore);
  otherSinkTests(openStore);
  discardTests(openStore);
}

type Settled = "failed" | "delivered";

/** An alert whose one delivery has ended so. @returns the delivery's id. */
async function settled(
  store: Store,
  sink: EventSink,
  state: Settled,
  changes: Parameters<typeof accept>[2] = {},
) {
  const { deliveryId } = await accept(store, sink, changes);
  const leased = await claimOne(store, sink);
  const reason = state === "failed" ? ("payload_refused" as const) : null;
  await store.settle({ settlements: [settlementOf(leased, { state, reason })] });
  return deliveryId;
}

const retry = (store: Store, id: string, includesOvertaken = false) =>
  store.retryDelivery({ tenantId: "acme", id, now, includesOvertaken });

const orderOf = (
  filter: Partial<ReplayOrder["filter"]> = {},
  changes: Partial<ReplayOrder> = {},
): ReplayOrder => ({
  tenantId: "acme",
  filter: {
    ...{ eventSinkId: null, alertUid: null, dedupKey: null, action: null },
    ...{ state: "failed", reason: null, since: null, until: null, ...filter },
  },
  toEventSinkId: null,
  includesOvertaken: false,
  ...changes,
});

async function begin(store: Store, order: ReplayOrder): Promise<string> {
  const id = newId();
  assert.equal(await store.createReplay({ ...order, id, matchedCount: null, now }), "created");
  return id;
}

/** Takes steps until nothing moves. @returns what the last one said. */
async function advance(store: Store, at = now) {
  for (let step = 0; step < 1_000; step += 1) {
    const outcome = await store.advanceReplays({ now: at });
    if (outcome !== "moved") return outcome;
  }
  throw new Error("It goes on for ever.");
}

async function replayOf(store: Store, id: string) {
  const replay = await store.getReplay({ tenantId: "acme", id });
  assert.ok(replay);
  return replay;
}

function retryTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("a failed delivery that is retried is the same delivery, due now, over restarts too", async ({
    store,
    reopen,
  }) => {
    const sink = await storedSink(store);
    const id = await settled(store, sink, "failed");
    const before = await store.countDeliveries({});
    assert.equal(await retry(store, id), "done");
    const after = await store.countDeliveries({});
    assert.deepEqual([after.failed, after.pending], [before.failed - 1, before.pending + 1]);
    const reopened = await reopen();
    const shown = await readDelivery(reopened, id);
    assert.deepEqual(
      [shown.state, shown.reason, shown.dueAt, shown.replayedAt, shown.attemptCount],
      ["pending", null, now, now, 1],
    );
    const leased = await claimOne(reopened, sink, now);
    assert.deepEqual([leased.id, leased.failureCount, leased.replayedAt], [id, 0, now]);
    const attempt = { ...settlementOf(leased).attempt, isReplay: true };
    await reopened.settle({ settlements: [settlementOf(leased, { attempt })] });
    const found = await reopened.getDelivery({ tenantId: null, id });
    assert.deepEqual(
      found?.attempts.map(({ number, isReplay }) => [number, isReplay]),
      [
        [1, undefined],
        [2, true],
      ],
    );
  });

  test("a pending delivery that is retried is due now; one under way is left alone", async ({
    store,
  }) => {
    const sink = await storedSink(store);
    const { deliveryId } = await accept(store, sink);
    const leased = await claimOne(store, sink);
    assert.equal(await retry(store, deliveryId), "done");
    assert.equal((await readDelivery(store, deliveryId)).dueAt, startAt);
    await store.settle({ settlements: [retryOf(leased, startAt + 9_999_999)] });
    assert.equal(await retry(store, deliveryId), "done");
    assert.equal((await claimOne(store, sink, now)).id, deliveryId);
  });

  test("what cannot be retried says why", async ({ store }) => {
    const sink = await storedSink(store);
    const id = await settled(store, sink, "failed");
    await accept(store, sink, { dedupKey: "k" });
    const resolve = await accept(store, sink, { dedupKey: "k", action: "resolve" });
    assert.equal(await retry(store, resolve.deliveryId), "waiting");
    assert.equal(await retry(store, newId()), "not_found");
    const other = { tenantId: "other", id, now, includesOvertaken: false };
    assert.equal(await store.retryDelivery(other), "not_found");
    await store.deleteEventSink({ tenantId: "acme", id: sink.id, now, ifVersion: null });
    assert.equal(await retry(store, id), "sink_deleted");
  });
}

function overtakenTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("a trigger resolved since, and a resolve of what fired since, are overtaken", async ({
    store,
  }) => {
    const sink = await storedSink(store);
    const trigger = await settled(store, sink, "failed", { dedupKey: "k" });
    const other = await settled(store, sink, "failed", { dedupKey: "other" });
    const resolve = await settled(store, sink, "delivered", { dedupKey: "k", action: "resolve" });
    assert.equal(await retry(store, trigger), "overtaken");
    assert.equal(await retry(store, other), "done");
    const again = await settled(store, sink, "delivered", { dedupKey: "k" });
    assert.equal(await retry(store, resolve), "overtaken");
    assert.equal(await retry(store, again), "done");
    assert.equal(await retry(store, trigger, true), "done");
  });

  test("a trigger and its resolve that both failed are replayed in their order", async ({
    store,
  }) => {
    const sink = await storedSink(store);
    const trigger = await settled(store, sink, "failed", { dedupKey: "k" });
    const resolve = await settled(store, sink, "failed", { dedupKey: "k", action: "resolve" });
    const id = await begin(store, orderOf());
    assert.equal(await advance(store), "idle");
    assert.equal((await replayOf(store, id)).replayedCount, 2);
    const first = await claimOne(store, sink, now);
    assert.equal(first.id, trigger);
    await store.settle({ settlements: [settlementOf(first, { now })] });
    assert.equal((await claimOne(store, sink, now)).id, resolve);
  });
}

function filterTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("a replay sends what its filter finds, counts what it skips, and is done", async ({
    store,
  }) => {
    const [one, two] = [await storedSink(store), await storedSink(store)];
    const a = await settled(store, one, "failed");
    const b = await settled(store, two, "failed");
    const c = await settled(store, one, "delivered");
    const over = await settled(store, one, "failed", { dedupKey: "k" });
    await settled(store, one, "delivered", { dedupKey: "k", action: "resolve" });
    const order = orderOf({ eventSinkId: one.id, reason: "payload_refused" });
    const counted = await store.countReplay({ ...order, after: null });
    const skipped = { overtaken: 1, alreadyThere: 0, sinkDeleted: 0 };
    assert.deepEqual(counted, { matchedCount: 2, skipped, next: null });
    const id = await begin(store, order);
    assert.equal((await replayOf(store, id)).state, "running");
    assert.equal(await advance(store, now + 5), "idle");
    const { state, replayedCount, finishedAt, ...rest } = await replayOf(store, id);
    assert.deepEqual([state, replayedCount, finishedAt], ["done", 1, now + 5]);
    assert.deepEqual([rest.skipped, rest.filter], [skipped, order.filter]);
    const states = await Promise.all(
      [a, b, c, over].map(async (each) => (await readDelivery(store, each)).state),
    );
    assert.deepEqual(states, ["pending", "failed", "delivered", "failed"]);
  });

  test("a lane that works gets no more than it has room for; a held one gets all, in steps", async ({
    store,
    reopen,
  }) => {
    const sink = await storedSink(store);
    const total = replayPendingMax + 40;
    const alerts = Array.from({ length: total }, () => newAlert([sink]));
    await store.acceptAlerts({ alerts, now: startAt });
    const { deliveries } = await claim(store, sink, startAt, total);
    await store.settle({
      settlements: deliveries.map((leased) => settlementOf(leased, { state: "failed" })),
    });
    const id = await begin(store, orderOf());
    await store.advanceReplays({ now });
    const early = (await replayOf(store, id)).replayedCount;
    assert.ok(early > 0 && early < replayPendingMax, "one step is bounded");
    const reopened = await reopen();
    assert.equal(await advance(reopened), "waiting");
    assert.equal((await replayOf(reopened, id)).replayedCount, replayPendingMax);
    const first = (await claim(reopened, sink, now, 3)).deliveries;
    assert.deepEqual(
      first.map((leased) => leased.id),
      deliveries.slice(0, 3).map((leased) => leased.id),
      "oldest first",
    );
    await pause(reopened, sink, now);
    assert.equal(await advance(reopened), "idle");
    assert.equal((await replayOf(reopened, id)).replayedCount, total);
  });

  test("a canceled replay goes no further, and only its tenant's is seen", async ({ store }) => {
    const sink = await storedSink(store);
    const failed = await settled(store, sink, "failed");
    const id = await begin(store, orderOf());
    const cancel = () => store.cancelReplay({ tenantId: "acme", id, now });
    assert.equal(await store.cancelReplay({ tenantId: "other", id, now }), "not_found");
    assert.equal(await cancel(), "canceled");
    assert.equal(await cancel(), "finished");
    assert.equal(await advance(store), "idle");
    assert.equal((await readDelivery(store, failed)).state, "failed");
    assert.equal(await store.getReplay({ tenantId: "other", id }), null);
    const second = await begin(store, orderOf());
    const page = { tenantId: "acme", after: null, limit: 1 };
    const { items, next } = await store.listReplays(page);
    assert.deepEqual([items.map((replay) => replay.id), next], [[second], second]);
    const rest = await store.listReplays({ ...page, after: next });
    assert.deepEqual([rest.items.map((replay) => replay.id), rest.next], [[id], null]);
  });
}

function otherSinkTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("a replay to another sink makes deliveries of the same alerts, once", async ({ store }) => {
    const [dead, live] = [await storedSink(store), await storedSink(store)];
    const failed = await settled(store, dead, "failed");
    const [held, both] = [newAlert([dead]), newAlert([dead, live])];
    await store.acceptAlerts({ alerts: [held, both], now: startAt });
    await pause(store, dead, startAt);
    await store.settle({ settlements: [settlementOf(await claimOne(store, live))] });
    const order = { toEventSinkId: live.id };
    const ids = [
      await begin(store, orderOf({ eventSinkId: dead.id }, order)),
      await begin(store, orderOf({ eventSinkId: dead.id, state: "held" }, order)),
      await begin(store, orderOf({ eventSinkId: dead.id }, order)),
    ];
    assert.equal(await advance(store), "idle");
    const replays = await Promise.all(ids.map((id) => replayOf(store, id)));
    assert.deepEqual(
      replays.map(({ replayedCount, skipped }) => [replayedCount, skipped.alreadyThere]),
      [
        [1, 0],
        [1, 1],
        [0, 1],
      ],
    );
    const { deliveries } = await claim(store, live, now);
    const shown = await Promise.all(deliveries.map(({ id }) => readDelivery(store, id)));
    assert.deepEqual(
      shown.map(({ replayOf: source, replayedAt }) => [source, replayedAt]),
      [
        [failed, now],
        [held.deliveries[0]?.id, now],
      ],
    );
    assert.equal((await readDelivery(store, failed)).state, "failed");
  });

  test("what is held by the very sink that a replay goes to is left to go out by itself", async ({
    store,
  }) => {
    const sink = await storedSink(store);
    const { deliveryId } = await accept(store, sink, { action: "acknowledge" });
    await pause(store, sink, startAt);
    const id = await begin(store, orderOf({ state: "held" }, { toEventSinkId: sink.id }));
    assert.equal(await advance(store), "idle");
    const { skipped, replayedCount } = await replayOf(store, id);
    assert.deepEqual([skipped.alreadyThere, replayedCount], [1, 0]);
    await pause(store, sink, null);
    const { deliveries } = await claim(store, sink, now);
    assert.deepEqual(
      deliveries.map((delivery) => [delivery.id, delivery.replayedAt]),
      [[deliveryId, null]],
    );
  });

  test("a replay to a sink that is not there is refused, one to a sink deleted since skips all", async ({
    store,
  }) => {
    const [sink, gone] = [await storedSink(store), await storedSink(store)];
    await settled(store, sink, "failed");
    const to = (toEventSinkId: string) => orderOf({}, { toEventSinkId });
    const input = { id: newId(), matchedCount: 1, now };
    assert.equal(await store.createReplay({ ...to(newId()), ...input }), "unknown_event_sink");
    const nobody = { ...orderOf(), tenantId: "nobody" };
    assert.equal(await store.createReplay({ ...nobody, ...input }), "unknown_tenant");
    const id = await begin(store, to(gone.id));
    await store.deleteEventSink({ tenantId: "acme", id: gone.id, now, ifVersion: null });
    assert.equal(await advance(store), "idle");
    const { skipped, replayedCount } = await replayOf(store, id);
    assert.deepEqual([skipped.sinkDeleted, replayedCount], [1, 0]);
  });
}

function discardTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("what is held can be canceled, but not what comes meanwhile or is under way", async ({
    store,
  }) => {
    const sink = await storedSink(store);
    const { deliveryId: underWay } = await accept(store, sink);
    await claimOne(store, sink);
    const held = Array.from({ length: 450 }, () => newAlert([sink]));
    await store.acceptAlerts({ alerts: held, now: startAt });
    await pause(store, sink, startAt);
    const lane = { tenantId: "acme", eventSinkId: sink.id, now };
    let part = await store.cancelHeld({ ...lane, until: null });
    assert.ok(!part.isDone && part.canceledCount > 0, "one call is bounded");
    const later = await accept(store, sink);
    let canceledCount = part.canceledCount;
    while (!part.isDone) {
      part = await store.cancelHeld({ ...lane, until: part.until });
      canceledCount += part.canceledCount;
    }
    assert.equal(canceledCount, 450);
    const stateOf = async (id: string) => (await readDelivery(store, id)).state;
    assert.equal(await stateOf(held[0]?.deliveries[0]?.id ?? ""), "canceled");
    assert.deepEqual(
      [await stateOf(underWay), await stateOf(later.deliveryId)],
      ["pending", "pending"],
    );
    assert.equal((await store.countDeliveries({})).canceled, 450);
  });

  test("what waited for a canceled delivery is let go", async ({ store }) => {
    const sink = await storedSink(store);
    await pause(store, sink, startAt);
    const others = Array.from({ length: 450 }, () => newAlert([sink]));
    await store.acceptAlerts({ alerts: others, now: startAt });
    const trigger = await accept(store, sink, { dedupKey: "zzz" });
    const lane = { tenantId: "acme", eventSinkId: sink.id, now };
    let part = await store.cancelHeld({ ...lane, until: null });
    assert.equal((await readDelivery(store, trigger.deliveryId)).state, "pending");
    const resolve = await accept(store, sink, { dedupKey: "zzz", action: "resolve" });
    assert.equal((await readDelivery(store, resolve.deliveryId)).dueAt, null);
    while (!part.isDone) part = await store.cancelHeld({ ...lane, until: part.until });
    assert.equal((await readDelivery(store, trigger.deliveryId)).state, "canceled");
    assert.equal((await readDelivery(store, resolve.deliveryId)).dueAt, now);
  });
}
