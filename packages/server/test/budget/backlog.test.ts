/**
 * What a backlog costs those who have none: the same statements, no more rows read, and no scan, however
 * many deliveries wait for sinks that are down. `BUDGET_PENDING=1000000` lets a million wait.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../src/clock.ts";
import type { EventSink } from "../../src/domain/event-sink.ts";
import { createAlertIntake } from "../../src/http/alerts/alert-intake.ts";
import { newAlert, pause } from "../support/store-samples.ts";
import { assertPlans, type CountedService, startCountedService } from "./counted-service.ts";

const pendingCount = Number(process.env["BUDGET_PENDING"] ?? 50_000);
const deadCount = 20;

/** Deliveries of one alert that are due for `sinks` in turn, as the store would have them. */
async function fill({ db, store }: CountedService, sinks: readonly EventSink[]): Promise<void> {
  await store.acceptAlerts({ alerts: [newAlert(sinks.slice(0, 1))], now: systemClock.now() });
  const nos = sinks.map(({ id }, index) => {
    const row = db.get<{ no: number }>("SELECT no FROM event_sinks WHERE id = ?", id);
    return `WHEN ${index} THEN ${row?.no}`;
  });
  // Numbers far beyond those that the writer gives next.
  db.exec(`
    WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < ${pendingCount})
    INSERT INTO deliveries (no, id, tenant_no, event_sink_no, alert_no, dedup_key, action, state,
      attempt_count, failure_count, created_at, updated_at, due_at, is_urgent, is_ambiguous)
    SELECT 1000000000 + i, printf('01900002-0000-7000-8000-%012x', i), tenant_no,
      CASE i % ${sinks.length} ${nos.join(" ")} END, alert_no, printf('key-%d', i), action, 'pending',
      0, 0, created_at + i % 1000, created_at, created_at + i % 1000, 0, 0
    FROM numbers, (SELECT tenant_no, alert_no, action, created_at FROM deliveries LIMIT 1);
    UPDATE delivery_counts SET count = count + ${pendingCount} WHERE state = 'pending'`);
}

/** Statements and rows that a thousand alerts for ten sinks cost, taken and delivered. */
async function costOfThousand(service: CountedService) {
  const live = await Promise.all(Array.from({ length: 10 }, () => service.addSink()));
  const intake = createAlertIntake(service.store, systemClock);
  const send = (count: number, mark: string) =>
    Promise.all(
      Array.from({ length: count }, (_, n) =>
        intake.accept(newAlert(live.slice(n % 10, (n % 10) + 1), { id: `${mark}-${n}` })),
      ),
    );
  await service.startEngine();
  await send(10, "first");
  await service.delivered(10);
  service.reset();
  await send(1_000, "alert");
  await service.delivered(1_010);
  const isShared = /^(BEGIN|COMMIT|UPDATE delivery_counts|INSERT INTO statistics)/;
  const own = [...service.counts.statements].filter(([sql]) => !isShared.test(sql));
  const statements = own.reduce((sum, [, count]) => sum + count, 0);
  assertPlans(service);
  return { statements, rows: service.counts.rows };
}

test("what waits for sinks that are held costs other sinks nothing", async () => {
  const empty = await startCountedService();
  const full = await startCountedService();
  try {
    const dead = await Promise.all(Array.from({ length: deadCount }, () => full.addSink()));
    await fill(full, dead);
    for (const sink of dead) await pause(full.store, sink, systemClock.now());
    const [without, beside] = [await costOfThousand(empty), await costOfThousand(full)];
    assert.ok(without.statements > 5_000, `${without.statements} statements are counted`);
    const told = JSON.stringify({ without, beside });
    assert.ok(beside.statements <= without.statements * 1.01, told);
    assert.ok(beside.rows <= without.rows * 1.01, told);
  } finally {
    await empty.stop();
    await full.stop();
  }
});

test("a claim reads what it claims, however long the queue is", async () => {
  const service = await startCountedService();
  try {
    const dead = await Promise.all(Array.from({ length: deadCount }, () => service.addSink()));
    await fill(service, dead);
    const lanes = dead.map(({ tenantId, id }) => ({ tenantId, eventSinkId: id, limit: 32 }));
    // A lane is looked up when it is first touched.
    await service.store.claim({ lanes: lanes.map((lane) => ({ ...lane, limit: 0 })), now: 0 });
    service.reset();
    const now = systemClock.now() + 10_000;
    const claimed = (await service.store.claim({ lanes, now })).flatMap((one) => one.deliveries);
    assert.equal(claimed.length, 32 * deadCount);
    // Its place in the queue and itself with its alert; of each lane the first that is left.
    const { rows, statements } = service.counts;
    assert.ok(rows <= 2 * claimed.length + 2 * deadCount, `${rows} rows for ${claimed.length}`);
    const ran = [...statements.values()].reduce((sum, count) => sum + count, 0);
    assert.ok(ran <= claimed.length + 4 * deadCount, `${ran} statements for ${claimed.length}`);
    assertPlans(service);
  } finally {
    await service.stop();
  }
});
