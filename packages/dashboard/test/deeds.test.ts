/** What people do on the pages, each deed on the real service. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import { callApi, eventually } from "../../server/test/support/start-service.ts";
import { seriousFaults } from "./browser.ts";
import { openStage } from "./stage.ts";

const stage = await openStage();
after(() => stage.close());
const { service, platforms, call } = stage;

const clipboard = { permissions: ["clipboard-read", "clipboard-write"] };

/** What somebody can paste elsewhere. */
async function copied(page: Page): Promise<string> {
  const read = () => page.evaluate<string>("navigator.clipboard.readText()");
  return eventually(async () => (await read()) || undefined, "something is copied");
}

test("a key is made, shown once, copied, works, and is refused once it is revoked", async (t) => {
  await stage.makeTenant("keys");
  const page = await stage.open(t, clipboard);
  await page.goto("/keys?tenant=keys");
  await page.getByText("No key here yet").waitFor();
  await page.getByRole("button", { name: "Make a key" }).click();
  const form = page.getByRole("dialog", { name: "Make a key" });
  await form.getByRole("textbox", { name: "Name" }).fill("Rules");
  await form.getByRole("checkbox", { name: "deliveries:read" }).check();
  await form.getByRole("combobox", { name: "Expires" }).click();
  await page.getByRole("option", { name: "In 30 days" }).click();
  assert.deepEqual(await seriousFaults(page), []);
  await form.getByRole("button", { name: "Make the key" }).click();
  const told = page.getByRole("status").filter({ hasText: "it is not shown again" });
  await told.getByRole("button", { name: "Copy the key" }).click();
  const key = await copied(page);
  await told.getByText(key, { exact: true }).waitFor();
  const list = () => callApi(`${service.url}/v1/alert?tenant_id=keys`, key, "GET");
  assert.equal((await list()).status, 200);

  const row = page.getByRole("row").filter({ hasText: "Rules" });
  await row.getByText("alerts:write, deliveries:read").waitFor();
  await told.getByRole("button", { name: "I have it" }).click();
  await told.waitFor({ state: "detached" });
  await page.reload();
  await row.waitFor();
  assert.equal((await page.content()).includes(key), false);

  await row.getByRole("button", { name: "Revoke Rules" }).click();
  await page.getByRole("dialog").getByText("is refused at once, for good").waitFor();
  await page.getByRole("button", { name: "Revoke the key" }).click();
  await page.getByText("No key here yet").waitFor();
  assert.equal((await list()).status, 401);

  await page.goto("/audit?tenant=keys");
  await page.getByRole("cell", { name: "api key revoked" }).waitFor();
  await page.getByRole("cell", { name: "api key created" }).waitFor();
});

test("the audit log says who did what, finds it by kind, and leads to it", async (t) => {
  await stage.makeTenant("audited");
  const sink = await stage.makeSink("audited", "Audited sink");
  await call("POST", `/v1/event_sink/${sink.id}/pause`);
  const page = await stage.open(t);
  await page.goto("/audit?tenant=audited");
  const log = page.getByRole("table", { name: "Audit log" });
  await log.getByRole("row").filter({ hasText: "event sink paused" }).waitFor();
  await log.getByText("operator by key").first().waitFor();
  await page.getByRole("combobox", { name: "What" }).click();
  await page.getByRole("option", { name: "event_sink.created" }).click();
  await log.getByText("event sink paused").waitFor({ state: "detached" });
  assert.match(page.url(), /action=event_sink.created/);
  await log.getByRole("link", { name: "Audited sink" }).click();
  await page.getByRole("heading", { level: 1, name: "Audited sink" }).waitFor();
});

test("settings of a tenant are saved, or the API's refusal is shown; the service says that it is ready", async (t) => {
  await stage.makeTenant("tuned");
  await stage.makeSink("tuned", "Told when broken");
  const page = await stage.open(t);
  await page.goto("/settings?tenant=tuned");
  const days = page.getByRole("textbox", { name: "Days that settled alerts are kept" });
  await days.fill("12");
  await page.getByRole("combobox", { name: "Who is told when a sink breaks" }).click();
  await page.getByRole("option", { name: "Told when broken" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("status").getByText("Saved").waitFor();
  const { tenant } = await call("GET", "/v1/tenant/tuned");
  assert.equal(tenant.retention_days, 12);
  assert.equal(tenant.operational_event_sink_ids.length, 1);
  await page.reload();
  assert.equal(await days.inputValue(), "12");
  await page.getByRole("region", { name: "Service" }).getByText("ready", { exact: true }).waitFor();
});

test("a signing secret is shown and rotated only on wish, and not left on the page; the audit log notes it", async (t) => {
  await stage.makeTenant("signed");
  const sink = await stage.makeSink("signed", "Signed");
  const page = await stage.open(t, clipboard);
  await page.goto(`/sinks/${sink.id}`);
  const shown = page.getByRole("status").filter({ hasText: /whsec_/ });
  const secret = async () => /whsec_[\w+/]+=*/.exec((await shown.textContent()) ?? "")?.[0];
  await page.getByText("the audit log notes each time").waitFor();
  await page.getByRole("button", { name: "Show the secret" }).click();
  await shown.waitFor();
  const before = await secret();
  await page.getByRole("button", { name: "Rotate it…" }).click();
  await page.getByRole("button", { name: "Rotate it", exact: true }).click();
  await page.getByText("The former one signs too until").waitFor();
  const next = await secret();
  assert.notEqual(next, before);
  await page.getByRole("button", { name: "Copy the signing secret" }).click();
  assert.equal(await copied(page), next);
  await page.getByRole("button", { name: "I have it" }).click();
  await page.reload();
  await page.getByRole("button", { name: "Show the secret" }).waitFor();
  assert.equal(await shown.count(), 0);
  await page.goto("/audit?tenant=signed");
  await page.getByRole("cell", { name: "signing secret rotated" }).waitFor();
  await page.getByRole("cell", { name: "signing secret read" }).waitFor();

  const { api_key: made } = await call("POST", "/v1/api_key", {
    ...{ tenant_id: "signed", name: "No secrets" },
    scopes: ["sinks:read", "sinks:write", "deliveries:read"],
  });
  const other = await stage.open(t, { key: made.key });
  await other.goto(`/sinks/${sink.id}`);
  await other.getByText("that needs the scope secrets:read").waitFor();
  assert.equal(await other.getByRole("button", { name: /secret|Rotate/ }).count(), 0);
});

test("what a paused sink holds goes out when it resumes, or is canceled when the sink is deleted", async (t) => {
  await stage.makeTenant("held");
  const sink = await stage.makeSink("held", "Sometimes off", {
    Webhook: { url: `${platforms.webhook.url}held` },
  });
  const arrived = () => platforms.webhook.requests.filter(({ path }) => path === "/held").length;
  const send = () => call("POST", "/v1/alert", { tenant_id: "held", name: "Disk full" });
  const page = await stage.open(t);
  await page.goto(`/sinks/${sink.id}`);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("button", { name: "Resume" }).waitFor();
  await send();
  await page.getByRole("link", { name: "1 delivery" }).waitFor();
  assert.equal(arrived(), 0);
  await page.getByRole("button", { name: "Resume" }).click();
  await eventually(() => arrived() === 1, "what was held arrives");

  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("button", { name: "Resume" }).waitFor();
  const { alert } = await send();
  await page.getByRole("button", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete Sometimes off?" });
  await dialog.getByText("1 waiting delivery is canceled").waitFor();
  await dialog.getByText("Alerts that name it").waitFor();
  assert.deepEqual(await seriousFaults(page), []);
  await dialog.getByRole("button", { name: "Delete the sink" }).click();
  await page.getByText("No event sink yet").waitFor();
  await page.goto(`/alerts/${alert.uid}`);
  const deliveries = page.getByRole("region", { name: "Deliveries" });
  await deliveries.getByText("canceled", { exact: true }).waitFor();
  await deliveries.getByText("A deleted sink").waitFor();
});

test("what is held is shown by reason; what was canceled is counted, replayed in bulk, and arrives", async (t) => {
  await stage.makeTenant("bulk");
  const sink = await stage.makeSink("bulk", "Bulk", {
    Webhook: { url: `${platforms.webhook.url}bulk` },
  });
  const arrived = () => platforms.webhook.requests.filter(({ path }) => path === "/bulk").length;
  await call("POST", `/v1/event_sink/${sink.id}/pause`);
  await call("POST", "/v1/alert", { tenant_id: "bulk", name: "Disk full" });
  const page = await stage.open(t);
  await page.goto("/deliveries?tenant=bulk&state=canceled");
  const groups = page.getByRole("region", { name: "Not delivered, by reason" });
  await groups.getByText("1 held").waitFor();
  await page.goto("/deliveries?tenant=bulk&state=held");
  await page.getByRole("link", { name: "Disk full" }).waitFor();
  await page.goto("/deliveries?tenant=bulk&state=canceled");
  await call("POST", `/v1/event_sink/${sink.id}/resume`, { held: "discard" });
  await page.reload();
  await page.getByRole("button", { name: "Replay all that are canceled here…" }).click();
  await page.getByText("1 delivery", { exact: true }).waitFor();
  assert.deepEqual(await seriousFaults(page), []);
  await page.getByRole("button", { name: "Replay 1" }).click();
  await page.getByText("Done: 1 of 1 sent again").first().waitFor();
  await eventually(() => arrived() === 1, "the alert arrives");
});

const focused = (page: Page) =>
  page.evaluate("document.activeElement?.textContent || document.activeElement?.tagName");

test("the keyboard alone: j and k walk the rows, Enter opens one, / searches, ? helps, Escape leaves", async (t) => {
  await stage.makeTenant("typed");
  for (const name of ["First", "Second", "Third"]) {
    await call("POST", "/v1/alert", { tenant_id: "typed", name, event_sink_ids: [] });
  }
  const page = await stage.open(t);
  await page.goto("/alerts?tenant=typed");
  await page.getByRole("link", { name: "First" }).waitFor();
  const walk: unknown[] = [];
  for (const key of ["j", "j", "j", "j", "k"]) {
    await page.keyboard.press(key);
    walk.push(await focused(page));
  }
  // Newest first, and no further than the last.
  assert.deepEqual(walk, ["Third", "Second", "First", "First", "Second"]);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Second" }).waitFor();

  await page.keyboard.press("/");
  const isSearch = "document.activeElement?.getAttribute('type') === 'search'";
  await eventually(() => page.evaluate(isSearch), "the search has the focus");
  await page.keyboard.type("third");
  await page.getByRole("link", { name: "First" }).waitFor({ state: "detached" });
  assert.match(page.url(), /q=third/);
  await page.keyboard.press("Escape");
  await eventually(async () => (await focused(page)) !== "INPUT", "the field is left");
  await page.keyboard.press("Shift+?");
  const help = page.getByRole("dialog", { name: "Keys" });
  await help.getByText("next row").waitFor();
  assert.deepEqual(await seriousFaults(page), []);
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "detached" });
  await page.keyboard.press("j");
  assert.equal(await focused(page), "Third");
});

test("alerts are filtered by the rule that they name, from the page of one of them", async (t) => {
  await stage.makeTenant("ruled");
  for (const [name, rule] of [
    ["One", "rule-1"],
    ["Two", "rule-2"],
    ["Again", "rule-1"],
  ]) {
    const alert = { name, detection_rule_id: rule, dedup_key: `key of ${name}` };
    await call("POST", "/v1/alert", { tenant_id: "ruled", ...alert, event_sink_ids: [] });
  }
  const page = await stage.open(t);
  await page.goto("/alerts?tenant=ruled");
  await page.getByRole("link", { name: "One" }).click();
  await page.getByRole("link", { name: "rule-1" }).click();
  await page.getByRole("link", { name: "Again" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Two" }).count(), 0);
  assert.equal(await page.getByRole("textbox", { name: "Rule" }).inputValue(), "rule-1");
});

test("times stand in the viewer's zone, with UTC on hover", async (t) => {
  await stage.makeTenant("zoned");
  const { alert } = await call("POST", "/v1/alert", {
    ...{ tenant_id: "zoned", name: "When", event_sink_ids: [] },
  });
  const page = await stage.open(t, { timezoneId: "Asia/Kathmandu", locale: "en-GB" });
  await page.goto("/alerts?tenant=zoned");
  const time = page.getByRole("table", { name: "Alerts" }).locator("time");
  const at = String(await time.getAttribute("datetime"));
  assert.equal(Date.parse(at), Date.parse(alert.received_at));
  assert.equal(await time.getAttribute("title"), at.replace("T", " ").replace("Z", " UTC"));
  const clock = { timeZone: "Asia/Kathmandu", hour: "2-digit", minute: "2-digit" } as const;
  const local = new Intl.DateTimeFormat("en-GB", clock).format(new Date(at));
  assert.ok((await time.textContent())?.includes(local), `${await time.textContent()}: ${local}`);
});

test("whoever asks for less motion gets none", async (t) => {
  await stage.makeTenant("calm");
  const page = await stage.open(t, { reducedMotion: "reduce" });
  await page.goto("/keys?tenant=calm");
  await page.getByRole("button", { name: "Make a key" }).click();
  await page.getByRole("dialog").waitFor();
  const moving = `[...document.querySelectorAll("*")].filter((each) => {
    const { transitionDuration, animationName } = getComputedStyle(each);
    return !/^0s(, 0s)*$/.test(transitionDuration) || animationName !== "none";
  }).length`;
  assert.equal(await page.evaluate(moving), 0);
});

test("places, tables and charts have names for whoever does not see them", async (t) => {
  await stage.makeTenant("named");
  await call("POST", "/v1/alert", { tenant_id: "named", name: "Heard", event_sink_ids: [] });
  const page = await stage.open(t);
  await page.goto("/?tenant=named");
  await page.getByRole("navigation", { name: "Pages" }).waitFor();
  await page.getByRole("main").waitFor();
  await page.getByRole("table", { name: "Newest alerts" }).waitFor();
  // What a chart shows is in its name.
  await page.getByRole("img", { name: /^Alerts: .*1/ }).waitFor();
  await page.getByRole("button", { name: /^(Dark|Light) colours$/ }).click();
  await page.getByRole("combobox", { name: "Tenant" }).waitFor();
});

test("where the screen is narrow, filters beside the search fold away, and those set are counted", async (t) => {
  await stage.makeTenant("narrow");
  const page = await stage.open(t, { viewport: { width: 390, height: 800 } });
  await page.goto("/alerts?tenant=narrow&q=disk&severity=High&since=1h");
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
});
