import assert from "node:assert/strict";
import type { EventSink } from "../../src/domain/event-sink.ts";
import { latencyBucketOf } from "../../src/domain/latency.ts";
import { hourMs, minuteMs } from "../../src/store/statistics.ts";
import type { Settlement, Store } from "../../src/store/store.ts";
import type { OpenStore } from "../store-suite.ts";
import {
  accept,
  breakSink,
  claim,
  claimOne,
  newAlert,
  pause,
  probeAt,
  retryOf,
  settlementOf,
  startAt,
  storedSink,
} from "../support/store-samples.ts";
import { onFreshStore } from "./on-fresh-store.ts";

const dayMs = 24 * hourMs;

const overview = async (store: Store, now: number, changes = {}) => {
  const asked = { tenantId: "acme", now, since: startAt, stepMs: minuteMs, ...changes };
  const found = await store.getOverview(asked);
  assert.ok(found);
  return found;
};

const statisticsOf = (store: Store, { tenantId, id }: EventSink, now: number) =>
  store.getSinkStatistics({ tenantId, eventSinkId: id, now });

/** An alert whose one attempt ended so. */
async function attempt(store: Store, sink: EventSink, at: number, end: Partial<Settlement> = {}) {
  const { deliveryId } = await accept(store, sink, { receivedAt: at }, at);
  const leased = await claimOne(store, sink, at);
  await store.settle({ settlements: [settlementOf(leased, { now: at, ...end })] });
  return deliveryId;
}

/** Counts over time. */
export function statisticsTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("alerts and deliveries are counted by minutes, by outcome and by how long they took", async ({
    store,
    reopen,
  }) => {
    const sink = await storedSink(store);
    await attempt(store, sink, startAt + 1_000, { now: startAt + 1_030 });
    await attempt(store, sink, startAt + 2_000, { state: "failed", reason: "payload_refused" });
    await store.acceptAlerts({ alerts: [newAlert([])], now: startAt + 2_000 });
    const at = startAt + 5 * minuteMs;
    await accept(store, sink, { receivedAt: at }, at);
    const leased = await claimOne(store, sink, at);
    await store.settle({ settlements: [{ ...retryOf(leased, at + 7_000), now: at + 1_000 }] });
    const again = await claimOne(store, sink, at + 7_000);
    await store.settle({ settlements: [settlementOf(again, { now: at + 7_010 })] });

    const check = async (opened: Store) => {
      const { points } = await overview(opened, at + minuteMs);
      assert.deepEqual(
        points.map((point) => [point.at - startAt, point.counts]),
        [
          [0, { alerts: 3, delivered: 1, failed: 1, retried: 0 }],
          [5 * minuteMs, { alerts: 1, delivered: 1, failed: 0, retried: 1 }],
        ],
      );
      const [first, second] = points;
      assert.equal(first?.latency[latencyBucketOf(30)], 1);
      assert.equal(second?.latency[latencyBucketOf(7_010)], 1);
    };
    await check(store);
    await check(await reopen());
  });

  test("hours and days are told of by hours; another tenant's are its own", async ({ store }) => {
    const sink = await storedSink(store);
    const other = await storedSink(store, { tenantId: "other" });
    for (const hours of [0, 1, 25]) await attempt(store, sink, startAt + hours * hourMs);
    await attempt(store, other, startAt);
    const now = startAt + 26 * hourMs;
    const ofDay = await overview(store, now, { stepMs: dayMs });
    assert.deepEqual(
      ofDay.points.map(({ at, counts }) => [(at - startAt) / dayMs, counts.delivered]),
      [
        [0, 2],
        [1, 1],
      ],
    );
    assert.deepEqual(
      (await overview(store, now, { since: now - hourMs, stepMs: hourMs })).points.length,
      1,
    );
    assert.equal(
      await store.getOverview({ tenantId: "nobody", now, since: 0, stepMs: dayMs }),
      null,
    );
  });

  test("what was replayed counts again, but not how long it took", async ({ store }) => {
    const sink = await storedSink(store);
    const id = await attempt(store, sink, startAt);
    const now = startAt + 5 * minuteMs;
    await store.retryDelivery({ tenantId: null, id, now, includesOvertaken: false });
    const leased = await claimOne(store, sink, now);
    await store.settle({ settlements: [settlementOf(leased, { now })] });
    const { points } = await overview(store, now);
    const taken = points.map(({ latency }) => latency.reduce((sum, count) => sum + count, 0));
    assert.deepEqual(
      points.map(({ counts }) => counts.delivered),
      [1, 1],
    );
    assert.deepEqual(taken, [1, 0]);
  });

  test("a sink has its last delivery and its last day", async ({ store }) => {
    const sink = await storedSink(store);
    assert.deepEqual(await statisticsOf(store, sink, startAt), {
      lastDeliveredAt: null,
      lastDay: { delivered: 0, failed: 0, retried: 0 },
    });
    await attempt(store, sink, startAt + 10);
    await attempt(store, sink, startAt + 20);
    await attempt(store, sink, startAt + 30, { state: "failed", reason: "payload_refused" });
    const soon = await statisticsOf(store, sink, startAt + hourMs);
    assert.deepEqual(soon, {
      lastDeliveredAt: startAt + 20,
      lastDay: { delivered: 2, failed: 1, retried: 0 },
    });
    const later = await statisticsOf(store, sink, startAt + 3 * dayMs);
    assert.deepEqual(later, {
      lastDeliveredAt: startAt + 20,
      lastDay: { delivered: 0, failed: 0, retried: 0 },
    });
  });

  test("the overview has the queue, and sinks with those in trouble first", async ({ store }) => {
    const well = await storedSink(store, { name: "well" });
    const broken = await storedSink(store, { name: "broken" });
    const paused = await storedSink(store, { name: "paused" });
    await attempt(store, well, startAt);
    await breakSink(store, broken);
    await accept(store, broken, {}, startAt + 7);
    await accept(store, paused, {}, startAt - 5);
    await pause(store, paused, startAt);
    const found = await overview(store, startAt + minuteMs);
    assert.deepEqual(
      found.eventSinks.map(({ name, health, pausedAt }) => [name, health.state, pausedAt]),
      [
        ["broken", "broken", null],
        ["paused", "healthy", startAt],
        ["well", "healthy", null],
      ],
    );
    assert.equal(found.eventSinks[0]?.lastDay.retried, 1);
    assert.equal(found.eventSinks[2]?.lastDeliveredAt, startAt);
    assert.deepEqual(
      [found.eventSinkCount, found.pendingCount, found.oldestPendingAt],
      [3, 3, startAt - 5],
    );
    await claim(store, broken, probeAt);
  });

  test("retention takes minutes after some hours, and hours with the alerts", async ({ store }) => {
    const sink = await storedSink(store);
    await attempt(store, sink, startAt);
    const prune = async (now: number) => {
      const pass = { now, retentionMs: 30 * dayMs, auditRetentionMs: 400 * dayMs };
      for (let after: string | null = null; ; ) {
        after = (await store.pruneOld({ ...pass, after })).next;
        if (after === null) return;
      }
    };
    const points = async (stepMs: number) =>
      (await overview(store, startAt, { stepMs })).points.length;
    await prune(startAt + 2 * hourMs);
    assert.deepEqual([await points(minuteMs), await points(hourMs)], [1, 1]);
    await prune(startAt + 4 * hourMs);
    assert.deepEqual([await points(minuteMs), await points(hourMs)], [0, 1]);
    await prune(startAt + 32 * dayMs);
    assert.deepEqual([await points(minuteMs), await points(hourMs)], [0, 0]);
  });
}
