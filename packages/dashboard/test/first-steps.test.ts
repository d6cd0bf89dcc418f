/** Whoever comes first: an empty service, its three steps, keys that sign in, and tenants to choose from. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { eventually } from "../../server/test/support/start-service.ts";
import { seriousFaults } from "./browser.ts";
import { openStage } from "./stage.ts";

const stage = await openStage();
after(() => stage.close());
const { service, platforms, call } = stage;

test("an empty service greets with three steps: a sink is added, an alert sent and seen to arrive", async (t) => {
  const page = await stage.open(t, { key: null, reducedMotion: "reduce" });
  await page.goto("/");
  await page.getByLabel("API key").fill("esk_wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText("key", { exact: false }).first().waitFor();
  await page.getByLabel("API key").fill(service.operatorKey);
  await page.getByRole("button", { name: "Sign in" }).click();

  await page.getByRole("heading", { level: 1, name: "Three steps" }).waitFor();
  assert.deepEqual(await seriousFaults(page), []);
  await page.getByPlaceholder("acme").fill("acme");
  await page.getByRole("textbox", { name: "Name" }).fill("Triage");
  await page.getByRole("textbox", { name: "URL" }).fill("ftp://nowhere");
  await page.getByRole("button", { name: "Add the sink" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByRole("textbox", { name: "URL" }).fill(platforms.webhook.url);
  await page.getByRole("button", { name: "Add the sink" }).click();
  await page.getByRole("link", { name: "Triage" }).waitFor();
  await page.getByRole("button", { name: /Send "A first alert"/ }).click();
  await page.getByRole("status").getByText("delivered").waitFor();
  await page.getByText("done", { exact: true }).nth(2).waitFor();
  assert.equal(platforms.webhook.requests.length, 1);
  await page.getByRole("button", { name: "To the overview" }).click();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await page.getByText("Live", { exact: true }).waitFor();
});

test("the commands beside the steps do what the buttons do", async (t) => {
  const { api_key: made } = await call("POST", "/v1/api_key", {
    ...{ tenant_id: null, name: "Shell", scopes: ["sinks:write", "alerts:write"] },
  });
  await stage.makeTenant("shell");
  const page = await stage.open(t);
  await page.goto("/?tenant=shell");
  const commands = page.getByRole("region", { name: "The same with curl" });
  await commands.nth(1).waitFor();
  const [makeSink = "", sendAlert = ""] = await commands.allTextContents();
  for (const command of [
    makeSink.replace(/"https:[^"]*"/, `"${platforms.webhook.url}"`),
    sendAlert,
  ]) {
    const { status, text } = await runCurl(command, made.key);
    assert.ok(status === 200 || status === 202, `${command}\n${text}`);
  }
  await eventually(async () => {
    const { data } = await call("GET", "/v1/delivery?tenant_id=shell&state=delivered");
    return data.deliveries.length === 1;
  }, "the alert arrives");
});

/** Makes the call that a curl command names, as a shell would give it. */
async function runCurl(command: string, key: string) {
  const [, url = ""] = /^curl "([^"]+)"/.exec(command) ?? [];
  const headers = [...command.matchAll(/-H "([^:]+): ([^"]+)"/g)].map(([, name, value]) => [
    name ?? "",
    (value ?? "").replace("$API_KEY", key),
  ]);
  const [, body = ""] = /-d '([\s\S]+)'$/.exec(command) ?? [];
  const answer = await fetch(url, { method: "POST", headers: Object.fromEntries(headers), body });
  return { status: answer.status, text: await answer.text() };
}

test("an operator chooses whose data is shown and adds tenants; a tenant's key sees its own alone", async (t) => {
  await stage.makeTenant("globex");
  await stage.makeSink("globex", "Globex on call");
  await call("POST", "/v1/alert", { tenant_id: "globex", name: "Globex door open" });
  const page = await stage.open(t);
  await page.goto("/sinks?tenant=acme");
  await page.getByRole("link", { name: "Triage" }).waitFor();
  await page.getByRole("combobox", { name: "Tenant" }).click();
  await page.getByRole("option", { name: "globex" }).click();
  await page.getByRole("link", { name: "Globex on call" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Triage" }).count(), 0);
  assert.match(page.url(), /\/sinks\?tenant=globex$/);

  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("textbox", { name: "Its id" }).fill("not a tenant");
  await page.getByRole("button", { name: "Add the tenant" }).click();
  await page.getByRole("alert").getByText("tenant_id", { exact: false }).first().waitFor();
  await page.getByRole("textbox", { name: "Its id" }).fill("initech");
  await page.getByRole("button", { name: "Add the tenant" }).click();
  await page.getByRole("heading", { level: 1, name: "Three steps" }).waitFor();
  assert.match(page.url(), /tenant=initech/);

  const { api_key: made } = await call("POST", "/v1/api_key", {
    ...{ tenant_id: "globex", name: "Globex viewer" },
    scopes: ["sinks:read", "deliveries:read"],
  });
  const own = await stage.open(t, { key: made.key });
  await own.goto("/");
  await own.getByRole("link", { name: "Globex door open" }).waitFor();
  assert.equal(await own.getByRole("combobox", { name: "Tenant" }).count(), 0);
  await own.goto("/sinks?tenant=acme");
  await own.getByRole("link", { name: "Globex on call" }).waitFor();
});

test("who signs out is out, and no key stays in the browser", async (t) => {
  const page = await stage.open(t, { key: null });
  await page.goto("/alerts?tenant=globex");
  await page.getByLabel("API key").fill(service.operatorKey);
  await page.getByRole("button", { name: "Sign in" }).click();
  // Where the address leads, not the overview.
  await page.getByRole("link", { name: "Globex door open" }).waitFor();
  const kept = "JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])";
  assert.doesNotMatch(String(await page.evaluate(kept)), /esk_|event_sinks_session/);
  const cookies = await page.context().cookies();
  assert.deepEqual(
    cookies.map(({ httpOnly, sameSite }) => [httpOnly, sameSite]),
    [[true, "Strict"]],
  );
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("API key").waitFor();
  await page.goto("/alerts?tenant=globex");
  await page.getByLabel("API key").waitFor();
  assert.equal(await page.getByText("Globex door open").count(), 0);
});
