/**
 * The power fails while an old database, with all that was accepted in it, is brought up to date.
 * Nothing of it may be lost, and the next start must go on from there.
 */

import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { eventually, startService } from "../support/start-service.ts";
import { type CountingReceiver, startCountingReceiver } from "./counting-receiver.ts";
import { createRandom } from "./crash-lives.ts";
import { takeBack } from "./old-database.ts";
import { countRows, killAtWrite, lookInto, migrationsIn } from "./power-cut-starts.ts";
import { buildPowerLossLibrary, createPowerLossDisk } from "./power-loss-disk.ts";

const workshop = mkdtempSync(join(tmpdir(), "event-sinks-power-"));
after(() => rmSync(workshop, { recursive: true }));
const library = buildPowerLossLibrary(workshop);
const rounds = 6;
const alertCount = 2_000;
const tenant_id = "acme";

interface OldService {
  readonly root: string;
  readonly sinkId: string;
}

/** What the service of the first schema might have left: alerts that were delivered, and as many that are held. */
async function fillOldService(
  t: { after(run: () => Promise<void>): void },
  receiver: CountingReceiver,
): Promise<OldService> {
  const made = join(workshop, "made");
  mkdirSync(made);
  const service = await startService(t, made);
  const { json } = await service.call("POST", "/v1/event_sink", {
    tenant_id,
    name: "counting",
    description: "",
    event_sink_args: { Webhook: { url: receiver.url } },
  });
  const sinkId: string = json.event_sink.id;
  const send = async (prefix: string) => {
    for (let from = 0; from < alertCount / 2; from += 500) {
      const alerts = Array.from({ length: 500 }, (_, index) => {
        const id = `${prefix}-${from + index}`;
        return { tenant_id, id, name: id };
      });
      const answer = await service.call("POST", "/v1/alert/batch", { alerts });
      assert.equal(answer.status, 202, answer.text);
    }
  };
  await send("delivered");
  const pending = `/v1/delivery?tenant_id=${tenant_id}&state=pending&pagination[page_size]=1`;
  await eventually(
    async () => (await service.call("GET", pending)).json.data.deliveries.length === 0,
    "the first half is delivered",
    60_000,
  );
  await service.call("POST", `/v1/event_sink/${sinkId}/pause`);
  await send("held");
  await service.stop();
  const root = join(workshop, "old");
  takeBack(made, root);
  return { root, sinkId };
}

/** What must be the same before, between and after. */
function inventory(root: string) {
  return lookInto(root, (db) => ({
    alerts: countRows(db, "alerts"),
    alertIds: countRows(db, "alert_ids"),
    deliveries: countRows(db, "deliveries"),
    held: countRows(db, "deliveries WHERE state = 'pending'"),
    attempts: countRows(db, "attempts"),
    sinks: countRows(db, "event_sinks"),
  }));
}

test("an upgrade that is killed anywhere keeps all that was accepted", {
  timeout: 280_000,
}, async (t) => {
  const receiver = await startCountingReceiver();
  t.after(() => receiver.stop());
  const old = await fillOldService(t, receiver);
  const before = inventory(old.root);
  assert.equal(before?.held, alertCount / 2);
  const fresh = () => {
    const root = mkdtempSync(join(workshop, "root-"));
    cpSync(old.root, root, { recursive: true });
    return { root, disk: createPowerLossDisk(library, root, `${root}-notes`) };
  };

  const whole = fresh();
  const service = await startService(t, whole.root, whole.disk.env);
  const writes = whole.disk.count("writes");
  await service.stop();
  const migrations = migrationsIn(whole.root);
  assert.ok(migrations !== null && migrations > 1);

  const seed = Math.floor(Math.random() * 1e9);
  const random = createRandom(seed);
  const left: (number | null)[] = [];
  for (let round = 0; round < rounds; round++) {
    const { root, disk } = fresh();
    // Squared: migrations come first, and the kill comes a little late.
    const part = ((round + random()) / rounds) ** 2;
    await killAtWrite(root, disk, 1 + Math.floor(writes * part));
    disk.losePower(random);
    left.push(migrationsIn(root));
    assert.deepEqual(inventory(root), before);
    receiver.beginLife(round + 1);
    const again = await startService(t, root, disk.env);
    assert.equal((await again.call("GET", "/readyz")).status, 200);
    assert.equal(migrationsIn(root), migrations);
    await again.call("POST", `/v1/event_sink/${old.sinkId}/resume`);
    const lives = (index: number) => receiver.acknowledged.get(`held-${index}`) ?? [];
    await eventually(() => {
      for (let index = 0; index < alertCount / 2; index++) {
        if (!lives(index).includes(round + 1)) return false;
      }
      return true;
    }, "what was held is delivered");
    await again.stop();
    const end = inventory(root);
    assert.deepEqual(end, { ...before, attempts: end?.attempts, held: 0 });
    rmSync(root, { recursive: true });
  }
  t.diagnostic(`seed ${seed}: migrations left by each power failure: ${left.join(", ")}`);
});
