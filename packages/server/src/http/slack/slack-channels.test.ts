import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import {
  defaultSlackToken,
  defaultSlackWorkspace,
  type SlackOptions,
  type SlackSimulator,
  startSlackSimulator,
} from "@event-sinks/simulators";
import { createFakeClock, type FakeClock } from "../../../test/support/fake-clock.ts";
import { type FreshHttp, openFreshHttp } from "../../../test/support/fresh-http.ts";

const publicOnlyToken = "xoxb-100000000001-200000000002-public-only";
const postOnlyToken = "xoxb-100000000001-200000000002-post-only";
const tokens = [
  ...defaultSlackWorkspace.tokens,
  { token: publicOnlyToken, scopes: ["chat:write", "channels:read"] },
  { token: postOnlyToken, scopes: ["chat:write"] },
];
let clock: FakeClock;
let slack: SlackSimulator;
let http: FreshHttp;

/** A workspace with channels `team-0000`, `team-0001`, … after those of the default one. */
async function open(count: number, rates: SlackOptions["rates"] = "unlimited"): Promise<void> {
  clock = createFakeClock();
  const more = Array.from({ length: count }, (_, index) => {
    const digits = String(index).padStart(4, "0");
    return { id: `C0TEAM${digits}`, name: `team-${digits}` };
  });
  const channels = [...defaultSlackWorkspace.channels, ...more];
  const workspaces = [{ ...defaultSlackWorkspace, channels, tokens }];
  slack = await startSlackSimulator({ clock, workspaces, rates });
  const vendors = { slackApi: slack.url, pagerduty: "http://127.0.0.1:9" };
  http = await openFreshHttp({ settings: { vendors }, deps: { clock } });
  await http.call("POST", "/v1/tenant", { tenant_id: "acme" });
}
beforeEach(() => open(0));
afterEach(close);

async function close(): Promise<void> {
  await http.close();
  await slack.stop();
}

async function reopen(count: number, rates?: SlackOptions["rates"]): Promise<void> {
  await close();
  await open(count, rates);
}

async function integrate(bot_token = defaultSlackToken): Promise<string> {
  const body = { tenant_id: "acme", name: "Acme's Slack", bot_token };
  const made = await http.call("POST", "/v1/slack_integration", body);
  return made.json.slack_integration.id;
}

function channels(id: string, query = "", options = {}) {
  return http.call("GET", `/v1/slack_integration/${id}/channels${query}`, undefined, options);
}

const namesOf = (json: { data: { channels: { name: string }[] } }) =>
  json.data.channels.map(({ name }) => name);

const lists = () => slack.requests.filter(({ path }) => path.endsWith("conversations.list")).length;

test("channels the app can see are listed by name, private and joined ones marked", async () => {
  const { status, json } = await channels(await integrate());
  assert.equal(status, 200);
  assert.deepEqual(json, {
    data: {
      channels: [
        { id: "C0OUTSIDE01", name: "not-invited", is_private: false, is_member: false },
        { id: "C0PRIVATE01", name: "private-alerts", is_private: true, is_member: true },
        { id: "C0ALERTS001", name: "security-alerts", is_private: false, is_member: true },
      ],
    },
    pagination: null,
  });
});

test("a query finds any part of a name, with or without # and whatever the case", async () => {
  const id = await integrate();
  for (const query of ["alerts", "%23ALERTS"]) {
    const { json } = await channels(id, `?query=${query}`);
    assert.deepEqual(namesOf(json), ["private-alerts", "security-alerts"]);
  }
  assert.deepEqual(namesOf((await channels(id, "?query=nothing")).json), []);
});

test("pages go on where the last one ended, within a query", async () => {
  await reopen(1_200);
  const id = await integrate();
  const seen: string[] = [];
  let token = "";
  do {
    const query = `?query=team-&pagination[page_size]=500&pagination[page_token]=${token}`;
    const { json } = await channels(id, query);
    seen.push(...namesOf(json));
    token = json.pagination?.next_page_token ?? "";
  } while (token !== "");
  assert.equal(seen.length, 1_200);
  assert.deepEqual(seen, [...new Set(seen)].sort());
  const bad = await channels(id, "?pagination[page_token]=bm9uc2Vuc2U");
  assert.equal(bad.json.code, "invalid_page_token");
  assert.equal((await channels(id, "?name=x")).json.code, "unknown_field");
});

test("Slack is asked once in five minutes, then again", async () => {
  const id = await integrate();
  await Promise.all([channels(id), channels(id, "?query=a")]);
  await channels(id);
  assert.equal(lists(), 1);
  clock.advance(5 * 60_000);
  slack.changeChannel("C0OUTSIDE01", { name: "invited" });
  assert.deepEqual(namesOf((await channels(id, "?query=invited")).json), ["invited"]);
  assert.equal(lists(), 2);
});

test("Slack's rate limit makes the list partial, and reading goes on where it stopped", async () => {
  await reopen(1_200, { callsPerMinute: { "conversations.list": 2 } });
  const id = await integrate();
  const partial = await channels(id, "?query=team-0001");
  assert.equal(partial.status, 200);
  assert.equal(partial.json.is_partial, true);
  assert.ok(Number(partial.headers["retry-after"]) > 0);
  const missing = await channels(id, "?query=team-1199");
  assert.equal(missing.status, 429);
  assert.equal(missing.json.code, "rate_limited");
  assert.equal(lists(), 3, "not asked again while Slack wants to be left alone");
  clock.advance(Number(missing.headers["retry-after"]) * 1_000);
  const found = await channels(id, "?query=team-1199");
  assert.deepEqual(namesOf(found.json), ["team-1199"]);
  assert.equal(found.json.is_partial, undefined);
  assert.equal(lists(), 4);
});

test("an old list still answers while Slack limits or is down", async () => {
  const id = await integrate();
  await channels(id);
  clock.advance(5 * 60_000);
  slack.answerNext(1, { status: 429, headers: { "retry-after": "30" } });
  assert.equal(namesOf((await channels(id)).json).length, 3);
  clock.advance(30_000);
  slack.answerNext(1, { status: 503 });
  const old = await channels(id);
  assert.equal(namesOf(old.json).length, 3);
  assert.equal(old.json.is_partial, undefined);
});

test("without an answer from Slack nothing is made up", async () => {
  const id = await integrate();
  slack.answerNext(1, { status: 503 });
  const down = await channels(id);
  assert.equal(down.status, 503);
  assert.ok(Number(down.headers["retry-after"]) > 0);
});

test("without groups:read the public channels are listed; without any scope the cure is told", async () => {
  const publicOnly = await channels(await integrate(publicOnlyToken));
  assert.deepEqual(namesOf(publicOnly.json), ["not-invited", "security-alerts"]);
  const none = await channels(await integrate(postOnlyToken));
  assert.equal(none.status, 400);
  assert.equal(none.json.code, "slack_refused");
  assert.match(none.json.error, /scope channels:read/);
});

test("a token that Slack has revoked marks the integration", async () => {
  const id = await integrate();
  slack.setTokenError(defaultSlackToken, "account_inactive");
  const refused = await channels(id);
  assert.equal(refused.status, 400);
  assert.match(refused.json.error, /removed from the workspace/);
  const { json } = await http.call("GET", `/v1/slack_integration/${id}`);
  assert.equal(json.slack_integration.revoked_reason, "account_inactive");
});

test("a new token is a new list", async () => {
  const id = await integrate(publicOnlyToken);
  await channels(id);
  await http.call("PUT", `/v1/slack_integration/${id}`, { id, bot_token: defaultSlackToken });
  assert.equal(namesOf((await channels(id)).json).length, 3);
});

test("another tenant's channels are not there", async () => {
  const id = await integrate();
  const key = await http.tenantKey("stranger");
  assert.equal((await channels(id, "", { key })).status, 404);
  assert.equal((await channels("nonsense")).status, 404);
  assert.equal(lists(), 0);
});
