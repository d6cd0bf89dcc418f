/**
 * An empty service: how soon it delivers after its start, and what it holds when it has nothing to do. Beside it
 * in each round how long Node takes to do nothing, and the bare forwarder to deliver.
 */

import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { bare } from "../contenders/bare.ts";
import type { Running } from "../contenders/contender.ts";
import { startEventSinks, tenantId } from "../contenders/event-sinks.ts";
import { startProgram } from "../load/child.ts";
import { machineMs } from "../load/clock.ts";
import type { LoadPlan } from "../load/messages.ts";
import { makeAlert } from "./alerts.ts";
import type { Line, RoundContext, Scenario } from "./scenario.ts";

const idleMs = 10_000;

export const startScenario: Scenario = {
  name: "start",
  about: "from the start of the process to the first delivery, on an empty store; memory when idle",
  contenders: ["event-sinks"],
  run: runStart,
};

async function runStart(context: RoundContext): Promise<Line> {
  const { round, contender, directory } = context;
  const nodeMs = await timeNode();
  const bareFirstDeliveryMs = await timeBare(context);
  const first = await timeFirstDelivery(context);
  const folder = join(directory, "idle");
  mkdirSync(folder);
  const idle = await startEventSinks({ directory: folder });
  await new Promise((resolve) => setTimeout(resolve, idleMs));
  const memory = idle.memoryMb();
  await idle.stop();
  return {
    ...{ scenario: "start", contender: contender.name, round, isVoid: null },
    ...{ nodeMs, bareFirstDeliveryMs },
    ...first,
    idleMb: memory.now,
    idlePeakMb: memory.peak,
  };
}

async function timeNode(): Promise<number> {
  const startedAt = performance.now();
  await once(startProgram(process.execPath, ["-e", "0"]), "exit");
  return Math.round(performance.now() - startedAt);
}

async function timeBare(context: RoundContext): Promise<number> {
  const { lab, directory } = context;
  const startedAt = machineMs();
  const running = await bare.start({ directory, sinkUrls: [`${lab.receiverUrl}/sink/0`] });
  const firstAt = await deliverOne(context, "bare", running.target, running.sinkIds);
  await running.stop();
  return Math.round(firstAt - startedAt);
}

async function timeFirstDelivery(context: RoundContext) {
  const { lab, directory } = context;
  const startedAt = machineMs();
  const service = await startEventSinks({ directory });
  const sinkId = await service.createSink(`${lab.receiverUrl}/sink/0`);
  const firstAt = await deliverOne(context, "start", service.target, [sinkId]);
  await service.stop();
  return {
    listensAfterMs: Math.round(service.listenMs),
    firstDeliveryMs: Math.round(firstAt - startedAt),
  };
}

/** When one alert was at the receiver. */
async function deliverOne(
  { lab, round }: RoundContext,
  name: string,
  target: Running["target"],
  sinkIds: readonly string[],
): Promise<number> {
  const mark = `${name}-${round}-`;
  const plan: LoadPlan = {
    mark,
    target: { ...target, bodies: [JSON.stringify(makeAlert(mark, 1_000, tenantId, sinkIds))] },
    pattern: { kind: "open", rate: 10 },
    durationMs: 100,
    fanOut: 1,
  };
  const { received } = await lab.run(plan, 1);
  return received.paths[0]?.firstAt[0] ?? Number.NaN;
}
