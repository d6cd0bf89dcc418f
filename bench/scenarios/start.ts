/** An empty service: how soon it delivers after its start, and what it holds when it has nothing to do. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { startEventSinks, tenantId } from "../contenders/event-sinks.ts";
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
  const first = await timeFirstDelivery(context);
  const folder = join(directory, "idle");
  mkdirSync(folder);
  const idle = await startEventSinks({ directory: folder });
  await new Promise((resolve) => setTimeout(resolve, idleMs));
  const memory = idle.memoryMb();
  await idle.stop();
  return {
    ...{ scenario: "start", contender: contender.name, round, isVoid: null },
    ...first,
    idleMb: memory.now,
    idlePeakMb: memory.peak,
  };
}

async function timeFirstDelivery({ lab, directory, round }: RoundContext) {
  const startedAt = machineMs();
  const service = await startEventSinks({ directory });
  const sinkId = await service.createSink(`${lab.receiverUrl}/sink/0`);
  const mark = `start-${round}-`;
  const plan: LoadPlan = {
    mark,
    target: {
      ...service.target,
      bodies: [JSON.stringify(makeAlert(mark, 1_000, tenantId, [sinkId]))],
    },
    pattern: { kind: "open", rate: 10 },
    durationMs: 100,
    fanOut: 1,
  };
  const { received } = await lab.run(plan, 1);
  await service.stop();
  const firstAt = received.paths[0]?.firstAt[0] ?? Number.NaN;
  return {
    listensAfterMs: Math.round(service.listenMs),
    firstDeliveryMs: Math.round(firstAt - startedAt),
  };
}
