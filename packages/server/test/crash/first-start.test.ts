/**
 * The power fails while the service starts for the first time: while it makes its folder and keys,
 * its database, and while each migration runs. The next start must find its way from there.
 */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { startService } from "../support/start-service.ts";
import { createRandom } from "./crash-lives.ts";
import { killAtWrite, migrationsIn } from "./power-cut-starts.ts";
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
