/**
 * Isolation: each alert goes to five sinks, one of which hangs for 20 s. How late are the other four,
 * beside a run in which the fifth answers, and beside one without a fifth? Each run has a service
 * and an empty store of its own; the three of a round are compared with each other only.
 */

import { mkdirSync } from "node:fs";
import { round as digits, figuresOf, type LoadFigures } from "../report/statistics.ts";
import { type LoadShape, planFor, slipP99MsMax } from "./load.ts";
import type { Line, RoundContext, Scenario } from "./scenario.ts";

/** What the fifth sink is. */
type Fifth = "answers" | "hangs" | "missing";

const healthy = [0, 1, 2, 3];
const shape: LoadShape = {
  bodyBytes: 1_000,
  sinksOf: [healthy],
  pattern: { kind: "open", rate: 200 },
  warmUpMs: 2_000,
  durationMs: 8_000,
};

export const isolationScenario: Scenario = {
  name: "isolation",
  about: "200 alerts/s to five sinks each, one of which hangs: p95 of the other four",
  contenders: ["event-sinks"],
  run: runIsolation,
};

async function runIsolation(context: RoundContext): Promise<Line> {
  const order: readonly Fifth[] = ["answers", "hangs", "missing"];
  const p95: Record<Fifth, number> = { answers: 0, hangs: 0, missing: 0 };
  const ledger = { accepted: 0, lost: 0, repeated: 0 };
  let slipMs = 0;
  for (const fifth of context.round % 2 === 0 ? order : order.toReversed()) {
    const figures = await runWith(fifth, context);
    p95[fifth] = figures.latencyMs.p95;
    slipMs = Math.max(slipMs, figures.slipP99Ms);
    ledger.accepted += figures.ledger.accepted;
    ledger.lost += figures.ledger.lost;
    ledger.repeated += figures.ledger.repeated;
  }
  return {
    ...{ scenario: "isolation", contender: context.contender.name, round: context.round },
    isVoid: slipMs > slipP99MsMax ? `the generator slipped by ${slipMs} ms at p99` : null,
    p95AnsweringMs: p95.answers,
    p95HangingMs: p95.hangs,
    p95MissingMs: p95.missing,
    hangingToAnswering: digits(p95.hangs / p95.answers),
    hangingToMissing: digits(p95.hangs / p95.missing),
    ...ledger,
  };
}

/** Figures of the four that are healthy. */
async function runWith(fifth: Fifth, context: RoundContext): Promise<LoadFigures> {
  const { lab, contender, directory, isQuick } = context;
  const urls = healthy.map((n) => `${lab.receiverUrl}/sink/${n}`);
  if (fifth !== "missing") urls.push(`${lab.receiverUrl}/${fifth === "hangs" ? "hang" : "sink/4"}`);
  mkdirSync(`${directory}/${fifth}`);
  const running = await contender.start({ directory: `${directory}/${fifth}`, sinkUrls: urls });
  const named = urls.map((_, n) => n);
  /** The paths of which the receiver keeps account. */
  const heard = fifth === "answers" ? named : healthy;
  const load = async (durationMs: number) => {
    const plan = planFor(running, { ...shape, sinksOf: [named], durationMs });
    const counted = { ...plan, fanOut: heard.length };
    const result = await lab.run(counted, heard.length);
    return figuresOf(
      result,
      counted,
      () => heard,
      (path) => healthy.includes(path),
    );
  };
  try {
    await load(shape.warmUpMs);
    return await load(isQuick ? 3_000 : shape.durationMs);
  } finally {
    await running.stop();
  }
}
