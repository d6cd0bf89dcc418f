/** Three nodes through everything that may happen to them; `npm run test:cluster` is the same, longer and with a report. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { runTrials, shortTrials } from "./trials.ts";

const options = { nodes: 3, sinks: 6, senders: 3, batchSize: 5, pauseMs: 30 };

test("a cluster loses nothing, whatever dies under it", { timeout: 500_000 }, async (t) => {
  const { balance, reports, oddAnswers, refusedUntold } = await runTrials(shortTrials, options);
  t.diagnostic(JSON.stringify({ balance, reports }));
  assert.equal(balance.lost, 0);
  assert.equal(balance.resettled, 0);
  assert.equal(balance.inconsistent, 0);
  assert.deepEqual(oddAnswers, []);
  assert.equal(refusedUntold, 0, "a 503 says when to come again");
  const idle = ["the database away", "the rest delivered"];
  for (const { what, accepted } of reports) {
    if (!idle.includes(what)) assert.ok(accepted > 0, `alerts were taken: ${what}`);
  }
  const away = reports.find(({ what }) => what === "the database away");
  assert.ok(away !== undefined && away.refused > 0, "intake said that it cannot store");
});
