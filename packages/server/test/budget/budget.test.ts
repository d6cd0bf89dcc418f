/**
 * Budgets: what an alert may cost, in counts that are the same on every machine. A change that
 * passes one of them makes the service slower everywhere; whoever raises one says why.
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { systemClock } from "../../src/clock.ts";
import { createAlertIntake } from "../../src/http/alerts/alert-intake.ts";
import { newAlert } from "../support/store-samples.ts";
import {
  assertPlan,
  assertPlans,
  type CountedService,
  startCountedService,
} from "./counted-service.ts";

const alertCount = 1_000;
const dayMs = 24 * 3_600_000;

async function withService(run: (service: CountedService) => Promise<void>): Promise<void> {
  const service = await startCountedService();
  try {
    await run(service);
  } finally {
    await service.stop();
  }
}

/** As many alerts as come in at once under load, each with an id of its sender's, to ten sinks in turn. */
async function deliverMany(service: CountedService): Promise<void> {
  const sinks = await Promise.all(Array.from({ length: 10 }, () => service.addSink()));
  const intake = createAlertIntake(service.store, systemClock);
  const send = (count: number, mark: string) =>
    Promise.all(
      Array.from({ length: count }, (_, n) =>
        intake.accept(newAlert(sinks.slice(n % 10, (n % 10) + 1), { id: `${mark}-${n}` })),
      ),
    );
  await service.startEngine();
  // The engine knows the sinks from here on.
  await send(10, "first");
  await service.delivered(10);
  service.reset();
  await send(alertCount, "alert");
  await service.delivered(10 + alertCount);
}

function statementCount({ counts }: CountedService, isCounted: (sql: string) => boolean): number {
  const counted = [...counts.statements].filter(([sql]) => isCounted(sql));
  return counted.reduce((sum, [, count]) => sum + count, 0);
}

test("an alert that is delivered at once costs six statements", async () => {
  await withService(async (service) => {
    await deliverMany(service);
    const perBatch = /^(BEGIN|COMMIT|UPDATE delivery_counts|INSERT INTO statistics)/;
    const count = statementCount(service, (sql) => !perBatch.test(sql));
    // Its id, itself, what its key has unfinished, its delivery; the attempt, and the delivery's end.
    assert.ok(count <= 6 * alertCount, `${count} statements for ${alertCount} alerts`);
  });
});

test("a thousand alerts under load share fsyncs and messages", async () => {
  await withService(async (service) => {
    await deliverMany(service);
    // Measured: 6 commits, each with its fsync, and 15 messages.
    const commits = statementCount(service, (sql) => sql === "COMMIT");
    assert.ok(commits <= 12, `${commits} commits`);
    assert.ok(service.counts.messages <= 30, `${service.counts.messages} messages`);
    // Of each batch: what came, what ended, and how long that took, by minute and hour.
    const counting = statementCount(service, (sql) => sql.startsWith("INSERT INTO statistics"));
    assert.ok(counting <= 30 * commits, `${counting} counts in ${commits} commits`);
  });
});

test("a backlog is claimed by rows that are due, with no scan and no sort", async () => {
  await withService(async (service) => {
    const sinks = [await service.addSink(), await service.addSink()];
    for (let wave = 0; wave < 10; wave++) {
      const alerts = Array.from({ length: 200 }, () => newAlert(sinks));
      await service.store.acceptAlerts({ alerts, now: systemClock.now() });
    }
    service.reset();
    await service.startEngine();
    await service.delivered(4_000);
    const { rows } = service.counts;
    // Its place in the queue, itself with its alert, and one of those in flight stepped over.
    assert.ok(rows <= 4 * 4_000, `${rows} rows read for 4000 deliveries`);
    assertPlans(service);
  });
});

test("a step of forgetting is bounded, however much there is to forget", async () => {
  await withService(async (service) => {
    await deliverMany(service);
    const now = systemClock.now() + 40 * dayMs;
    const pass = { now, retentionMs: 30 * dayMs, auditRetentionMs: 400 * dayMs };
    let prunedCount = 0;
    for (let after: string | null = null, stepCount = 0; ; stepCount++) {
      service.reset();
      const step = await service.store.pruneOld({ ...pass, after });
      prunedCount += step.prunedCount;
      // 100 alerts with a delivery each: five statements for each, and two to find them.
      const count = statementCount(service, () => true);
      assert.ok(count <= 510, `${count} statements in step ${stepCount}`);
      assert.ok(service.counts.rows <= 320, `${service.counts.rows} rows in step ${stepCount}`);
      for (const sql of service.counts.statements.keys()) {
        if (/alerts|alert_ids|deliveries|attempts/.test(sql)) assertPlan(service, sql);
      }
      after = step.next;
      if (after === null) break;
    }
    // What has the highest number stays.
    assert.equal(prunedCount, alertCount + 9);
  });
});

test("what taking and delivering an alert asks the store for is neither scanned nor sorted", async () => {
  await withService(async (service) => {
    await deliverMany(service);
    assertPlans(service);
  });
});

/** Which files of other packages are loaded for a file of `src`. */
function othersFilesOf(entry: string): string[] {
  const script = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
    await import(${JSON.stringify(new URL(`../../src/${entry}`, import.meta.url).href)});
    process.stdout.write(JSON.stringify(loaded.filter((url) => url.includes("/node_modules/"))));
    process.exit();`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
  });
  return JSON.parse(stdout);
}

// Libraries are most of a start, and of what an idle service holds: each thread that loads one pays for it.
test("each thread loads what it uses at a start on SQLite, and no more", () => {
  const budgets = [
    // The main thread: the command line, what is there before the store is opened, the API.
    { entry: "commands/index.ts", max: 55, without: /\/(nodemailer|pg|typebox|fastify)\// },
    { entry: "app.ts", max: 35, without: /\/(nodemailer|pg|typebox|fastify|prom-client)\// },
    { entry: "http/server.ts", max: 840, without: /\/(nodemailer|pg|undici|ajv|swagger|yaml)\// },
    // It checks no request, and sends with a fifth of undici.
    {
      entry: "engine/engine-thread.ts",
      max: 165,
      without: /\/(nodemailer|pg|typebox)\/|undici\/index/,
    },
    // The store's threads.
    { entry: "store/sqlite/commit-loop.ts", max: 22, without: /\/(pg|typebox|undici|pino)\// },
    { entry: "store/sqlite/operations.ts", max: 22, without: /\/(pg|typebox|undici|pino)\// },
  ];
  for (const { entry, max, without } of budgets) {
    const loaded = othersFilesOf(entry);
    assert.deepEqual(loaded.filter((url) => without.test(url)).slice(0, 3), [], entry);
    assert.ok(loaded.length > 0 && loaded.length <= max, `${loaded.length} files: ${entry}`);
  }
});
