import assert from "node:assert/strict";
import { test } from "node:test";
import { growthOf, runFuzz } from "./fuzz.ts";

const requests = 3_000;

/** Few requests leave V8 with much to compile, so less than in the long run can be told from noise. */
const growthMax = 1.5;

test("every answer is a success or the documented envelope, and nothing is kept of it", async () => {
  const report = await runFuzz({ requests, seed: 7 });
  // What the fuzzer makes gets far enough in to be worth sending.
  const share = (status: number) => (report.statuses.get(status) ?? 0) / requests;
  const told = JSON.stringify([...report.statuses]);
  assert.ok(share(200) > 0.15, `too few are taken: ${told}`);
  assert.ok(share(400) > 0.15, `too few are refused: ${told}`);
  const taken = [...report.operations.values()].filter((one) => one.taken > 0);
  assert.ok(taken.length > 40, `only ${taken.length} operations had a success`);
  assert.deepEqual(report.faults, []);
  assert.ok(growthOf(report) <= growthMax, `the heap grew ${growthOf(report)} times`);
});

test("a service that kept its answers would be found out", async () => {
  const kept: Buffer[] = [];
  const report = await runFuzz({ requests: 500, seed: 8 }, ({ body }) => {
    kept.push(Buffer.alloc(100_000, body));
  });
  assert.ok(growthOf(report) > growthMax);
});
