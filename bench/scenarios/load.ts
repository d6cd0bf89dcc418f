/** Scenarios that are one load: how many deliveries a second, and how late. */

import type { Running } from "../contenders/contender.ts";
import { cpuMs, cpuMsByThread, memoryMb } from "../load/child.ts";
import type { Lab } from "../load/lab.ts";
import type { LoadPlan, Pattern } from "../load/messages.ts";
import { round as digits, figuresOf, type LoadFigures } from "../report/statistics.ts";
import { makeAlert } from "./alerts.ts";
import type { Line, RoundContext, Scenario } from "./scenario.ts";

export interface LoadShape {
  readonly bodyBytes: number;
  /** For each body in turn, the sinks that its alert names; sink N delivers to the receiver's path N. */
  readonly sinksOf: readonly (readonly number[])[];
  readonly pattern: Pattern;
  readonly warmUpMs: number;
  readonly durationMs: number;
}

/** A generator that was later than this cannot say how late deliveries were. */
export const slipP99MsMax = 5;

const settledWithinMs = 5_000;

export function loadScenario(
  scenario: Omit<Scenario, "run">,
  shape: LoadShape,
  env: Readonly<Record<string, string>> = {},
): Scenario {
  return { ...scenario, run: (context) => runLoad(scenario.name, shape, context, env) };
}

async function runLoad(
  scenario: string,
  shape: LoadShape,
  { lab, round, contender, directory, isQuick }: RoundContext,
  env: Readonly<Record<string, string>>,
): Promise<Line> {
  const sinkCount = Math.max(...shape.sinksOf.flat()) + 1;
  const sinkUrls = Array.from({ length: sinkCount }, (_, n) => `${lab.receiverUrl}/sink/${n}`);
  const running = await contender.start({ directory, sinkUrls, env });
  try {
    const warmUpMs = isQuick ? 1_500 : shape.warmUpMs;
    await measure(lab, running, { ...shape, durationMs: warmUpMs });
    const durationMs = isQuick ? 3_000 : shape.durationMs;
    const { figures, ...rest } = await measure(lab, running, { ...shape, durationMs });
    const isLate = shape.pattern.kind === "open" && figures.slipP99Ms > slipP99MsMax;
    const isVoid = isLate ? `the generator slipped by ${figures.slipP99Ms} ms at p99` : null;
    return { scenario, contender: contender.name, round, isVoid, ...figures, ...rest };
  } finally {
    await running.stop();
  }
}

/** What a load has shown, CPU time and memory included. */
export interface Measured {
  readonly figures: LoadFigures;
  /** CPU time for each delivery, µs: the contender's, its databases included, and the tools'. */
  readonly cpuUs: {
    readonly contender: number;
    readonly generator: number;
    readonly receiver: number;
  };
  /** The same by thread of the contender's first process. */
  readonly threadsUs: Readonly<Record<string, number>>;
  readonly memoryMb: number;
  /** Nothing was pending a moment after the last delivery; null when the contender cannot tell. */
  readonly isSettled: boolean | null;
}

export async function measure(
  lab: Lab,
  running: Running,
  shape: Omit<LoadShape, "warmUpMs">,
  isTimed?: (path: number) => boolean,
): Promise<Measured> {
  const plan = planFor(running, shape);
  const sinkCount = Math.max(...shape.sinksOf.flat()) + 1;
  const sumCpu = () => running.pids.reduce<number>((sum, pid) => sum + cpuMs(pid), 0);
  const before = sumCpu();
  const threadsBefore = cpuMsByThread(running.pids[0]);
  const result = await lab.run(plan, sinkCount);
  const used = sumCpu() - before;
  const threads = cpuMsByThread(running.pids[0]);
  const figures = figuresOf(result, plan, (body) => shape.sinksOf[body] ?? [], isTimed);
  const each = (ms: number) => digits((ms * 1_000) / Math.max(figures.ledger.arrived, 1));
  return {
    figures,
    cpuUs: {
      contender: each(used),
      generator: each(result.cpu.generator),
      receiver: each(result.cpu.receiver),
    },
    threadsUs: Object.fromEntries(
      [...threads].flatMap(([name, ms]) => {
        const us = each(ms - (threadsBefore.get(name) ?? 0));
        return us > 0 ? [[name, us]] : [];
      }),
    ),
    memoryMb: running.pids.reduce<number>((sum, pid) => sum + memoryMb(pid).peak, 0),
    isSettled: await becomesSettled(running),
  };
}

let loads = 0;

/** A load whose ids no other has. */
export function planFor(running: Running, shape: Omit<LoadShape, "warmUpMs">): LoadPlan {
  loads += 1;
  const mark = `bench-${loads}-`;
  const toBody = running.toBody ?? JSON.stringify;
  const bodies = shape.sinksOf.map((sinks) => {
    const ids = sinks.map((sink) => running.sinkIds[sink] ?? "");
    return toBody(makeAlert(mark, shape.bodyBytes, running.tenantId, ids));
  });
  const { pattern, durationMs } = shape;
  const fanOut = shape.sinksOf[0]?.length ?? 1;
  return { mark, target: { ...running.target, bodies }, pattern, durationMs, fanOut };
}

async function becomesSettled({ isSettled }: Running): Promise<boolean | null> {
  if (isSettled === undefined) return null;
  const until = performance.now() + settledWithinMs;
  while (performance.now() < until) {
    if (await isSettled()) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}
