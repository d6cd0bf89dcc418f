/**
 * How the dashboard feels with a million alerts, measured in a real browser on the real service:
 *
 *     npm run measure:dashboard
 *
 * The same on ten thousand alerts stands beside it. What it prints stands in
 * `docs/dashboard-million.md`; it is no test, since its figures are those of one machine.
 */

import { writeFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { median } from "../bench/report/statistics.ts";
import { fill } from "../bench/scenarios/fill.ts";
import { launchBrowser } from "../packages/dashboard/test/browser.ts";
import {
  eventually,
  freshDirectory,
  type RunningService,
  startService,
} from "../packages/server/test/support/start-service.ts";

const tenantId = "acme";
const counts = [10_000, 1_000_000];
const rounds = 9;
const scrolledRows = 5_000;
const cleanups: (() => Promise<unknown>)[] = [];
const scope = { after: (run: () => Promise<unknown>) => void cleanups.unshift(run) };

/** Filters as an address has them; the last finds nothing in as many rows as one answer looks at. */
const searches: Readonly<Record<string, string>> = {
  "all, newest first": "",
  "a word that is in all": "q=login",
  "severity and tag": "severity=Medium&tag=aws",
  "the last 24 hours, delivered": "since=24h&state=delivered",
  "a rule": "rule=rule-42",
  "a number that one in 1,000 has": "q=login+1999",
  "a word that none has": "q=nowhere",
};

/** A service that has so many alerts, each delivered. */
async function startFilled(count: number): Promise<RunningService> {
  const directory = await freshDirectory(scope);
  const first = await startService(scope, directory);
  const sinkIds: string[] = [];
  for (let n = 0; n < 10; n++) {
    const { json } = await first.call("POST", "/v1/event_sink", {
      ...{ tenant_id: tenantId, name: `Sink ${n}`, description: "" },
      event_sink_args: { Webhook: { url: `http://127.0.0.1:9/${n}` } },
    });
    sinkIds.push(json.event_sink.id);
  }
  await first.stop();
  fill(directory, { count, tenantId, sinkIds });
  return startService(scope, directory);
}

const answers = `performance.getEntriesByType("resource")
  .filter(({ name }) => /\\/v1\\/alert\\?/.test(name)).map(({ duration }) => duration)`;

/** Medians over page loads: what the first answer took, and when it was on the screen. */
async function timeSearch(page: Page, url: string, query: string) {
  const [firsts, shown]: [number[], number[]] = [[], []];
  for (let round = 0; round <= rounds; round++) {
    await page.goto(`${url}/alerts?tenant=${tenantId}&${query}`);
    await page.evaluate("performance.setResourceTimingBufferSize(10000)");
    const isThere = `document.querySelector(".rows tbody a") !== null
      || /No alert|Looking further/.test(document.body.textContent)`;
    await eventually(() => page.evaluate(isThere), query);
    const ms = Number(await page.evaluate("performance.now()"));
    const [first = 0] = (await page.evaluate(answers)) as number[];
    // The first load compiles code and statements.
    if (round > 0) {
      firsts.push(first);
      shown.push(ms);
    }
  }
  return { answer: median(firsts), worst: Math.max(...firsts), shown: median(shown) };
}

const watchFrames = `globalThis.longTasks = []; globalThis.gaps = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longTasks.push(duration);
  }).observe({ type: "longtask" });
  let last = performance.now();
  const step = (now) => { gaps.push(now - last); last = now; requestAnimationFrame(step); };
  requestAnimationFrame(step);`;

/** Scrolls as far as so many rows have been read; how the page fared meanwhile. */
async function timeScroll(page: Page, url: string) {
  await page.goto(`${url}/alerts?tenant=${tenantId}`);
  await page.locator(".rows tbody a").first().waitFor();
  const cdp = await page.context().newCDPSession(page);
  const heapMb = async () => {
    await cdp.send("HeapProfiler.collectGarbage");
    const { usedSize } = await cdp.send("Runtime.getHeapUsage");
    return usedSize / 1e6;
  };
  const before = await heapMb();
  await page.evaluate(watchFrames);
  await page.mouse.move(600, 500);
  const rowPx = 41;
  const height = "document.documentElement.scrollHeight";
  while (Number(await page.evaluate(height)) < scrolledRows * rowPx) {
    await page.mouse.wheel(0, 1_500);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  const { longTasks, gaps, nodes } = (await page.evaluate(
    "({ longTasks, gaps, nodes: document.querySelectorAll('*').length })",
  )) as { longTasks: number[]; gaps: number[]; nodes: number };
  const sorted = gaps.toSorted((a, b) => a - b);
  const requests = (await page.evaluate(answers)) as number[];
  return {
    nodes,
    heap: [before, await heapMb()] as const,
    gapMedian: median(gaps),
    gapP99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
    longTasks: longTasks.length,
    longest: Math.max(0, ...longTasks),
    pageMedian: median(requests),
    pageWorst: Math.max(...requests),
  };
}

const ms = (value: number) => `${Math.round(value).toLocaleString("en")} ms`;

try {
  const browser = await launchBrowser(scope);
  const found: { searches: Awaited<ReturnType<typeof timeSearch>>[]; scroll: Scroll }[] = [];
  for (const count of counts) {
    const service = await startFilled(count);
    const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
    await context.request.post(`${service.url}/v1/session`, {
      data: { api_key: service.operatorKey },
      headers: { "x-event-sinks-csrf": "1" },
    });
    const page = await context.newPage();
    const timed = [];
    for (const query of Object.values(searches)) {
      timed.push(await timeSearch(page, service.url, query));
    }
    found.push({ searches: timed, scroll: await timeScroll(page, service.url) });
    await context.close();
    await service.stop();
  }
  const text = report(found);
  console.log(text);
  writeFileSync(new URL("../docs/dashboard-million.md", import.meta.url), text);
} finally {
  for (const cleanup of cleanups) await cleanup();
}

type Scroll = Awaited<ReturnType<typeof timeScroll>>;

function report(
  found: readonly {
    readonly searches: readonly Awaited<ReturnType<typeof timeSearch>>[];
    readonly scroll: Scroll;
  }[],
): string {
  const [small, large] = found;
  if (small === undefined || large === undefined) throw new Error("nothing was measured");
  const rows = Object.keys(searches).map((name, index) => {
    const [few, many] = [small.searches[index], large.searches[index]];
    if (few === undefined || many === undefined) throw new Error(`not measured: ${name}`);
    return `| ${name} | ${ms(few.answer)} | ${ms(many.answer)} | ${ms(many.worst)} | ${ms(few.shown)} | ${ms(many.shown)} |`;
  });
  const scroll = (title: string, of: (scroll: Scroll) => string) =>
    `| ${title} | ${of(small.scroll)} | ${of(large.scroll)} |`;
  return `# The dashboard with 1,000,000 alerts

Written by \`npm run measure:dashboard\` on ${new Date().toISOString().slice(0, 10)}: Chromium and the service, on SQLite, on the same two cores. Each alert has a
delivery. Medians of ${rounds} page loads, as the browser's own resource timing tells them.

| search | answer, of 10,000 | answer, of 1,000,000 | its worst | on the screen, of 10,000 | of 1,000,000 |
|---|---|---|---|---|---|
${rows.join("\n")}

"On the screen" is from the beginning of a page load, with scripts and styles. One answer looks at 10,000 alerts at most, and says how to go on from there: a word
that few or none have is looked for answer after answer, and the page says so meanwhile.

Scrolling through ${scrolledRows.toLocaleString("en")} rows, ${(scrolledRows / 100).toLocaleString("en")} pages of the list:

| | of 10,000 | of 1,000,000 |
|---|---|---|
${[
  scroll("time between frames, median", ({ gapMedian }) => ms(gapMedian)),
  scroll("time between frames, p99", ({ gapP99 }) => ms(gapP99)),
  scroll(
    "tasks over 50 ms, the longest",
    ({ longTasks, longest }) => `${longTasks}, ${ms(longest)}`,
  ),
  scroll("answer of one page, median", ({ pageMedian }) => ms(pageMedian)),
  scroll("answer of one page, worst", ({ pageWorst }) => ms(pageWorst)),
  scroll("elements on the page afterwards", ({ nodes }) => nodes.toLocaleString("en")),
  scroll(
    "JavaScript heap before and after",
    ({ heap: [before, after] }) => `${before.toFixed(1)} and ${after.toFixed(1)} MB`,
  ),
].join("\n")}
`;
}
