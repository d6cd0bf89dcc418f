import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { createFakeClock, type FakeClock } from "../../test/support/fake-clock.ts";
import { openFreshStore } from "../../test/support/fresh-store.ts";
import {
  anyAlert,
  claim,
  newAlert,
  settlementOf,
  startAt,
  storedSink,
} from "../../test/support/store-samples.ts";
import type { EventSink } from "../domain/event-sink.ts";
import { createLog } from "../log.ts";
import type { Store } from "../store/store.ts";
import { startPruner } from "./pruner.ts";

const dayMs = 24 * 3_600_000;
const log = createLog({ level: "silent" });

/** Lets the pass under way come to its end; the clock then stands before the next. @returns its steps. */
async function finishPass(clock: FakeClock): Promise<number> {
  for (let stepCount = 1; ; stepCount += 1) {
    while (clock.nextTimerAt() === null) await setImmediate();
    const pauseMs = (clock.nextTimerAt() ?? 0) - clock.now();
    if (pauseMs > 60_000) return stepCount;
    clock.advance(pauseMs);
  }
}

/** Alerts of 4 kB that arrive and are delivered at once. */
async function deliver(store: Store, sink: EventSink, count: number, now: number): Promise<void> {
  const body = JSON.stringify({ name: "Root login", note: "x".repeat(4_000) });
  const alerts = Array.from({ length: count }, () => newAlert([sink], { body, receivedAt: now }));
  await store.acceptAlerts({ alerts, now });
  const { deliveries } = await claim(store, sink, now);
  await store.settle({ settlements: deliveries.map((leased) => settlementOf(leased, { now })) });
}

test("a database file stops growing once the retention is full", {
  timeout: 120_000,
}, async (t) => {
  const opened = await openFreshStore();
  const { store, path } = opened;
  const clock = createFakeClock(startAt);
  const sink = await storedSink(store);
  const pruner = startPruner({
    ...{ store, clock, log },
    ...{ retentionDays: 5, auditRetentionDays: 400 },
  });
  t.after(async () => {
    await pruner.stop();
    await opened.close();
  });
  const perDay = 60;
  const busyDay = 60;
  const sizes: number[] = [];
  for (let day = 1; day <= 90; day += 1) {
    await deliver(store, sink, perDay, clock.now());
    if (day === busyDay) await deliver(store, sink, 80 * perDay, clock.now());
    clock.jumpTo(startAt + day * dayMs);
    clock.advance(3_600_000);
    await finishPass(clock);
    sizes.push(statSync(path).size);
  }
  const largest = (from: number, to: number) => Math.max(...sizes.slice(from, to));
  assert.ok(largest(20, busyDay - 1) <= 1.1 * largest(10, 20), `grows: ${sizes}`);
  assert.ok(largest(85, 90) <= largest(busyDay, busyDay + 3) / 2, `stays large: ${sizes}`);
  const kept = await store.listAlerts({ ...anyAlert, limit: 1_000 });
  assert.ok(kept.items.length <= 7 * perDay, `${kept.items.length} alerts are kept`);
});

test("a step that fails is taken again later, and a pass that is over begins anew", async () => {
  const clock = createFakeClock(startAt);
  const passes: (string | null)[] = [];
  const answers = [Promise.reject(new Error("The store cannot work now.")), next("2"), next(null)];
  const pruner = startPruner({
    store: {
      pruneOld: ({ after }) => {
        passes.push(after);
        return answers.shift() ?? next(null);
      },
      freeSpace: () => Promise.resolve(false),
    },
    ...{ clock, log, retentionDays: 1, auditRetentionDays: 400 },
  });
  for (let turn = 0; turn < 4; turn += 1) {
    while (clock.nextTimerAt() === null) await setImmediate();
    clock.advance((clock.nextTimerAt() ?? 0) - clock.now());
  }
  while (clock.nextTimerAt() === null) await setImmediate();
  await pruner.stop();
  assert.equal(clock.nextTimerAt(), null);
  assert.deepEqual(passes, [null, null, "2", null]);
});

function next(place: string | null) {
  return Promise.resolve({ next: place, prunedCount: 0, expiredCount: 0 });
}
