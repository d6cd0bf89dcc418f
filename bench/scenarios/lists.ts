/** Pages of lists and of searches that find something, in a small store and in a large one. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type EventSinksService, startEventSinks, tenantId } from "../contenders/event-sinks.ts";
import { round as digits, median } from "../report/statistics.ts";
import { fill } from "./fill.ts";
import type { Line, RoundContext, Scenario } from "./scenario.ts";

const smallCount = 10_000;
const sinkCount = 60;
const pages = 40;

const lists = {
  sinks: "/v1/event_sink?",
  alerts: "/v1/alert?",
  alertsOfSink: "/v1/alert?event_sink_id=SINK&",
  alertsByWord: "/v1/alert?q=login&",
  alertsByTag: "/v1/alert?tag=aws&severity=Medium&",
  deliveries: "/v1/delivery?",
  deliveriesOfSink: "/v1/delivery?event_sink_id=SINK&",
  delivered: "/v1/delivery?state=delivered&",
  // These find nothing, so that each page looks at as many rows as one may.
  alertsByNoWord: "/v1/alert?q=nowhere&",
  alertsByNoState: "/v1/alert?event_sink_id=SINK&state=failed&",
  deliveriesByNoReason: "/v1/delivery?state=delivered&reason=timeout&",
};

function createListsScenario(name: string, largeCount: number, isOptional: boolean): Scenario {
  return {
    ...{ name, isOptional, contenders: ["event-sinks"] },
    about: `median of ${pages} pages of each list and search, ms: 10,000 alerts and ${largeCount.toLocaleString("en")}`,
    run: (context) => runLists(name, context.isQuick ? 100_000 : largeCount, context),
  };
}

export const listsScenario = createListsScenario("lists", 1_000_000, false);
/** Takes 12 GB of disk for a while. */
export const lists10mScenario = createListsScenario("lists-10m", 10_000_000, true);

async function runLists(scenario: string, count: number, context: RoundContext): Promise<Line> {
  const small = await startFilled(context, smallCount);
  const large = await startFilled(context, count);
  try {
    const figures: Record<string, number> = {};
    for (const [list, path] of Object.entries(lists)) {
      // Page by page in turn, so that both have the same machine. The first pass compiles code and statements.
      await timePages([small, large], path);
      const [smallMs = 0, largeMs = 0] = await timePages([small, large], path);
      figures[`${list}SmallMs`] = digits(smallMs);
      figures[`${list}LargeMs`] = digits(largeMs);
      figures[`${list}Ratio`] = digits(largeMs / smallMs);
    }
    return {
      ...{ scenario, contender: context.contender.name, round: context.round, isVoid: null },
      ...{ smallCount, largeCount: count },
      ...figures,
    };
  } finally {
    await Promise.all([small.service.stop(), large.service.stop()]);
  }
}

interface Filled {
  readonly service: EventSinksService;
  readonly sinkId: string;
}

async function startFilled({ directory }: RoundContext, count: number): Promise<Filled> {
  const folder = join(directory, String(count));
  mkdirSync(folder);
  const first = await startEventSinks({ directory: folder });
  const sinkIds: string[] = [];
  for (let n = 0; n < sinkCount; n++) {
    sinkIds.push(await first.createSink(`http://127.0.0.1:9/${n}`));
  }
  await first.stop();
  fill(folder, { count, tenantId, sinkIds });
  return { service: await startEventSinks({ directory: folder }), sinkId: sinkIds[0] ?? "" };
}

/** The medians of pages one after the other; from the start again when there are no more. */
async function timePages(filled: readonly Filled[], path: string): Promise<number[]> {
  const runs = filled.map((one) => ({ ...one, token: "", times: [] as number[] }));
  for (let page = 0; page < pages; page++) {
    for (const run of page % 2 === 0 ? runs : runs.toReversed()) {
      const query = `${path.replace("SINK", run.sinkId)}tenant_id=${tenantId}`;
      const startedAt = performance.now();
      const answer = await run.service.call("GET", `${query}&pagination[page_token]=${run.token}`);
      const body = (await answer.json()) as { pagination: { next_page_token: string } | null };
      run.times.push(performance.now() - startedAt);
      if (answer.status !== 200) throw new Error(`${query}: ${JSON.stringify(body)}`);
      run.token = body.pagination?.next_page_token ?? "";
    }
  }
  return runs.map(({ times }) => median(times));
}
