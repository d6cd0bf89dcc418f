import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  defaultSlackToken,
  defaultSlackWorkspace,
  type SlackSimulator,
  startSlackSimulator,
} from "@event-sinks/simulators";
import { type FreshHttp, openFreshHttp } from "../../../test/support/fresh-http.ts";

const path = "/v1/slack_integration";
const postOnlyToken = "xoxb-100000000001-200000000002-post-only";
const otherTeamToken = "xoxb-100000000003-200000000004-elsewhere";
let slack: SlackSimulator;
let http: FreshHttp;
before(async () => {
  const tokens = [
    ...defaultSlackWorkspace.tokens,
    { token: postOnlyToken, scopes: ["chat:write"] },
  ];
  const elsewhere = { id: "T0ELSEWHERE", name: "Elsewhere", domain: "elsewhere", channels: [] };
  slack = await startSlackSimulator({
    rates: "unlimited",
    workspaces: [
      { ...defaultSlackWorkspace, tokens },
      { ...elsewhere, tokens: [{ token: otherTeamToken, scopes: ["chat:write"] }] },
    ],
  });
  const vendors = { slackApi: slack.url, pagerduty: "http://127.0.0.1:9" };
  http = await openFreshHttp({ settings: { vendors } });
  await http.call("POST", "/v1/tenant", { tenant_id: "acme" });
});
after(async () => {
  await http.close();
  await slack.stop();
});

const body = { tenant_id: "acme", name: "Acme's Slack", bot_token: defaultSlackToken };

test("an integration is made from a bot token that Slack knows, which never comes back", async () => {
  const made = await http.call("POST", path, body);
  assert.equal(made.status, 200);
  const { slack_integration: shown } = made.json;
  assert.deepEqual(shown, {
    id: shown.id,
    tenant_id: "acme",
    name: "Acme's Slack",
    team_id: "T0SIMULATED",
    team_name: "Simulated",
    bot_user_id: "U0SIMULATED",
    bot_name: "event_sinks",
    scopes: ["chat:write", "channels:read", "groups:read"],
    created_at: "2026-01-01T00:00:00Z",
    updated_at: "2026-01-01T00:00:00Z",
  });
  const got = await http.call("GET", `${path}/${shown.id.toUpperCase()}`);
  assert.deepEqual(got.json, made.json);
  const list = await http.call("GET", `${path}?tenant_id=acme`);
  assert.deepEqual(list.json, { data: { slack_integrations: [shown] }, pagination: null });
  const stored = await http.fresh.store.getSlackIntegration({ tenantId: null, id: shown.id });
  for (const text of [made.text, got.text, list.text, JSON.stringify(stored), http.log.join("")]) {
    assert.ok(!text.includes(defaultSlackToken));
  }
  const deleted = await http.call("DELETE", `${path}/${shown.id}`);
  assert.equal(deleted.text, `{"id":"${shown.id}","tenant_id":"acme"}`);
  assert.equal((await http.call("GET", `${path}/${shown.id}`)).status, 404);
});

test("a token that Slack refuses is a 400 with Slack's reason and the cure, without the token", async () => {
  const bot_token = "xoxb-000000000000-wrong";
  const answer = await http.call("POST", path, { ...body, bot_token });
  assert.equal(answer.status, 400);
  assert.equal(answer.json.code, "slack_refused");
  assert.equal(answer.json.details[0].path, "bot_token");
  assert.match(answer.json.error, /invalid_auth/);
  assert.ok(!answer.text.includes(bot_token));
});

test("what is no bot token is not sent to Slack", async () => {
  const before = slack.requests.length;
  for (const bot_token of ["xoxp-user-token", "", "xoxb-with space", "xoxb-1\r\nx: y"]) {
    const answer = await http.call("POST", path, { ...body, bot_token });
    assert.equal(answer.status, 400);
    assert.equal(answer.json.details[0].path, "bot_token");
  }
  assert.equal(slack.requests.length, before);
});

test("when Slack gives no answer the token is not stored, and the call can be repeated", async () => {
  slack.answerNext(1, { status: 503, body: "down" });
  const answer = await http.call("POST", path, body);
  assert.equal(answer.status, 503);
  assert.ok(Number(answer.headers["retry-after"]) > 0);
});

test("an unknown tenant is a 404 before Slack is asked", async () => {
  const before = slack.requests.length;
  const answer = await http.call("POST", path, { ...body, tenant_id: "nobody" });
  assert.equal(answer.json.code, "unknown_tenant");
  assert.equal(slack.requests.length, before);
});

test("an integration that sinks use is not deleted, and the answer names them", async () => {
  const { id } = (await http.call("POST", path, body)).json.slack_integration;
  const event_sink_args = { Slack: { channel_id: "C0ALERTS001", slack_integration_id: id } };
  const sink = { tenant_id: "acme", name: "Slack", description: "", event_sink_args };
  const user = (await http.call("POST", "/v1/event_sink", sink)).json.event_sink.id;
  const refused = await http.call("DELETE", `${path}/${id}`);
  assert.equal(refused.status, 409);
  assert.ok(refused.json.error.includes(user));
  await http.call("DELETE", `/v1/event_sink/${user}`);
  assert.equal((await http.call("DELETE", `${path}/${id}`)).status, 200);
});

test("a new token of the same workspace replaces the old one and heals it; another's does not", async () => {
  const made = (await http.call("POST", path, body)).json.slack_integration;
  const stored = await http.fresh.store.getSlackIntegration({ tenantId: null, id: made.id });
  assert.ok(stored);
  await http.fresh.store.putSlackIntegration({ ...stored, revokedReason: "token_revoked" });
  const broken = (await http.call("GET", `${path}/${made.id}`)).json.slack_integration;
  assert.equal(broken.revoked_reason, "token_revoked");

  const put = (change: object) => http.call("PUT", `${path}/${made.id}`, { ...broken, ...change });
  const renamed = await put({ name: "Renamed" });
  assert.equal(renamed.json.slack_integration.name, "Renamed");
  assert.equal(renamed.json.slack_integration.revoked_reason, "token_revoked");

  const elsewhere = await put({ bot_token: otherTeamToken });
  assert.equal(elsewhere.status, 400);
  assert.equal(elsewhere.json.details[0].path, "bot_token");
  assert.match(elsewhere.json.error, /Elsewhere.+T0ELSEWHERE.+Simulated/);

  const healed = await put({ bot_token: postOnlyToken });
  assert.equal(healed.status, 200, healed.text);
  assert.equal(healed.json.slack_integration.revoked_reason, undefined);
  assert.deepEqual(healed.json.slack_integration.scopes, ["chat:write"]);
  assert.notEqual(
    healed.json.slack_integration.updated_at,
    renamed.json.slack_integration.updated_at,
  );
  assert.ok(!healed.text.includes(postOnlyToken));
  const other = await http.call("PUT", `${path}/${made.id}`, { id: made.id.replace("0", "1") });
  assert.equal(other.json.code, "id_mismatch");
});

test("a token posted for a workspace whose integration was revoked heals that one", async () => {
  await http.call("POST", "/v1/tenant", { tenant_id: "healed" });
  const mine = { ...body, tenant_id: "healed" };
  const { id } = (await http.call("POST", path, mine)).json.slack_integration;
  const stored = await http.fresh.store.getSlackIntegration({ tenantId: null, id });
  assert.ok(stored);
  await http.fresh.store.putSlackIntegration({ ...stored, revokedReason: "account_inactive" });
  const again = (await http.call("POST", path, mine)).json.slack_integration;
  assert.equal(again.id, id);
  assert.equal(again.revoked_reason, undefined);
  const third = (await http.call("POST", path, mine)).json.slack_integration;
  assert.notEqual(third.id, id);
});

test("another tenant's integration is not there", async () => {
  const { id } = (await http.call("POST", path, body)).json.slack_integration;
  const key = await http.tenantKey("stranger");
  assert.equal((await http.call("GET", `${path}/${id}`, undefined, { key })).status, 404);
  assert.equal((await http.call("DELETE", `${path}/${id}`, undefined, { key })).status, 404);
  assert.equal((await http.call("PUT", `${path}/${id}`, { id, name: "n" }, { key })).status, 404);
});
