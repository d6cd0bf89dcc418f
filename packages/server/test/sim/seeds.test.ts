import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { makePlan } from "./plan.ts";
import { plansThatFailed } from "./plans-that-failed.ts";
import type { SeedResult, SeedWork } from "./seed-worker.ts";
import { simulate } from "./simulate.ts";

/** Says which seed alone is played; CONTRIBUTING.md says how. */
const onlySeed = process.env["SIM_SEED"];
const seedCount = Number(process.env["SIM_SEEDS"] ?? 3_000);
/** The whole suite must not wait longer; a slow machine plays fewer. */
const forMs = Number(process.env["SIM_SECONDS"] ?? 60) * 1_000;

function playSeeds(work: SeedWork): Promise<SeedResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./seed-worker.ts", import.meta.url), { workerData: work });
    worker.on("message", resolve).on("error", reject);
  });
}

function report({ failed }: SeedResult): string {
  if (failed === null) return "";
  const { seed, failure, plan } = failed;
  return `seed ${seed} fails ${failure}\nAgain: SIM_SEED=${seed} npm test -- packages/server/test/sim/seeds.test.ts\nThe shortest plan that fails, for plans-that-failed.ts:\n${plan}`;
}

test("whatever happens, nothing accepted is lost and every rule is kept", async (t) => {
  const threads = Math.min(availableParallelism(), 2);
  const work =
    onlySeed === undefined ? { first: 1, step: threads } : { first: Number(onlySeed), step: 1 };
  const results = await Promise.all(
    Array.from({ length: onlySeed === undefined ? threads : 1 }, (_, index) =>
      playSeeds({
        first: work.first + index,
        step: work.step,
        count: onlySeed === undefined ? Math.ceil(seedCount / threads) : 1,
        forMs,
      }),
    ),
  );
  for (const result of results) assert.equal(result.failed, null, report(result));
  const sum = (name: "seedCount" | "alertCount" | "requestCount") =>
    results.reduce((total, result) => total + result[name], 0);
  t.diagnostic(
    `${sum("seedCount")} seeds, ${sum("alertCount")} alerts, ${sum("requestCount")} requests`,
  );
});

test("the same seed does the same", async () => {
  const [one, other] = [await simulate(makePlan(7)), await simulate(makePlan(7))];
  assert.deepEqual(one, other);
});

for (const { story, plan } of plansThatFailed) {
  test(story, async () => {
    assert.equal((await simulate(plan)).failure, null);
  });
}
