/** What `kill.test.ts` and `signals.test.ts` do, on PostgreSQL; `npm run test:crash -- --postgres` is the former at length. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startPostgres } from "../support/postgres-server.ts";
import { createRandom, describeBalance, runCrashLives } from "./crash-lives.ts";
import { makeCrashDatabase } from "./crash-postgres.ts";
import { liveThroughSignals } from "./gentle-signals.ts";

const server = await startPostgres();
after(() => server.close());

const timeout = 500_000;

test("no accepted alert is lost over 5 kills of a node on PostgreSQL", { timeout }, async (t) => {
  const seed = Math.floor(Math.random() * 1e9);
  const balance = await runCrashLives({
    ...{ kills: 5, alerts: 2_000, random: createRandom(seed) },
    database: await makeCrashDatabase(server, "killed", { waitsForLeases: false }),
  });
  t.diagnostic(`seed ${seed}${describeBalance(balance)}`);
  assert.ok(balance.accepted >= 2_000, "the load must be what was asked for");
  assert.ok(balance.refused > 0, "some must have been refused, and tried again");
  assert.equal(balance.lost, 0);
  assert.equal(balance.unexplained, 0, "twice in one life");
});

test("SIGSTOP, SIGCONT and SIGTERM lose nothing and repeat nothing on PostgreSQL either", {
  timeout,
}, async (t) => {
  const database = await makeCrashDatabase(server, "stopped", { waitsForLeases: true });
  await liveThroughSignals(t, database.env);
});
