/** The dashboard in a real browser, on the real service. */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import type { Page, Request } from "playwright-core";
import {
  eventually,
  freshDirectory,
  type RunningService,
  startService,
} from "../../server/test/support/start-service.ts";
import { startBelievableService } from "./believable-service.ts";
import { openBrowser, seriousFaults } from "./browser.ts";

/** A receiver whose answer can be changed. */
async function serve(t: TestContext) {
  const received: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      received.push(body);
      response.writeHead(receiver.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const receiver = { status: 204, received, url: `http://127.0.0.1:${port}/` };
  return receiver;
}

async function signIn(page: Page, service: RunningService): Promise<void> {
  await page.goto(service.url);
  await page.getByLabel("API key").fill(service.operatorKey);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Overview" }).waitFor();
}

test("first steps: a sink is added, an alert sent and seen to arrive; then it fails, and heals", async (t) => {
  const receiver = await serve(t);
  const service = await startService(t, await freshDirectory(t));
  const page = await (await openBrowser(t)).newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));

  await page.goto(service.url);
  await page.getByLabel("API key").fill("esk_wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText("key", { exact: false }).first().waitFor();
  await signIn(page, service);
  await page.getByPlaceholder("acme").fill("acme");
  await page.getByRole("textbox", { name: "Name" }).fill("Triage");
  await page.getByRole("textbox", { name: "URL" }).fill("ftp://nowhere");
  await page.getByRole("button", { name: "Add the sink" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByRole("textbox", { name: "URL" }).fill(receiver.url);
  await page.getByRole("button", { name: "Add the sink" }).click();
  await page.getByRole("link", { name: "Triage" }).waitFor();
  await page.getByRole("button", { name: /Send "A first alert"/ }).click();
  await page.getByRole("status").getByText("delivered").waitFor();
  assert.equal(receiver.received.length, 1);
  await page.getByRole("button", { name: "To the overview" }).click();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await page.getByText("Live", { exact: true }).waitFor();

  receiver.status = 500;
  await page.getByRole("link", { name: "Event sinks" }).click();
  await page.getByRole("link", { name: "Triage" }).click();
  await page.getByRole("button", { name: "Send a test" }).click();
  await page.getByText("HTTP 500").first().waitFor();
  await service.call("POST", "/v1/alert", { tenant_id: "acme", name: "Disk full" });
  await page.getByText("failing").waitFor();
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByRole("region", { name: "Needs attention" }).getByText("Triage").waitFor();
  receiver.status = 204;
  await page.getByRole("button", { name: "Test now: Triage" }).click();
  await page.getByText("HTTP 204").first().waitFor();
  await page.getByRole("link", { name: "Disk full" }).click();
  await page.getByText("Attempt 1", { exact: true }).waitFor();
  await page.getByRole("button", { name: /^(Try again now|Send again)$/ }).click();
  await page.getByText("Attempt 2", { exact: true }).waitFor();
  await eventually(() => receiver.received.length >= 4, "the retry");
  assert.deepEqual(errors, []);
  await service.stop();
});

test("alert text is text everywhere, on pages that allow no inline script", async (t) => {
  const service = await startService(t, await freshDirectory(t));
  const receiver = await serve(t);
  const markup = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
  await service.call("POST", "/v1/event_sink", {
    tenant_id: "acme",
    name: markup,
    description: markup,
    event_sink_args: { Webhook: { url: receiver.url } },
  });
  const { json } = await service.call("POST", "/v1/alert", {
    tenant_id: "acme",
    name: markup,
    description: markup,
    dedup_key: markup,
    results_table: { columns: [markup], rows: [[markup]], total_row_count: 1 },
  });
  const answer = await fetch(`${service.url}/alerts`);
  assert.match(answer.headers.get("content-security-policy") ?? "", /script-src 'self';/);
  const page = await (await openBrowser(t)).newPage();
  await signIn(page, service);
  for (const path of ["", "sinks", "alerts", `alerts/${json.alert.uid}`, "deliveries", "audit"]) {
    await page.goto(`${service.url}/${path}`);
    await page.getByText("<img src=x", { exact: false }).first().waitFor();
    assert.equal(await page.evaluate("window.hacked"), undefined, path);
  }
  await service.stop();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`no serious fault for assistive technology on any page, ${colorScheme}`, async (t) => {
    const service = await startService(t, await freshDirectory(t));
    const receiver = await serve(t);
    const made = await service.call("POST", "/v1/event_sink", {
      tenant_id: "acme",
      name: "Triage",
      description: "",
      event_sink_args: { Webhook: { url: receiver.url } },
    });
    const sent = await service.call("POST", "/v1/alert", { tenant_id: "acme", name: "Disk full" });
    const { event_sink: sink } = made.json;
    const { alert, deliveries } = sent.json;
    const context = await openBrowser(t, { colorScheme, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(service.url);
    await page.getByLabel("API key").waitFor();
    assert.deepEqual(await seriousFaults(page), [], "sign in");
    await signIn(page, service);
    const one = [`sinks/${sink.id}`, `alerts/${alert.uid}`, `deliveries/${deliveries[0].id}`];
    const lists = [
      "",
      "sinks",
      "sinks/new",
      "alerts",
      "deliveries?state=failed",
      "slack",
      "keys",
      "audit",
      "settings",
    ];
    for (const path of [...lists, ...one]) {
      await page.goto(`${service.url}/${path}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForLoadState("networkidle");
      assert.deepEqual(await seriousFaults(page), [], path);
    }
    await service.stop();
  });
}

test("a Slack sink by its channel's name, and an alert as Slack and PagerDuty show it", async (t) => {
  const { service, tenantId, platforms } = await startBelievableService(t);
  const page = await (await openBrowser(t)).newPage();
  await signIn(page, service);
  await page.goto(`${service.url}/sinks/new?tenant=${tenantId}`);
  await page.locator("label", { hasText: /^Slack$/ }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Second channel");
  await page.getByLabel("Slack integration", { exact: false }).first().click();
  await page.getByRole("option", { name: /Acme workspace/ }).click();
  await page.getByLabel("Channel ID", { exact: false }).first().fill("security");
  await page.getByRole("option", { name: /#security-alerts/ }).click();
  await page.getByRole("button", { name: "Add the sink" }).click();
  await page.getByRole("heading", { name: "Second channel" }).waitFor();
  const before = platforms.slack.messages("security-alerts").length;
  await page.getByRole("button", { name: "Send a test" }).click();
  await page.getByText("HTTP 200").first().waitFor();
  assert.equal(platforms.slack.messages("security-alerts").length, before + 1);

  const { json } = await service.call("GET", `/v1/alert?tenant_id=${tenantId}&severity=High`);
  await page.goto(`${service.url}/alerts/${json.data.alerts.at(-1).uid}`);
  await page.getByRole("heading", { level: 3, name: /High: AWS IAM/ }).waitFor();
  await page.getByRole("tab", { name: "PagerDuty" }).click();
  await page.getByText(/trigger · /).waitFor();
  await service.stop();
});

test("what is held is shown by reason; what was canceled is counted, replayed in bulk, and arrives", async (t) => {
  const service = await startService(t, await freshDirectory(t));
  const receiver = await serve(t);
  const { json } = await service.call("POST", "/v1/event_sink", {
    tenant_id: "acme",
    name: "Triage",
    description: "",
    event_sink_args: { Webhook: { url: receiver.url } },
  });
  const page = await (await openBrowser(t)).newPage();
  await signIn(page, service);
  await page.goto(`${service.url}/sinks/${json.event_sink.id}`);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("button", { name: "Resume" }).waitFor();
  await service.call("POST", "/v1/alert", { tenant_id: "acme", name: "Disk full" });
  await page.goto(`${service.url}/deliveries?tenant=acme&state=canceled`);
  const groups = page.getByRole("region", { name: "Not delivered, by reason" });
  await groups.getByText("1 held").waitFor();
  await service.call("POST", `/v1/event_sink/${json.event_sink.id}/resume`, { held: "discard" });
  await page.reload();
  await page.getByRole("button", { name: "Replay all that are canceled here…" }).click();
  await page.getByText("1 delivery", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Replay 1" }).click();
  await page.getByText("Done: 1 of 1 sent again").first().waitFor();
  await eventually(() => receiver.received.length === 1, "the alert arrives");
  await service.stop();
});

test("where the screen is narrow, filters beside the search fold away, and those set are counted", async (t) => {
  const service = await startService(t, await freshDirectory(t));
  await service.call("POST", "/v1/tenant", { tenant_id: "acme" });
  const narrow = { viewport: { width: 390, height: 800 } };
  const page = await (await openBrowser(t, narrow)).newPage();
  await signIn(page, service);
  await page.goto(`${service.url}/alerts?tenant=acme&q=disk&severity=High&since=1h`);
  const tag = page.getByRole("textbox", { name: "Tag" });
  const button = page.getByRole("button", { name: "Filters (2)" });
  await button.waitFor();
  assert.equal(await page.getByRole("searchbox", { name: "Search" }).inputValue(), "disk");
  assert.equal(await tag.isVisible(), false);
  await button.click();
  await tag.fill("prod");
  await page.getByRole("button", { name: "Filters (3)" }).click();
  assert.equal(await tag.isVisible(), false);
  await page.setViewportSize({ width: 1200, height: 800 });
  await tag.waitFor();
  assert.equal(await page.getByRole("button", { name: /^Filters/ }).isVisible(), false);
  await service.stop();
});

test("the first load is small, and nothing on the overview moves once it is there", async (t) => {
  const { service } = await startBelievableService(t);
  const page = await (await openBrowser(t)).newPage();
  await page.addInitScript(`globalThis.shifts = [];
    new PerformanceObserver((list) => {
      for (const { value } of list.getEntries()) shifts.push(value);
    }).observe({ type: "layout-shift", buffered: true });`);
  const finished: Request[] = [];
  page.on("requestfinished", (request) => {
    if (request.url().includes("/assets/")) finished.push(request);
  });
  await signIn(page, service);
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  const sizes = await Promise.all(finished.map((request) => request.sizes()));
  const sent = sizes.reduce((sum, { responseBodySize }) => sum + responseBodySize, 0);
  assert.ok(sent > 50_000 && sent < 300_000, `${sent} bytes`);
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await page.getByText("Live", { exact: true }).waitFor();
  await page.getByRole("table", { name: "Newest alerts" }).waitFor();
  const shift = await page.evaluate("shifts.reduce((sum, each) => sum + each, 0)");
  assert.ok(Number(shift) < 0.1, `layout shift ${shift}`);
  await service.stop();
});

test("what is not the dashboard's stays the API's to answer", async (t) => {
  const service = await startService(t, await freshDirectory(t));
  const html = await fetch(`${service.url}/sinks/some-id?tenant=acme`);
  assert.match(await html.text(), /<div id="root">/);
  for (const path of ["/v1/nothing", "/nothing", "/assets/../../package.json"]) {
    const answer = await fetch(service.url + path);
    assert.ok(answer.status === 404 || answer.status === 401, path);
    assert.match(answer.headers.get("content-type") ?? "", /application\/json/, path);
  }
  await service.stop();
});
