/** What must hold on every page, whatever it shows. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { defaultSlackToken } from "@event-sinks/simulators";
import type { Page } from "playwright-core";
import { eventually } from "../../server/test/support/start-service.ts";
import { type PagePath, pagePaths } from "../src/page-paths.ts";
import { seriousFaults } from "./browser.ts";
import { openStage } from "./stage.ts";

const stage = await openStage();
after(() => stage.close());

const markup = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';

/** A tenant in which everything that has a name is called by a piece of markup, and the page of each thing. */
async function makeHostileTenant(tenantId: string): Promise<Readonly<Record<PagePath, string>>> {
  const { call } = stage;
  await stage.makeTenant(tenantId);
  const sink = await stage.makeSink(tenantId, markup);
  await call("PUT", `/v1/event_sink/${sink.id}`, { id: sink.id, description: markup });
  await call("POST", "/v1/api_key", { tenant_id: tenantId, name: markup, scopes: ["sinks:read"] });
  const integration = { tenant_id: tenantId, name: markup, bot_token: defaultSlackToken };
  await call("POST", "/v1/slack_integration", integration);
  const { alert, deliveries } = await call("POST", "/v1/alert", {
    ...{ tenant_id: tenantId, name: markup, description: markup, dedup_key: markup },
    ...{ detection_rule_id: markup, tags: [markup], query_text: markup, [markup]: markup },
    results_table: { columns: [markup], rows: [[markup]], total_row_count: 1 },
    alert_template: { info: [{ label: markup, value: markup }], actions: [] },
  });
  await eventually(async () => {
    const { delivery } = await call("GET", `/v1/delivery/${deliveries[0].id}`);
    return delivery.state === "delivered";
  }, "the alert arrives");
  return {
    "/": "/",
    "/sinks": "/sinks",
    "/sinks/new": "/sinks/new",
    "/sinks/$id": `/sinks/${sink.id}`,
    "/alerts": "/alerts",
    "/alerts/$uid": `/alerts/${alert.uid}`,
    "/deliveries": "/deliveries",
    "/deliveries/$id": `/deliveries/${deliveries[0].id}`,
    "/slack": "/slack",
    "/keys": "/keys",
    "/audit": "/audit",
    "/settings": "/settings",
  };
}

/** Pages that show nothing which somebody has named. */
const nameless: readonly PagePath[] = ["/sinks/new", "/settings"];

/** Until nothing on the page is still being asked for. */
async function settle(page: Page): Promise<void> {
  await page.getByRole("heading", { level: 1 }).waitFor();
  await eventually(
    () => page.evaluate("document.querySelector('[aria-label=Loading]') === null"),
    "all is there",
  );
}

const watchShifts = `globalThis.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries()) shifts.push([value, String(sources[0]?.node?.className)]);
  }).observe({ type: "layout-shift", buffered: true });`;

async function assertNothingMoved(page: Page, path: string): Promise<void> {
  const shifts = (await page.evaluate("shifts")) as [number, string][];
  const sum = shifts.reduce((total, [value]) => total + value, 0);
  // What web.dev calls good.
  assert.ok(sum < 0.1, `${path} moved by ${sum}: ${JSON.stringify(shifts)}`);
}

/** What reaches beyond the right edge of the screen. */
const tooWide = `[...document.querySelectorAll("body *")]
  .filter((each) => each.getBoundingClientRect().right > innerWidth + 1 && each.checkVisibility())
  .map((each) => each.tagName + "." + (each.getAttribute("class") ?? ""))`;

async function assertFitsNarrow(page: Page, path: string): Promise<void> {
  const wide = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 800 });
  const fits = "document.documentElement.scrollWidth <= innerWidth";
  // Charts are drawn again a frame later.
  await eventually(() => page.evaluate(fits), `${path} fits`, 5_000).catch(async (error) => {
    throw new Error(`${error.message}: ${await page.evaluate(tooWide)}`);
  });
  if (wide !== null) await page.setViewportSize(wide);
}

test("every page opens by its address, moves nothing, fits, shows markup as text, and axe finds no serious fault, light and dark", async (t) => {
  const addresses = await makeHostileTenant("hostile");
  const page = await stage.open(t, { reducedMotion: "reduce", colorScheme: "light" });
  await page.addInitScript(watchShifts);
  const titles = new Set<string>();
  for (const path of pagePaths) {
    await page.goto(`${addresses[path]}?tenant=hostile`);
    await settle(page);
    titles.add((await page.getByRole("heading", { level: 1 }).textContent()) ?? "");
    assert.equal(await page.getByText("There is no such page").count(), 0, path);
    if (!nameless.includes(path)) await page.getByText("<img src=x").first().waitFor();
    await assertNothingMoved(page, path);
    assert.deepEqual(await seriousFaults(page), [], `${path}, light`);
    await page.emulateMedia({ colorScheme: "dark" });
    assert.deepEqual(await seriousFaults(page), [], `${path}, dark`);
    await assertFitsNarrow(page, path);
    await page.emulateMedia({ colorScheme: "light" });
    assert.equal(await page.evaluate("window.hacked"), undefined, path);
  }
  // An alert and its sink are both called by the markup; all others say what they are.
  assert.equal(titles.size, pagePaths.length - 1);
});

test("an alert's preview on every platform shows markup as text", async (t) => {
  const addresses = await makeHostileTenant("previewed");
  const page = await stage.open(t, { reducedMotion: "reduce" });
  await page.goto(addresses["/alerts/$uid"]);
  const previews = page.getByRole("region", { name: "As each platform shows it" });
  await previews.getByRole("tab").first().waitFor();
  for (const tab of await previews.getByRole("tab").all()) {
    await tab.click();
    await previews.getByRole("tabpanel").getByText("onerror").first().waitFor();
    assert.equal(await page.evaluate("window.hacked"), undefined);
  }
});

test("signing in has no serious fault for assistive technology either, light and dark", async (t) => {
  const page = await stage.open(t, { key: null, colorScheme: "light" });
  await page.goto("/");
  await page.getByLabel("API key").waitFor();
  assert.deepEqual(await seriousFaults(page), []);
  await page.emulateMedia({ colorScheme: "dark" });
  assert.deepEqual(await seriousFaults(page), []);
});

test("pages allow scripts from the service's own files alone", async () => {
  const answer = await fetch(`${stage.service.url}/alerts`);
  const policy = answer.headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'none';/);
  assert.match(policy, /script-src 'self';/);
  assert.match(policy, /connect-src 'self';/);
});

test("the policy is in force: a script that gets into a page does not run, and that is noticed", async (t) => {
  const page = await stage.open({ after: () => undefined });
  t.after(() => page.context().close());
  const said: string[] = [];
  page.on("console", (line) => said.push(line.text()));
  await page.goto("/alerts?tenant=hostile");
  await settle(page);
  await page.evaluate(`{
    const script = document.createElement("script");
    script.textContent = "window.hacked = 1";
    document.body.append(script);
  }`);
  await eventually(() => said.some((text) => /content security policy/i.test(text)), "a report");
  assert.equal(await page.evaluate("window.hacked"), undefined);
});

test("the first load is under 300 kB compressed", async (t) => {
  const page = await stage.open(t);
  const sizes: Promise<{ responseBodySize: number }>[] = [];
  page.on("requestfinished", (request) => {
    const { pathname } = new URL(request.url());
    if (!pathname.startsWith("/v1/")) sizes.push(request.sizes());
  });
  await page.goto("/?tenant=hostile");
  await settle(page);
  await page.getByRole("table", { name: "Newest alerts" }).waitFor();
  const sent = (await Promise.all(sizes)).reduce((sum, each) => sum + each.responseBodySize, 0);
  assert.ok(sent > 50_000 && sent < 300_000, `${sent} bytes`);
});

test("what is not the dashboard's stays the API's to answer", async () => {
  const { url } = stage.service;
  const html = await fetch(`${url}/sinks/some-id?tenant=acme`);
  assert.match(await html.text(), /<div id="root">/);
  for (const path of ["/v1/nothing", "/nothing", "/assets/../../package.json"]) {
    const answer = await fetch(url + path);
    assert.ok(answer.status === 404 || answer.status === 401, path);
    assert.match(answer.headers.get("content-type") ?? "", /application\/json/, path);
  }
});
