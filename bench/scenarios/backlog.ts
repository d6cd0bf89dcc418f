/**
 * A million deliveries that wait for dead sinks: what do they cost one that works? Two services run
 * side by side, one with an empty store and one that has taken the million, and get the same closed
 * load in turn, so that both have the same machine; CPU time for each
 * delivery is told beside, since it does not depend on what else runs there. The memory is that of the one that took them all, at its
 * most, from its start.
 */

import { mkdirSync } from "node:fs";
import type { Running } from "../contenders/contender.ts";
import { memoryMb } from "../load/child.ts";
import { round as digits, median } from "../report/statistics.ts";
import { makeAlert } from "./alerts.ts";
import { type LoadShape, measure } from "./load.ts";
import type { Line, RoundContext, Scenario } from "./scenario.ts";

const deadCount = 20;
const alertsPerBatch = 250;
const fillers = 4;

const load: LoadShape = {
  bodyBytes: 1_000,
  sinksOf: [[0]],
  pattern: { kind: "closed", connections: 64, undeliveredMax: 1_000 },
  warmUpMs: 3_000,
  durationMs: 2_500,
};

export const backlogScenario: Scenario = {
  name: "backlog",
  about: "1,000,000 deliveries pending for 20 dead sinks: throughput of a live one, and memory",
  contenders: ["event-sinks"],
  run: runBacklog,
};

async function runBacklog(context: RoundContext): Promise<Line> {
  const { lab, contender, directory, isQuick, round } = context;
  const live = `${lab.receiverUrl}/sink/0`;
  const dead = Array.from({ length: deadCount }, (_, n) => `${lab.receiverUrl}/dead/${n}`);
  const start = (name: string, sinkUrls: readonly string[]) => {
    mkdirSync(`${directory}/${name}`);
    return contender.start({ directory: `${directory}/${name}`, sinkUrls });
  };
  // What is pending stays so: nobody is to wait until nothing is.
  const { isSettled: _, ...full } = await start("full", [live, ...dead]);
  const { isSettled: _same, ...empty } = await start("empty", [live]);
  try {
    const filledMs = await fill(full, isQuick ? 50_000 : 1_000_000);
    await becomesBroken(full);
    const memoryFilledMb = memoryOf(full).now;
    const pairs = [];
    let lost = 0;
    for (const running of [full, empty])
      await measure(lab, running, { ...load, durationMs: 3_000 });
    for (let pair = 0; pair < (isQuick ? 2 : 13); pair++) {
      const perSecond = { full: 0, empty: 0 };
      const cpuUs = { full: 0, empty: 0 };
      const names = ["full", "empty"] as const;
      for (const name of pair % 2 === 0 ? names : names.toReversed()) {
        const measured = await measure(lab, name === "full" ? full : empty, load);
        const { figures } = measured;
        perSecond[name] = figures.perSecond;
        cpuUs[name] = measured.cpuUs.contender;
        lost += figures.ledger.lost;
      }
      pairs.push({ ...perSecond, cpuRatio: cpuUs.full / cpuUs.empty });
    }
    const ratios = pairs.map((pair) => pair.full / pair.empty);
    return {
      ...{ scenario: "backlog", contender: contender.name, round, isVoid: null },
      pending: await pendingOf(full),
      filledSeconds: Math.round(filledMs / 1_000),
      fullPerSecond: Math.round(median(pairs.map((pair) => pair.full))),
      emptyPerSecond: Math.round(median(pairs.map((pair) => pair.empty))),
      fullToEmpty: digits(median(ratios)),
      fullToEmptyMin: digits(Math.min(...ratios)),
      fullToEmptyMax: digits(Math.max(...ratios)),
      cpuFullToEmpty: digits(median(pairs.map(({ cpuRatio }) => cpuRatio))),
      lost,
      memoryFilledMb,
      memoryPeakMb: memoryOf(full).peak,
      memoryPeakEmptyMb: memoryOf(empty).peak,
    };
  } finally {
    await Promise.all([full.stop(), empty.stop()]);
  }
}

function call({ target }: Running, path: string, body?: unknown): Promise<Response> {
  return fetch(`http://${target.host}:${target.port}${path}`, {
    headers: target.headers,
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
}

/** Has `running` take deliveries for the dead sinks. @returns how long it took, ms. */
async function fill(running: Running, deliveries: number): Promise<number> {
  const startedAt = performance.now();
  const dead = running.sinkIds.slice(1);
  const batches = Math.ceil(deliveries / dead.length / alertsPerBatch);
  let next = 0;
  async function send(): Promise<void> {
    while (next < batches) {
      const batch = next;
      next += 1;
      const alert = makeAlert("fill-", load.bodyBytes, running.tenantId, dead);
      const alerts = Array.from({ length: alertsPerBatch }, (_, n) => ({
        ...alert,
        id: `fill-${batch}-${n}`,
      }));
      while ((await call(running, `${running.target.path}/batch`, { alerts })).status !== 202) {
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }
  await Promise.all(Array.from({ length: fillers }, send));
  return performance.now() - startedAt;
}

/** Waits until all dead sinks are known to be. */
async function becomesBroken(running: Running): Promise<void> {
  for (const id of running.sinkIds.slice(1)) {
    for (;;) {
      const answer = await call(running, `/v1/event_sink/${id}/status`);
      if (/"state":"broken"/.test(await answer.text())) break;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

async function pendingOf(running: Running): Promise<number> {
  const text = await (await call(running, "/metrics")).text();
  return Number(/^event_sinks_deliveries\{state="pending"\} (\d+)/m.exec(text)?.[1]);
}

function memoryOf({ pids }: Running): { now: number; peak: number } {
  return memoryMb(pids[0]);
}
