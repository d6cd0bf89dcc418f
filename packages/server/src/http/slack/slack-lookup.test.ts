import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import {
  defaultSlackToken,
  defaultSlackWorkspace,
  type SlackSimulator,
  startSlackSimulator,
} from "@event-sinks/simulators";
import { type FreshHttp, openFreshHttp } from "../../../test/support/fresh-http.ts";
import { systemClock } from "../../clock.ts";
import { operatorSlackIntegrationId } from "../../domain/event-sink.ts";
import { Secret } from "../../secret.ts";
import { putOperatorSlackIntegration } from "./operator-slack-integration.ts";

const path = "/v1/event_sink";
const postOnlyToken = "xoxb-100000000001-200000000002-post-only";
let slack: SlackSimulator;
let http: FreshHttp;
let integrationId: string;
before(async () => {
  const tokens = [
    ...defaultSlackWorkspace.tokens,
    { token: postOnlyToken, scopes: ["chat:write"] },
  ];
  slack = await startSlackSimulator({
    rates: "unlimited",
    workspaces: [{ ...defaultSlackWorkspace, tokens }],
  });
  const vendors = { slackApi: slack.url, pagerduty: "http://127.0.0.1:9" };
  http = await openFreshHttp({ settings: { vendors }, deps: { clock: systemClock } });
  await http.call("POST", "/v1/tenant", { tenant_id: "acme" });
  integrationId = await integrate(defaultSlackToken);
});
beforeEach(() => slack.behave());
after(async () => {
  await http.close();
  await slack.stop();
});

async function integrate(bot_token: string): Promise<string> {
  const body = { tenant_id: "acme", name: "Acme's Slack", bot_token };
  const made = await http.call("POST", "/v1/slack_integration", body);
  assert.equal(made.status, 200, made.text);
  return made.json.slack_integration.id;
}

function create(channel: object, options = {}, slack_integration_id = integrationId) {
  const event_sink_args = { Slack: { slack_integration_id, ...channel } };
  const body = { tenant_id: "acme", name: "Slack", description: "", event_sink_args };
  return http.call("POST", path, body, options);
}

test("a channel id is looked up, and its name shown", async () => {
  const { status, json, headers } = await create({ channel_id: "C0ALERTS001" });
  assert.equal(status, 200);
  assert.equal(
    JSON.stringify(json.event_sink.configuration),
    `{"Slack":{"channel_id":"C0ALERTS001","channel_name":"security-alerts","slack_integration_id":"${integrationId}"}}`,
  );
  assert.equal(headers["deprecation"], undefined);
});

test("a channel name is resolved, with or without #, and answered with a Deprecation header", async () => {
  for (const channel of ["#security-alerts", "security-alerts"]) {
    const { json, headers } = await create({ channel, channel_id: null });
    assert.equal(json.event_sink.configuration.Slack.channel_id, "C0ALERTS001");
    assert.match(String(headers["deprecation"]), /^@\d+$/);
  }
});

test("Slack's definite no is a 400 that names the field and the cure", async () => {
  const refused: [object, string, RegExp][] = [
    [{ channel_id: "C0NOTTHERE1" }, "channel_id", /\/invite/],
    [{ channel: "#no-such-channel" }, "channel", /no channel #no-such-channel/],
    [{ channel_id: "C0ARCHIVED1" }, "channel_id", /archived/],
    // Private channels that the app is not in do not exist for it.
    [{ channel_id: "C0PRIVATE02" }, "channel_id", /if the channel is private.+\/invite @/],
    [{ channel: "#private-elsewhere" }, "channel", /if it is private.+\/invite @/],
  ];
  for (const [channel, field, cure] of refused) {
    const { status, json } = await create(channel);
    assert.equal(status, 400);
    assert.equal(json.code, "slack_refused");
    assert.equal(json.details[0].path, `event_sink_args.Slack.${field}`);
    assert.match(json.error, cure);
  }
});

test("a token that may post but not look up makes a sink all the same", async () => {
  const id = await integrate(postOnlyToken);
  const { status, json } = await create({ channel_id: "C0ALERTS001" }, {}, id);
  assert.equal(status, 200);
  assert.equal(json.event_sink.configuration.Slack.channel_name, null);
});

test("when Slack gives no answer the sink is stored, to be resolved at first use", async () => {
  slack.answerNext(10, { status: 503, body: "down" });
  const byId = await create({ channel_id: "C0ALERTS001" });
  assert.equal(byId.status, 200);
  assert.equal(byId.json.event_sink.configuration.Slack.channel_name, null);
  const byName = await create({ channel: "#security-alerts" });
  assert.equal(byName.status, 200);
  assert.equal(byName.json.event_sink.configuration.Slack.channel_id, null);
});

test("Slack that hangs is waited for five seconds in all", async () => {
  slack.behaveNext(10, { kind: "hang" });
  const started = performance.now();
  const { status } = await create({ channel: "#security-alerts" });
  const tookMs = performance.now() - started;
  assert.equal(status, 200);
  assert.ok(tookMs > 4_500 && tookMs < 7_000, `${tookMs} ms`);
});

test("an update moves the channel, but not to another integration", async () => {
  const { id } = (await create({ channel_id: "C0ALERTS001" })).json.event_sink;
  const update = (args: object) =>
    http.call("PUT", `${path}/${id}`, { id, event_sink_args: { Slack: args } });
  const moved = await update({ channel_id: "C0PRIVATE01" });
  assert.deepEqual(moved.json.event_sink.configuration.Slack, {
    channel_id: "C0PRIVATE01",
    channel_name: "private-alerts",
    slack_integration_id: integrationId,
  });
  const byName = await update({ channel: "#security-alerts" });
  assert.equal(byName.json.event_sink.configuration.Slack.channel_id, "C0ALERTS001");
  assert.match(String(byName.headers["deprecation"]), /^@\d+$/);
  const other = await update({ slack_integration_id: await integrate(defaultSlackToken) });
  assert.equal(other.status, 400);
  assert.equal(other.json.code, "slack_integration_fixed");
});

test("an integration that is not there, or another tenant's, is a 400 that names it", async () => {
  const unknown = "00000000-0000-7000-8000-000000000000";
  const strangers = { tenant_id: "stranger", name: "n", bot_token: defaultSlackToken };
  await http.call("POST", "/v1/tenant", { tenant_id: "stranger" });
  const theirs = await http.call("POST", "/v1/slack_integration", strangers);
  for (const id of [unknown, theirs.json.slack_integration.id]) {
    const { status, json } = await create({ channel_id: "C0ALERTS001" }, {}, id);
    assert.equal(status, 400);
    assert.equal(json.code, "slack_integration_not_found");
    assert.equal(json.details[0].path, "event_sink_args.Slack.slack_integration_id");
    assert.ok(json.error.includes(id));
  }
});

test("the operator's own integration serves sinks saved with the operator key only", async () => {
  const channel = { channel_id: "C0ALERTS001" };
  const missing = await create(channel, {}, operatorSlackIntegrationId);
  assert.equal(missing.json.code, "slack_integration_not_found");
  assert.match(missing.json.error, /EVENT_SINKS_SLACK_BOT_TOKEN/);

  const put = await putOperatorSlackIntegration(http.deps, new Secret(defaultSlackToken));
  await put.checked;
  const got = await http.call("GET", `/v1/slack_integration/${operatorSlackIntegrationId}`);
  assert.equal(got.json.slack_integration.tenant_id, null);
  assert.equal(got.json.slack_integration.team_name, "Simulated");
  const made = await create(channel, {}, operatorSlackIntegrationId);
  assert.equal(made.status, 200);
  const { id } = made.json.event_sink;

  const key = await http.tenantKey("acme");
  const byTenant = await create(channel, { key }, operatorSlackIntegrationId);
  assert.equal(byTenant.status, 403);
  const args = { Slack: { channel_id: "C0PRIVATE01" } };
  const body = { id, event_sink_args: args };
  assert.equal((await http.call("PUT", `${path}/${id}`, body, { key })).status, 403);
  assert.equal((await http.call("PUT", `${path}/${id}`, { id, name: "n" }, { key })).status, 200);

  const gone = await http.call("DELETE", `/v1/slack_integration/${operatorSlackIntegrationId}`);
  assert.equal(gone.status, 409);
});

test("the start does not wait for Slack, and says in the log what Slack said", async () => {
  slack.answerNext(1, { status: 503, body: "down" });
  const put = await putOperatorSlackIntegration(http.deps, new Secret(defaultSlackToken));
  await put.checked;
  assert.ok(http.log.some((line) => line.includes("slack_integration.not_checked")));
  assert.ok(!http.log.join("").includes(defaultSlackToken));
});
