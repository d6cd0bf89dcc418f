/** kill -9 on a disk that then has only what was synced, and whatever else reached it by chance. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createRandom, describeBalance, runCrashLives } from "./crash-lives.ts";
import { buildPowerLossLibrary, createPowerLossDisk } from "./power-loss-disk.ts";

const workshop = mkdtempSync(join(tmpdir(), "event-sinks-power-"));
after(() => rmSync(workshop, { recursive: true }));
const library = buildPowerLossLibrary(workshop);
const disk = (root: string, notes: string) => createPowerLossDisk(library, root, notes);

test("no accepted alert is lost over 15 power failures", { timeout: 300_000 }, async (t) => {
  const seed = Math.floor(Math.random() * 1e9);
  const random = createRandom(seed);
  const balance = await runCrashLives({ kills: 15, alerts: 15_000, random, disk });
  t.diagnostic(`seed ${seed}${describeBalance(balance)}`);
  assert.ok(balance.accepted >= 15_000);
  assert.equal(balance.lost, 0);
  assert.equal(balance.unexplained, 0);
});

test("finds the loss when commits are not synced", { timeout: 300_000 }, async (t) => {
  const preload = new URL("./without-synchronous.ts", import.meta.url);
  const balance = await runCrashLives({
    kills: 2,
    alerts: 2_000,
    // Nothing unsynced reaches the disk: what is left is as old as the last sync.
    random: () => 1,
    disk,
    env: { NODE_OPTIONS: `--import=${preload.href}` },
  });
  t.diagnostic(describeBalance(balance));
  assert.ok(balance.accepted >= 2_000);
  assert.ok(balance.lost > 0, "a test that cannot see a missing sync proves nothing");
});
