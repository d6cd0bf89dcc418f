/**
 * Forgetting a million: what does it cost deliveries meanwhile? Two services run side by side, one with an empty
 * store, and one that starts with alerts and deliveries older than the retention and deletes them. Both
 * get the same loads in turn, so that both have the same machine: a closed one, for throughput, and
 * an open one, for how late deliveries are. What is `left` at the end says that there was something to delete throughout.
 */

import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { eventSinks, startEventSinks, tenantId } from "../contenders/event-sinks.ts";
import { round as digits, median } from "../report/statistics.ts";
import { fill } from "./fill.ts";
import { type LoadShape, measure } from "./load.ts";
import type { Line, RoundContext, Scenario } from "./scenario.ts";

const dayMs = 24 * 3_600_000;
/** The default is 30 days. */
const ageMs = 60 * dayMs;
const pairsMax = 9;

const common = { bodyBytes: 1_000, sinksOf: [[0]], durationMs: 3_000 };
const closed: Omit<LoadShape, "warmUpMs"> = {
  ...common,
  pattern: { kind: "closed", connections: 64, undeliveredMax: 1_000 },
};
const open: Omit<LoadShape, "warmUpMs"> = { ...common, pattern: { kind: "open", rate: 500 } };

export const retentionScenario: Scenario = {
  name: "retention",
  about:
    "1,000,000 alerts and their deliveries past the retention: a live sink while they are deleted",
  contenders: ["event-sinks"],
  run: runRetention,
};

async function runRetention(context: RoundContext): Promise<Line> {
  const { lab, contender, directory, isQuick, round } = context;
  const sinkUrl = `${lab.receiverUrl}/sink/0`;
  const folders = { full: join(directory, "full"), empty: join(directory, "empty") };
  for (const folder of Object.values(folders)) mkdirSync(folder);
  const count = isQuick ? 50_000 : 1_000_000;
  await fillOld(folders.full, count);
  const file = join(folders.full, "data", "event-sinks.db");
  const filledMb = megabytes(file);
  const empty = await eventSinks.start({ directory: folders.empty, sinkUrls: [sinkUrl] });
  const full = await eventSinks.start({ directory: folders.full, sinkUrls: [sinkUrl] });
  const startedAt = performance.now();
  try {
    for (const running of [full, empty]) await measure(lab, running, closed);
    const pairs: Record<"perSecond" | "p95Ms", Record<"full" | "empty", number>>[] = [];
    let lost = 0;
    for (let pair = 0; pair < (isQuick ? 2 : pairsMax); pair++) {
      const perSecond = { full: 0, empty: 0 };
      const p95Ms = { full: 0, empty: 0 };
      const names = ["full", "empty"] as const;
      for (const name of pair % 2 === 0 ? names : names.toReversed()) {
        const running = name === "full" ? full : empty;
        const loads = [await measure(lab, running, closed), await measure(lab, running, open)];
        perSecond[name] = loads[0]?.figures.perSecond ?? 0;
        p95Ms[name] = loads[1]?.figures.latencyMs.p95 ?? 0;
        lost += loads.reduce((sum, { figures }) => sum + figures.ledger.lost, 0);
      }
      pairs.push({ perSecond, p95Ms });
    }
    const seconds = (performance.now() - startedAt) / 1_000;
    const left = oldCountOf(file);
    const ofPairs = (value: (pair: (typeof pairs)[number]) => number) =>
      digits(median(pairs.map(value)));
    return {
      ...{ scenario: "retention", contender: contender.name, round, isVoid: null, count },
      fullPerSecond: ofPairs(({ perSecond }) => perSecond.full),
      emptyPerSecond: ofPairs(({ perSecond }) => perSecond.empty),
      throughputRatio: ofPairs(({ perSecond }) => perSecond.full / perSecond.empty),
      fullP95Ms: ofPairs(({ p95Ms }) => p95Ms.full),
      emptyP95Ms: ofPairs(({ p95Ms }) => p95Ms.empty),
      p95Ratio: ofPairs(({ p95Ms }) => p95Ms.full / p95Ms.empty),
      prunedPerSecond: digits((count - left) / seconds),
      left,
      lost,
      filledMb,
      endMb: megabytes(file),
    };
  } finally {
    await Promise.all([full.stop(), empty.stop()]);
  }
}

/** An empty store but for what is past the retention. */
async function fillOld(directory: string, count: number): Promise<void> {
  const service = await startEventSinks({ directory });
  const sinkIds = [await service.createSink("http://127.0.0.1:9/")];
  await service.stop();
  fill(directory, { count, tenantId, sinkIds, endsAt: Date.now() - ageMs });
}

function oldCountOf(file: string): number {
  const db = new DatabaseSync(file, { readOnly: true });
  const sql = "SELECT count(*) AS count FROM alerts WHERE received_at < ?";
  const row = db.prepare(sql).get(Date.now() - dayMs);
  db.close();
  return Number(row?.["count"]);
}

function megabytes(file: string): number {
  return Math.round(statSync(file).size / 1024 / 1024);
}
