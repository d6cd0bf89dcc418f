/**
 * Overload: more alerts than the service can deliver, for as long as a bad minute lasts, and then
 * half of what it can. First a closed loop finds what it can: deliveries a second, sustained. What is
 * sent afterwards is one load with one ledger, so that alerts which were taken while it was too much
 * are looked for to the end. It shows whether anything taken is lost, what a refusal costs its sender beside
 * an acceptance, how much is delivered meanwhile, and how much memory it takes.
 */

import type { Running } from "../contenders/contender.ts";
import { memoryMb } from "../load/child.ts";
import { isTaken, type LoadResult } from "../load/lab.ts";
import type { LoadPlan } from "../load/messages.ts";
import { round as digits, percentiles } from "../report/statistics.ts";
import { makeAlert } from "./alerts.ts";
import { measure } from "./load.ts";
import type { Line, RoundContext, Scenario } from "./scenario.ts";

export interface OverloadShape {
  /** Of the sustainable rate. */
  readonly factor: number;
  /** Alerts in a request; 1: single ones. */
  readonly alertsPerRequest: number;
  readonly overloadMs: number;
  readonly normalMs: number;
}

const bodyBytes = 1_000;
const normalFactor = 0.5;
const drain = { drainMsMax: 200_000, quietMsMax: 20_000 };

/** What happened to the requests of one phase. */
export interface PhaseFigures {
  readonly offeredPerSecond: number;
  readonly acceptedPerSecond: number;
  /** Alerts, by what became of their request. */
  readonly accepted: number;
  readonly refused: number;
  /** Neither: another status, or no answer at all. */
  readonly unanswered: number;
  /** From when a request left until its answer, ms. */
  readonly acceptedP50Ms: number;
  readonly acceptedP99Ms: number;
  readonly refusedP50Ms: number;
  readonly refusedP99Ms: number;
}

export interface OverloadLine extends Line {
  readonly sustainable: number;
  readonly overload: PhaseFigures;
  readonly normal: PhaseFigures;
  /** Deliveries a second while it was too much. */
  readonly deliveredPerSecond: number;
  /** From the last answer until all that was taken had arrived. */
  readonly drainedAfterMs: number;
  readonly accepted: number;
  readonly arrived: number;
  readonly lost: number;
  readonly repeated: number;
  /** Arrived although not answered as taken. */
  readonly unasked: number;
  /** Refusals without a Retry-After. */
  readonly unexplained: number;
  readonly memoryPeakMb: number;
  readonly isSettled: boolean;
}

export function overloadScenario(name: string, about: string, shape: OverloadShape): Scenario {
  return {
    ...{ name, about, contenders: ["event-sinks"] },
    run: (context) => {
      const quick = { ...shape, overloadMs: 10_000, normalMs: 10_000 };
      return runOverload(name, context.isQuick ? quick : shape, context);
    },
  };
}

export async function runOverload(
  scenario: string,
  shape: OverloadShape,
  { lab, round, contender, directory, isQuick }: RoundContext,
): Promise<OverloadLine> {
  const running = await contender.start({ directory, sinkUrls: [`${lab.receiverUrl}/sink/0`] });
  try {
    const sustainable = await sustainableRate(running, lab, isQuick ? 2_000 : 8_000);
    const plan = planOf(running, shape, sustainable);
    const result = await lab.run(plan, 1, drain);
    return {
      ...{ scenario, contender: contender.name, round, isVoid: null, sustainable },
      ...figuresOf(result, shape),
      unexplained: result.sent.unexplained,
      memoryPeakMb: running.pids.reduce<number>((sum, pid) => sum + memoryMb(pid).peak, 0),
      isSettled: await becomesSettled(running),
    };
  } finally {
    await running.stop();
  }
}

async function sustainableRate(
  running: Running,
  lab: RoundContext["lab"],
  durationMs: number,
): Promise<number> {
  const pattern = { kind: "closed", connections: 64, undeliveredMax: 1_000 } as const;
  const shape = { bodyBytes, sinksOf: [[0]], pattern };
  await measure(lab, running, { ...shape, durationMs: durationMs / 2 });
  return (await measure(lab, running, { ...shape, durationMs })).figures.perSecond;
}

function planOf(running: Running, shape: OverloadShape, sustainable: number): LoadPlan {
  const { factor, alertsPerRequest, overloadMs, normalMs } = shape;
  const mark = "overload-";
  const alert = makeAlert(mark, bodyBytes, running.tenantId, running.sinkIds);
  const isBatch = alertsPerRequest > 1;
  const body = isBatch ? { alerts: Array.from({ length: alertsPerRequest }, () => alert) } : alert;
  const path = isBatch ? `${running.target.path}/batch` : running.target.path;
  const rateOf = (share: number) => (sustainable * share) / alertsPerRequest;
  return {
    mark,
    target: { ...running.target, path, bodies: [JSON.stringify(body)] },
    pattern: {
      kind: "open",
      rate: rateOf(factor),
      next: { rate: rateOf(normalFactor), durationMs: normalMs },
    },
    durationMs: overloadMs,
    fanOut: alertsPerRequest,
  };
}

function figuresOf({ sent, received }: LoadResult, shape: OverloadShape) {
  const { alertsPerRequest, overloadMs } = shape;
  const boundary = sent.startedAt + overloadMs;
  const counts = received.paths[0]?.counts ?? new Uint8Array();
  const firstAt = received.paths[0]?.firstAt ?? new Float64Array();
  const ledger = { accepted: 0, arrived: 0, lost: 0, repeated: 0, unasked: 0 };
  let lastAt = sent.endedAt;
  let early = 0;
  sent.statuses.forEach((status, request) => {
    for (let n = request * alertsPerRequest; n < (request + 1) * alertsPerRequest; n++) {
      const count = counts[n] ?? 0;
      const at = firstAt[n] ?? 0;
      if (isTaken(status)) ledger.accepted += 1;
      if (count > 0) ledger.arrived += 1;
      if (count === 0 && isTaken(status)) ledger.lost += 1;
      if (count > 1) ledger.repeated += 1;
      if (count > 0 && !isTaken(status)) ledger.unasked += 1;
      lastAt = Math.max(lastAt, at);
      if (count > 0 && at < boundary) early += 1;
    }
  });
  const isEarly = (request: number) => (sent.scheduledAt[request] ?? 0) < boundary;
  return {
    ...ledger,
    overload: phaseOf(sent, isEarly, alertsPerRequest),
    normal: phaseOf(sent, (request) => !isEarly(request), alertsPerRequest),
    deliveredPerSecond: digits((early * 1_000) / overloadMs),
    drainedAfterMs: Math.round(lastAt - sent.endedAt),
  };
}

function phaseOf(
  sent: LoadResult["sent"],
  belongs: (request: number) => boolean,
  alertsPerRequest: number,
): PhaseFigures {
  const tookMs = { accepted: [] as number[], refused: [] as number[] };
  let unanswered = 0;
  let firstAt = Number.POSITIVE_INFINITY;
  let lastAt = 0;
  sent.statuses.forEach((status, request) => {
    if (!belongs(request)) return;
    const leftAt = (sent.scheduledAt[request] ?? 0) + (sent.slipMs[request] ?? 0);
    const ms = (sent.answeredAt[request] ?? 0) - leftAt;
    firstAt = Math.min(firstAt, leftAt);
    lastAt = Math.max(lastAt, leftAt);
    if (isTaken(status)) tookMs.accepted.push(ms);
    else if (status === 503 || status === 429) tookMs.refused.push(ms);
    else unanswered += 1;
  });
  const accepted = tookMs.accepted.length * alertsPerRequest;
  const refused = tookMs.refused.length * alertsPerRequest;
  const seconds = Math.max(lastAt - firstAt, 1) / 1_000;
  const quantiles = {
    accepted: percentiles(tookMs.accepted),
    refused: percentiles(tookMs.refused),
  };
  return {
    offeredPerSecond: Math.round((accepted + refused + unanswered * alertsPerRequest) / seconds),
    acceptedPerSecond: Math.round(accepted / seconds),
    ...{ accepted, refused, unanswered: unanswered * alertsPerRequest },
    acceptedP50Ms: quantiles.accepted.p50,
    acceptedP99Ms: quantiles.accepted.p99,
    refusedP50Ms: quantiles.refused.p50,
    refusedP99Ms: quantiles.refused.p99,
  };
}

async function becomesSettled({ isSettled }: Running): Promise<boolean> {
  const until = performance.now() + 30_000;
  while (performance.now() < until) {
    if ((await isSettled?.()) === true) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}
