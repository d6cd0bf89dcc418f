/**
 * Overload in short, for CI: what must hold on any machine. How quick refusals are beside acceptances is
 * for a machine of one's own: `npm run bench -- overload-alerts`.
 */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { eventSinks } from "../contenders/event-sinks.ts";
import { startLab } from "../load/lab.ts";
import { type OverloadShape, runOverload } from "./overload.ts";

/** The process with all its caches; far below what a queue of what is refused here would take. */
const memoryMbMax = 700;

async function overload(t: TestContext, shape: Pick<OverloadShape, "factor" | "alertsPerRequest">) {
  const directory = mkdtempSync(join(tmpdir(), "event-sinks-overload-"));
  t.after(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  const lab = await startLab();
  t.after(() => lab.stop());
  const context = { lab, round: 0, contender: eventSinks, directory, isQuick: true };
  const times = { overloadMs: 6_000, normalMs: 2_000 };
  const line = await runOverload("overload", { ...shape, ...times }, context);
  t.diagnostic(JSON.stringify(line));
  const { overload } = line;
  assert.equal(line.lost, 0, "all that was answered 202 arrives");
  assert.equal(line.unasked, 0, "nothing arrives that was refused");
  assert.equal(line.repeated, 0);
  assert.equal(line.unexplained, 0, "all that was refused is told when to come back");
  assert.equal(line.isSettled, true, "it works through all of it");
  assert.ok(overload.accepted > 0, "some of it is taken");
  // Where next to nothing is sustainable, half of it in batches may be none at all.
  const { accepted, refused, unanswered } = line.normal;
  assert.ok(accepted > 0 || refused + unanswered === 0, "it takes alerts afterwards");
  assert.ok(line.memoryPeakMb < memoryMbMax);
}

test("twice the sustainable rate in single alerts: refused at once or delivered", (t) =>
  overload(t, { factor: 2, alertsPerRequest: 1 }));

test("five times the sustainable rate in batches: refused at once or delivered", (t) =>
  overload(t, { factor: 5, alertsPerRequest: 100 }));
