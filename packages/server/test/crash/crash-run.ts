/**
 * `npm run test:crash`: kills the service with SIGKILL again and again while alerts pour in, and
 * balances an outside ledger against what a webhook received. It contains no product code and
 * speaks to a separate process.
 *
 *   accepted   answered 202, so promised
 *   lost       accepted and never acknowledged by the webhook: must be 0
 *   repeated   acknowledged more than once: sent, then killed before it was settled
 *
 * kill -9 leaves what the kernel has in its cache, so this does not show a missing fsync.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startService } from "../support/start-service.ts";
import { startCountingReceiver } from "./counting-receiver.ts";
import { type Ledger, runLoad } from "./load.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "50" },
    alerts: { type: "string", default: "100000" },
  },
});
const kills = Number(values.kills);
const alertsMin = Number(values.alerts);
const tenantId = "crash-test";
const load = { tenantId, senders: 8, batchSize: 50 };

const directory = await mkdtemp(join(tmpdir(), "event-sinks-crash-"));
const receiver = await startCountingReceiver();
const ledger: Ledger = { accepted: new Set(), unknown: new Set() };
const cleanUps: (() => Promise<void>)[] = [];
const owner = { after: (run: () => Promise<void>) => void cleanUps.push(run) };
const env = { EVENT_SINKS_LOG_LEVEL: "info" };
const startedAt = performance.now();

for (let life = 0; life <= kills; life++) {
  const service = await startService(owner, directory, env);
  if (life === 0) await createSink(service.call);
  if (life === kills) {
    await lastLife(service);
    break;
  }
  let isOver = false;
  const share = Math.ceil(alertsMin / kills) * (life + 1);
  const running = runLoad(ledger, { ...load, ...service, isOver: () => isOver });
  await until(() => ledger.accepted.size >= share, 60_000);
  // Not always at the same point of the load.
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 200));
  await service.kill("SIGKILL");
  isOver = true;
  await running;
  console.log(
    `kill ${life + 1}: accepted ${ledger.accepted.size}, acknowledged ${receiver.acknowledged.size}`,
  );
}

async function createSink(call: Awaited<ReturnType<typeof startService>>["call"]): Promise<void> {
  const answer = await call("POST", "/v1/event_sink", {
    tenant_id: tenantId,
    name: "counting",
    description: "",
    event_sink_args: { Webhook: { url: receiver.url } },
  });
  if (answer.status !== 200) throw new Error(answer.text);
}

/** Sends what is in doubt once more, waits for everything to arrive, and stops in order. */
async function lastLife(service: Awaited<ReturnType<typeof startService>>): Promise<void> {
  const rounds = Math.ceil(ledger.unknown.size / load.batchSize) + 1;
  let sent = 0;
  await runLoad(ledger, { ...load, ...service, senders: 1, isOver: () => sent++ >= rounds });
  // A delivery that was refused three times waits two minutes for its fourth try.
  await until(() => missing().length === 0, 400_000);
  const path = `/v1/delivery?tenant_id=${tenantId}&state=pending`;
  const { json } = await service.call("GET", path);
  if (json.data.deliveries.length > 0) console.log(`still pending: ${json.data.deliveries.length}`);
  await service.stop();
}

function missing(): string[] {
  return [...ledger.accepted].filter((id) => !receiver.acknowledged.has(id));
}

async function until(check: () => boolean, patienceMs: number): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!check() && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const lost = missing();
const repeated = [...receiver.acknowledged.values()].filter((count) => count > 1).length;
const unasked = [...receiver.acknowledged.keys()].filter((id) => !ledger.accepted.has(id));
receiver.stop();
for (const cleanUp of cleanUps) await cleanUp();
await rm(directory, { recursive: true, force: true, maxRetries: 5 });
console.log(`
kills          ${kills}
accepted       ${ledger.accepted.size}
delivered      ${receiver.acknowledged.size}
lost           ${lost.length}
repeated       ${repeated}   sent, then killed before the settle was on disk
never accepted ${unasked.length}   received although no 202 was seen
took           ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
process.exitCode = lost.length === 0 ? 0 : 1;
