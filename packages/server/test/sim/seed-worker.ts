/** Plays seeds, one after the other, until it is told to stop; a thread of `seeds.test.ts`. */

import { parentPort, workerData } from "node:worker_threads";
import { makePlan } from "./plan.ts";
import { shrink } from "./shrink.ts";
import { simulate } from "./simulate.ts";

export interface SeedWork {
  readonly first: number;
  readonly step: number;
  readonly count: number;
  /** No new seed is begun after this time. */
  readonly forMs: number;
}

export interface SeedResult {
  readonly seedCount: number;
  readonly alertCount: number;
  readonly requestCount: number;
  /** Null when all went well. */
  readonly failed: {
    readonly seed: number;
    readonly failure: string;
    readonly plan: string;
  } | null;
}

async function play({ first, step, count, forMs }: SeedWork): Promise<SeedResult> {
  const startedAt = performance.now();
  const sums = { seedCount: 0, alertCount: 0, requestCount: 0 };
  for (let index = 0; index < count && performance.now() - startedAt < forMs; index++) {
    const seed = first + index * step;
    const plan = makePlan(seed);
    const { failure, alertCount, requestCount } = await simulate(plan);
    if (failure !== null) {
      const short = await shrink(plan, async (tried) => (await simulate(tried)).failure !== null);
      const { failure: still } = await simulate(short);
      const failed = { seed, failure: still ?? failure, plan: JSON.stringify(short) };
      return { ...sums, failed };
    }
    sums.seedCount += 1;
    sums.alertCount += alertCount;
    sums.requestCount += requestCount;
  }
  return { ...sums, failed: null };
}

parentPort?.postMessage(await play(workerData as SeedWork));
