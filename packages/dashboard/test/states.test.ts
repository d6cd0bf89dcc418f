/** What pages say when something is not as it should be, and what they do when nobody looks. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { seriousFaults } from "./browser.ts";
import { openStage } from "./stage.ts";

const stage = await openStage();
after(() => stage.close());
const { call } = stage;
await stage.makeTenant("acme");
await stage.makeSink("acme", "Triage");
await call("POST", "/v1/alert", { tenant_id: "acme", name: "Disk full" });

test("a service that does not answer is told as such, and a button goes on when it does", async (t) => {
  const page = await stage.open(t);
  await page.goto("/alerts?tenant=acme");
  await page.getByRole("link", { name: "Disk full" }).waitFor();
  await page.context().setOffline(true);
  await page.getByRole("searchbox", { name: "Search" }).fill("disk");
  const problem = page.getByRole("alert");
  await problem.getByText("The service does not answer").waitFor();
  await problem.getByText("Is it running").waitFor();
  await page.context().setOffline(false);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("link", { name: "Disk full" }).waitFor();
  await problem.waitFor({ state: "detached" });
});

test("a key that may not do something is told which scope that needs", async (t) => {
  const { api_key: made } = await call("POST", "/v1/api_key", {
    ...{ tenant_id: "acme", name: "Sender", scopes: ["alerts:write"] },
  });
  const page = await stage.open(t, { key: made.key });
  for (const path of ["/", "/sinks", "/deliveries", "/keys", "/audit"]) {
    await page.goto(path);
    const problem = page.getByRole("alert").first();
    await problem.getByText("Your key may not do this").waitFor();
    await problem.getByText("needs the scope").waitFor();
  }
  assert.deepEqual(await seriousFaults(page), []);
});

test("what is not there says so, with a way on", async (t) => {
  const page = await stage.open(t);
  const unknown = "01900000-0000-7000-8000-000000000000";
  for (const path of ["/sinks", "/alerts", "/deliveries"]) {
    await page.goto(`${path}/${unknown}?tenant=acme`);
    await page.getByRole("alert").getByText("This is not here").waitFor();
  }
  await page.goto("/sinks/one/two/three");
  await page.getByText("There is no such page").waitFor();
  assert.deepEqual(await seriousFaults(page), []);
  await page.getByRole("link", { name: "To the overview" }).click();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
});

test("lists that filters leave empty say what to do, and one click shows all again", async (t) => {
  const page = await stage.open(t);
  await page.goto("/alerts?tenant=acme&q=nowhere");
  await page.getByText("No alert is like that").waitFor();
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByRole("link", { name: "Disk full" }).waitFor();
});

test("a session that ends while a page is open leads to signing in, and back to that page", async (t) => {
  const { api_key: made } = await call("POST", "/v1/api_key", {
    ...{ tenant_id: "acme", name: "Short", scopes: ["deliveries:read", "sinks:read"] },
  });
  const page = await stage.open(t, { key: made.key });
  await page.goto("/alerts");
  await page.getByRole("link", { name: "Disk full" }).waitFor();
  await call("DELETE", `/v1/api_key/${made.id}`);
  await page.getByRole("status").getByText("Your session has ended").waitFor();
  assert.deepEqual(await seriousFaults(page), []);
  await page.getByLabel("API key").fill(stage.service.operatorKey);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Disk full" }).waitFor();
  assert.match(page.url(), /\/alerts/);
});

/** Puts a page into the background, or brings it back, as far as it can tell. */
const setHidden = (isHidden: boolean) => `
  Object.defineProperty(document, "hidden", { configurable: true, get: () => ${isHidden} });
  Object.defineProperty(document, "visibilityState",
    { configurable: true, get: () => "${isHidden ? "hidden" : "visible"}" });
  document.dispatchEvent(new Event("visibilitychange"));`;

test("live updates stop while nobody looks, and go on when somebody does", async (t) => {
  await stage.makeTenant("watched");
  await call("POST", "/v1/alert", { tenant_id: "watched", name: "One", event_sink_ids: [] });
  const page = await stage.open(t);
  await page.goto("/?tenant=watched");
  await page.getByText("Live", { exact: true }).waitFor();
  const ended = page.waitForEvent("requestfailed", (request) => /stream/.test(request.url()));
  await page.evaluate(setHidden(true));
  // The page itself hangs up.
  await ended;
  await page.getByText("Live", { exact: true }).waitFor({ state: "detached" });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await call("POST", "/v1/alert", { tenant_id: "watched", name: "Two", event_sink_ids: [] });
  // Longer than the shortest time after which a page that is looked at asks again.
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  assert.deepEqual(asked, []);
  await page.evaluate(setHidden(false));
  await page.getByText("Live", { exact: true }).waitFor();
  await page.getByRole("link", { name: "Two" }).waitFor();
});
