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
  const small = await timeLists(context, smallCount);
  const large = await timeLists(context, count);
  const figures = Object.keys(lists).flatMap((list) => {
    const [before, after] = [small.get(list) ?? 0, large.get(list) ?? 0];
    return [
      [`${list}SmallMs`, digits(before)],
      [`${list}LargeMs`, digits(after)],
      [`${list}Ratio`, digits(after / before)],
    ];
  });
  return {
    ...{ scenario, contender: context.contender.name, round: context.round, isVoid: null },
    ...{ smallCount, largeCount: count },
    ...Object.fromEntries(figures),
  };
}

async function timeLists({ directory }: RoundContext, count: number): Promise<Map<string, number>> {
  const folder = join(directory, String(count));
  mkdirSync(folder);
  const first = await startEventSinks({ directory: folder });
  const sinkIds: string[] = [];
  for (let n = 0; n < sinkCount; n++) {
    sinkIds.push(await first.createSink(`http://127.0.0.1:9/${n}`));
  }
  await first.stop();
  fill(folder, { count, tenantId, sinkIds });
  const service = await startEventSinks({ directory: folder });
  const times = new Map<string, number>();
  for (const [list, path] of Object.entries(lists)) {
    const query = `${path.replace("SINK", sinkIds[0] ?? "")}tenant_id=${tenantId}`;
    // The first pass compiles code and statements.
    await timePages(service, query);
    times.set(list, await timePages(service, query));
  }
  await service.stop();
  return times;
}

/** The median of pages one after the other; from the start again when there are no more. */
async function timePages({ call }: EventSinksService, query: string): Promise<number> {
  const times: number[] = [];
  let token = "";
  for (let page = 0; page < pages; page++) {
    const startedAt = performance.now();
    const answer = await call("GET", `${query}&pagination[page_token]=${token}`);
    const body = (await answer.json()) as { pagination: { next_page_token: string } | null };
    times.push(performance.now() - startedAt);
    if (answer.status !== 200) throw new Error(`${query}: ${JSON.stringify(body)}`);
    token = body.pagination?.next_page_token ?? "";
  }
  return median(times);
}
