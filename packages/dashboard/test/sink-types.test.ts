/**
 * Every sink type from its form to what arrives: made in the browser, sent to, broken, cured, and
 * what failed meanwhile sent again. The types are the API's own list, so a new one asks for its case here.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { defaultRoutingKey, defaultSlackToken, type Simulator } from "@event-sinks/simulators";
import type { Page } from "playwright-core";
import { eventually } from "../../server/test/support/start-service.ts";
import { readSinkTypes, type SinkField, type SinkTypeFields } from "../src/sink-fields.ts";
import { openStage } from "./stage.ts";

const stage = await openStage();
after(() => stage.close());
const { call, platforms } = stage;
const { slack, pagerduty, webhook, teams, discord, smtp } = platforms;

interface TypeCase {
  /** What somebody types, or chooses by a part of its name, for each field that must be given. */
  readonly given: Readonly<Record<string, string>>;
  /** What the platform took. */
  readonly taken: () => unknown;
  readonly fail: () => void;
  readonly behave: () => void;
}

const manyTimes = 1_000;

/** A platform that does not know where it should put things, until it behaves again. */
function losing(simulator: Simulator): Pick<TypeCase, "fail" | "behave"> {
  return {
    fail: () => simulator.answerNext(manyTimes, { status: 404, body: "" }),
    behave: () => simulator.behave(),
  };
}

const cases: Readonly<Record<string, TypeCase>> = {
  Webhook: { given: { url: webhook.url }, taken: () => webhook.deliveries, ...losing(webhook) },
  Slack: {
    given: { slack_integration_id: "Workspace", channel_id: "security-alerts" },
    taken: () => slack.messages("security-alerts"),
    fail: () => slack.changeChannel("security-alerts", { isArchived: true }),
    behave: () => slack.changeChannel("security-alerts", { isArchived: false }),
  },
  PagerDuty: {
    given: { integration_key: defaultRoutingKey },
    taken: () => pagerduty.events,
    fail: () => pagerduty.removeRoutingKey(defaultRoutingKey),
    behave: () => pagerduty.addRoutingKey(defaultRoutingKey),
  },
  MicrosoftTeams: {
    given: { url: teams.url },
    taken: () => teams.cards,
    fail: () => teams.setState("Disabled"),
    behave: () => teams.setState("Enabled"),
  },
  Discord: { given: { url: discord.url }, taken: () => discord.messages, ...losing(discord) },
  Email: {
    given: { to: "security@example.com" },
    taken: () => smtp.mails,
    fail: () => smtp.refuseNext(manyTimes, "recipient", 550, "5.1.1 no such mailbox"),
    behave: () => smtp.behave(),
  },
};

const types = readSinkTypes(await call("GET", "/openapi.json"), "post");

before(async () => {
  await stage.makeTenant("types");
  const workspace = { tenant_id: "types", name: "Workspace", bot_token: defaultSlackToken };
  await call("POST", "/v1/slack_integration", workspace);
});

test("every type that the API has is tested here", () => {
  assert.deepEqual(Object.keys(cases).sort(), types.map(({ wireName }) => wireName).sort());
});

for (const type of types) {
  test(`${type.title}: made by its form, sent to, broken, cured, and what failed sent again`, async (t) => {
    const tested = cases[type.wireName];
    assert.ok(tested !== undefined, `no case for ${type.wireName}`);
    const page = await stage.open(t, { reducedMotion: "reduce" });
    const sinkUrl = await makeSink(page, type, tested);
    const isTaken = (name: string) => JSON.stringify(tested.taken()).includes(name);
    await sendAndOpen(page, sinkUrl, `First by ${type.wireName}`);
    await deliveryState(page, "delivered");
    assert.ok(isTaken(`First by ${type.wireName}`));

    tested.fail();
    const during = `During by ${type.wireName}`;
    const alertUrl = await sendAndOpen(page, sinkUrl, during);
    await deliveryState(page, /^(pending|held|failed)$/);
    await page.goto(sinkUrl);
    const health = page.getByRole("region", { name: "Health" });
    await health.getByText(/^(failing|broken|paused)$/).waitFor();
    const cure = await health.getByRole("status").textContent();
    assert.ok((cure ?? "").length > 40, `no cure: ${cure}`);
    assert.equal(isTaken(during), false);

    tested.behave();
    const resume = page.getByRole("button", { name: "Resume" });
    if (await resume.isVisible()) await resume.click();
    await page.getByRole("button", { name: "Send a test" }).click();
    await page.getByRole("region", { name: "Test" }).getByText("delivered").first().waitFor();
    await health.getByText("healthy", { exact: true }).waitFor();
    await page.goto(alertUrl);
    await page.getByRole("button", { name: /^(Try again now|Send again)$/ }).click();
    await deliveryState(page, "delivered");
    await eventually(() => isTaken(during), "what failed arrives");
  });
}

/** Fills in the form; answers the address of the sink's page. */
async function makeSink(page: Page, type: SinkTypeFields, { given }: TypeCase): Promise<string> {
  await page.goto("/sinks/new?tenant=types");
  await page.locator("label", { hasText: new RegExp(`^${type.title}$`) }).click();
  await page.getByRole("textbox", { name: "Name" }).fill(type.wireName);
  for (const field of type.fields) {
    const value = given[field.name];
    if (value !== undefined) await fillIn(page, field, value);
    else assert.ok(!field.isRequired, `the form asks for ${field.name}: say here what it is given`);
  }
  await page.getByRole("button", { name: "Add the sink" }).click();
  await page.getByRole("heading", { level: 1, name: type.wireName }).waitFor();
  return page.url();
}

async function fillIn(page: Page, { label, kind }: SinkField, value: string): Promise<void> {
  const input = page.getByLabel(label, { exact: false }).first();
  if (kind === "text" || kind === "lines") return input.fill(value);
  await input.click();
  if (kind === "slack_channel") await input.fill(value);
  await page.getByRole("option", { name: value }).first().click();
}

/** Sends an alert to the sink and opens it; answers the address of its page. */
async function sendAndOpen(page: Page, sinkUrl: string, name: string): Promise<string> {
  const id = new URL(sinkUrl).pathname.split("/").at(-1);
  const body = { tenant_id: "types", name, severity: "High", event_sink_ids: [id] };
  const { alert } = await call("POST", "/v1/alert", body);
  await page.goto(`/alerts/${alert.uid}?tenant=types`);
  await page.getByRole("heading", { level: 1, name }).waitFor();
  return page.url();
}

async function deliveryState(page: Page, state: string | RegExp): Promise<void> {
  const deliveries = page.getByRole("region", { name: "Deliveries" });
  await deliveries.getByText(state, { exact: true }).first().waitFor();
}
