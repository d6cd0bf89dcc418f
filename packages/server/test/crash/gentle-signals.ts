import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually, freshDirectory, startService } from "../support/start-service.ts";
import { startCountingReceiver } from "./counting-receiver.ts";
import { type Ledger, runLoad } from "./load.ts";

/**
 * Stops a loaded service with SIGSTOP, lets it go on, ends it with SIGTERM and starts it again: nothing
 * may be lost, and nothing sent twice.
 * @param env for both lives.
 */
export async function liveThroughSignals(
  t: TestContext,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const directory = await freshDirectory(t);
  const receiver = await startCountingReceiver();
  t.after(() => receiver.stop());
  const ledger: Ledger = { accepted: new Set(), unknown: new Set() };
  const grow = async (by: number) => {
    const enough = ledger.accepted.size + by;
    await eventually(() => ledger.accepted.size >= enough, "alerts are accepted", 30_000);
  };

  const first = await startService(t, directory, env);
  await first.call("POST", "/v1/event_sink", {
    tenant_id: "acme",
    name: "counting",
    description: "",
    event_sink_args: { Webhook: { url: receiver.url } },
  });
  const running = runLoad(ledger, {
    ...first,
    tenantId: "acme",
    senders: 4,
    batchSize: 20,
    isOver: () => false,
  });
  await grow(500);
  first.process.kill("SIGSTOP");
  const before = ledger.accepted.size;
  // Shorter than an attempt may take: a longer one is a time-out, and sent again as ambiguous.
  await sleep(2_000);
  // What had been answered already may still have been read.
  assert.ok(ledger.accepted.size <= before + 4 * 20, "it does nothing while it is stopped");
  first.process.kill("SIGCONT");
  await grow(500);
  await first.stop();
  await running;

  const second = await startService(t, directory, env);
  await eventually(
    () => [...ledger.accepted].every((id) => receiver.acknowledged.has(id)),
    "all that was accepted arrives",
    60_000,
  );
  await second.stop();
  const repeated = [...receiver.acknowledged.values()].filter((lives) => lives.length > 1);
  assert.equal(repeated.length, 0, "nothing twice");
}
