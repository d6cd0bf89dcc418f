/**
 * The power fails while the service starts for the first time: while it makes its folder and keys,
 * its database, and while each migration runs. The next start must find its way from there.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { mainPath, startService } from "../support/start-service.ts";
import { createRandom } from "./crash-lives.ts";
import {
  buildPowerLossLibrary,
  createPowerLossDisk,
  type PowerLossDisk,
} from "./power-loss-disk.ts";

const workshop = mkdtempSync(join(tmpdir(), "event-sinks-power-"));
after(() => rmSync(workshop, { recursive: true }));
const library = buildPowerLossLibrary(workshop);
const rounds = 10;

function freshDisk(): { root: string; disk: PowerLossDisk } {
  const root = mkdtempSync(join(workshop, "root-"));
  return { root, disk: createPowerLossDisk(library, root, `${root}-notes`) };
}

/** Starts the service and kills it when it has written so often. */
async function killAtWrite(root: string, disk: PowerLossDisk, writes: number): Promise<void> {
  const child = spawn(process.execPath, [mainPath], {
    cwd: root,
    env: { PATH: process.env["PATH"], EVENT_SINKS_LISTEN: "127.0.0.1:0", ...disk.env },
    stdio: "ignore",
  });
  const exited = once(child, "exit");
  // A start may write a little less often than the one that was counted.
  const end = performance.now() + 20_000;
  while (disk.count("writes") < writes && child.exitCode === null && performance.now() < end) {
    await turn();
  }
  child.kill("SIGKILL");
  const [code] = await exited;
  assert.equal(code, null, "it was killed, and did not end by itself");
}

/** How many migrations a power failure has left; null without a database. Looks at a copy: opening mends. */
function migrationsIn(root: string): number | null {
  const copy = mkdtempSync(join(workshop, "copy-"));
  cpSync(root, copy, { recursive: true });
  const path = join(copy, "data/event-sinks.db");
  if (!existsSync(path)) return null;
  const db = new DatabaseSync(path);
  try {
    const [integrity] = db.prepare("PRAGMA integrity_check").all();
    assert.deepEqual({ ...integrity }, { integrity_check: "ok" });
    const isThere = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'migrations'").get();
    if (isThere === undefined) return 0;
    return Number(db.prepare("SELECT count(*) AS count FROM migrations").get()?.["count"]);
  } finally {
    db.close();
  }
}

test("a first start that is killed anywhere can be repeated", { timeout: 240_000 }, async (t) => {
  const whole = freshDisk();
  const service = await startService(t, whole.root, whole.disk.env);
  const writes = whole.disk.count("writes");
  await service.stop();
  const migrations = migrationsIn(whole.root);
  assert.ok(migrations !== null && migrations > 0);

  const seed = Math.floor(Math.random() * 1e9);
  const random = createRandom(seed);
  const left: (number | null)[] = [];
  for (let round = 0; round < rounds; round++) {
    const { root, disk } = freshDisk();
    // Squared: keys and migrations come first, and the kill comes a little late.
    const part = ((round + random()) / rounds) ** 2;
    await killAtWrite(root, disk, 1 + Math.floor(writes * part));
    disk.losePower(random);
    left.push(migrationsIn(root));
    const again = await startService(t, root, disk.env);
    assert.equal((await again.call("GET", "/readyz")).status, 200);
    assert.equal((await again.call("GET", "/v1/event_sink?tenant_id=acme")).status, 200);
    await again.stop();
    assert.equal(migrationsIn(root), migrations);
  }
  t.diagnostic(
    `seed ${seed}: migrations left by each power failure: ${left.map(String).join(", ")}`,
  );
});
