/** 100,000 alerts through 50 kill -9s; `npm run test:crash` is the same with a report. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, describeBalance, runCrashLives } from "./crash-lives.ts";

test("no accepted alert is lost over 50 kills", { timeout: 840_000 }, async (t) => {
  const seed = Math.floor(Math.random() * 1e9);
  const balance = await runCrashLives({ kills: 50, alerts: 100_000, random: createRandom(seed) });
  t.diagnostic(`seed ${seed}${describeBalance(balance)}`);
  assert.ok(balance.accepted >= 100_000, "the load must be what was asked for");
  assert.ok(balance.refused > 0, "some must have been refused, and tried again");
  assert.equal(balance.lost, 0);
  assert.equal(balance.unexplained, 0, "twice in one life");
});
