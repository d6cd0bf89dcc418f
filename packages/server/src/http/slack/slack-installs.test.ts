import assert from "node:assert/strict";
import { after, afterEach, beforeEach, test } from "node:test";
import {
  defaultSlackApp,
  defaultSlackToken,
  type SlackOptions,
  type SlackSimulator,
  startSlackSimulator,
} from "@event-sinks/simulators";
import { createFakeClock, type FakeClock } from "../../../test/support/fake-clock.ts";
import { type FreshHttp, openFreshHttp } from "../../../test/support/fresh-http.ts";
import { Secret } from "../../secret.ts";
import { installScopes } from "../../sinks/slack/oauth.ts";
import type { HttpSettings } from "../http-deps.ts";

const installPath = "/v1/slack_integration/install";
const publicUrl = "https://sinks.example.com/base/";
const { clientId } = defaultSlackApp;
const slackApp = { clientId, clientSecret: new Secret(defaultSlackApp.clientSecret) };
let clock: FakeClock;
let slack: SlackSimulator;
let http: FreshHttp;

async function open(
  app: NonNullable<SlackOptions["app"]> = {},
  settings: Partial<HttpSettings> = {},
): Promise<void> {
  await close();
  clock = createFakeClock();
  slack = await startSlackSimulator({ clock, app, rates: "unlimited" });
  const vendors = { slackApi: slack.url, pagerduty: "http://127.0.0.1:9" };
  http = await openFreshHttp({
    settings: { vendors, publicUrl, slackApp, ...settings },
    deps: { clock },
  });
  await http.call("POST", "/v1/tenant", { tenant_id: "acme" });
}

async function close(): Promise<void> {
  await http?.close();
  await slack?.stop();
}

beforeEach(() => open());
afterEach(() => {
  const texts = http.log.join("");
  assert.ok(!/xox[be]|[?&](code|state)=/.test(texts), texts);
});
after(close);

async function begin(body: object = {}): Promise<string> {
  const answer = await http.call("POST", installPath, { tenant_id: "acme", ...body });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(Object.keys(answer.json), ["authorize_url", "expires_at"]);
  return answer.json.authorize_url;
}

/** What the browser does: no key, and the path as the proxy in front passes it on. */
function comeBack(callbackUrl: string) {
  const { search } = new URL(callbackUrl);
  return http.call("GET", `/v1/slack_integration/callback${search}`, undefined, { key: null });
}

async function install(body: object = {}) {
  const answer = await comeBack(slack.approveInstall(await begin(body)));
  assert.equal(answer.status, 200, answer.text);
  return answer.json.slack_integration;
}

const integrations = async () =>
  (await http.call("GET", "/v1/slack_integration?tenant_id=acme")).json.data.slack_integrations;

test("a person approves the link, and the tenant has an integration that works", async () => {
  const link = new URL(await begin());
  assert.equal(link.origin + link.pathname, slack.authorizeUrl);
  const query = Object.fromEntries(link.searchParams);
  assert.equal(query["redirect_uri"], `${publicUrl}v1/slack_integration/callback`);
  assert.equal(query["scope"], installScopes.join(","));
  assert.equal(Buffer.from(query["state"] ?? "", "base64url").length, 32);
  assert.equal(query["code_challenge_method"], "S256");

  const answer = await comeBack(slack.approveInstall(link.href));
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.json.installed, /workspace Simulated.*, for the tenant acme\./);
  assert.equal(answer.headers["cache-control"], "no-store");
  assert.equal(answer.headers["referrer-policy"], "no-referrer");
  const [shown] = await integrations();
  assert.deepEqual(answer.json.slack_integration, shown);
  assert.equal(shown.name, "Simulated");
  assert.equal(shown.tenant_id, "acme");
  assert.deepEqual(shown.scopes, [...installScopes]);
  assert.equal(shown.token_expires_at, undefined);
  assert.ok(!/xox[be]/.test(answer.text), answer.text);

  const event_sink_args = {
    Slack: { channel: "#security-alerts", slack_integration_id: shown.id },
  };
  const sink = { tenant_id: "acme", name: "s", description: "", event_sink_args };
  const made = await http.call("POST", "/v1/event_sink", sink);
  assert.equal(made.json.event_sink.configuration.Slack.channel_id, "C0ALERTS001");
});

test("a state works once, for ten minutes, and only as it was given out", async () => {
  const back = slack.approveInstall(await begin());
  const forged = new URL(back);
  forged.searchParams.set("state", Buffer.alloc(32, 1).toString("base64url"));
  assert.equal((await comeBack(forged.href)).status, 400);
  assert.equal((await comeBack("https://x/?code=1")).status, 400);
  assert.equal((await comeBack(back)).status, 200);
  const replayed = await comeBack(back);
  assert.equal(replayed.status, 400);
  assert.equal(replayed.json.details[0].path, "state");
  assert.match(replayed.json.error, /was used.+Start again/);

  const late = slack.approveInstall(await begin());
  clock.advance(10 * 60_000);
  assert.equal((await comeBack(late)).status, 400);
  assert.equal((await integrations()).length, 1);
});

test("a denial is told as such and uses the state up", async () => {
  const link = await begin();
  const denied = await comeBack(slack.denyInstall(link));
  assert.equal(denied.status, 400);
  assert.equal(denied.json.code, "slack_refused");
  assert.match(denied.json.error, /access_denied.+not approved/);
  assert.equal((await comeBack(slack.approveInstall(link))).json.code, "invalid_request");
  assert.deepEqual(await integrations(), []);
});

test("the store keeps no state and no verifier that could be read", async () => {
  const link = new URL(await begin());
  const state = link.searchParams.get("state") ?? "";
  const { createHash } = await import("node:crypto");
  const stateHash = createHash("sha256").update(state).digest("hex");
  const kept = await http.fresh.store.takeSlackInstall({ stateHash, now: clock.now() });
  assert.ok(kept);
  assert.ok(!JSON.stringify(kept).includes(state));
  assert.deepEqual(Object.keys(kept).sort(), [
    "expiresAt",
    "name",
    "sealedSecrets",
    "stateHash",
    "tenantId",
  ]);
});

test("the same workspace again replaces the token, heals, and keeps the id and the name", async () => {
  const first = await install({ name: "Ours" });
  assert.equal(first.name, "Ours");
  const before = await http.fresh.store.getSlackIntegration({ tenantId: null, id: first.id });
  assert.ok(before);
  await http.fresh.store.putSlackIntegration({ ...before, revokedReason: "account_inactive" });
  const second = await install();
  assert.equal(second.id, first.id);
  assert.equal(second.name, "Ours");
  assert.equal(second.revoked_reason, undefined);
  const stored = await http.fresh.store.getSlackIntegration({ tenantId: null, id: first.id });
  assert.notEqual(stored?.sealedSecrets, before.sealedSecrets);
  assert.equal((await integrations()).length, 1);
});

test("a pasted token's integration of the same workspace takes over the install's token", async () => {
  const pasted = { tenant_id: "acme", name: "Pasted", bot_token: defaultSlackToken };
  const { id } = (await http.call("POST", "/v1/slack_integration", pasted)).json.slack_integration;
  assert.equal((await install()).id, id);
  await http.call("POST", "/v1/tenant", { tenant_id: "other" });
  assert.notEqual((await install({ tenant_id: "other" })).id, id);
});

test("where the app may not use PKCE the code is exchanged without it", async () => {
  await open({ allowsPkce: false });
  const link = new URL(await begin());
  // As a consent page would that looks at no challenge.
  link.searchParams.delete("code_challenge");
  link.searchParams.delete("code_challenge_method");
  const answer = await comeBack(slack.approveInstall(link.href));
  assert.equal(answer.status, 200, answer.text);
  const plain = new URL(await begin({ pkce: false }));
  assert.equal(plain.searchParams.has("code_challenge"), false);
  assert.equal((await comeBack(slack.approveInstall(plain.href))).status, 200);
});

test("a code of another install does not fit the verifier", async () => {
  const stolen = new URL(slack.approveInstall(await begin()));
  const mine = new URL(slack.approveInstall(await begin()));
  mine.searchParams.set("code", stolen.searchParams.get("code") ?? "");
  const answer = await comeBack(mine.href);
  assert.equal(answer.status, 400);
  assert.match(answer.json.error, /invalid_code_verifier/);
});

test("wrong client settings and a Slack that is down are told apart", async () => {
  const back = slack.approveInstall(await begin());
  slack.refuseNext(1, "bad_client_secret", { path: "oauth.v2.access" });
  const wrong = await comeBack(back);
  assert.equal(wrong.status, 400);
  assert.match(wrong.json.error, /bad_client_secret.+EVENT_SINKS_SLACK_CLIENT_SECRET/);
  const again = slack.approveInstall(await begin());
  slack.answerNext(1, { status: 503, body: "down" });
  const down = await comeBack(again);
  assert.equal(down.status, 503);
  assert.match(down.json.error, /Slack answered 503\. Start again/);
});

test("where tokens rotate the integration says until when its token is good", async () => {
  await open({ hasTokenRotation: true });
  const shown = await install();
  assert.equal(shown.token_expires_at, "2026-01-01T12:00:00Z");
});

test("a look-up renews a token that has run out", async () => {
  await open({ hasTokenRotation: true });
  const { id } = await install();
  clock.advance(12 * 60 * 60_000);
  const event_sink_args = { Slack: { channel_id: "C0ALERTS001", slack_integration_id: id } };
  const sink = { tenant_id: "acme", name: "s", description: "", event_sink_args };
  const made = await http.call("POST", "/v1/event_sink", sink);
  assert.equal(made.json.event_sink.configuration.Slack.channel_name, "security-alerts");
  const [shown] = await integrations();
  assert.equal(shown.token_expires_at, "2026-01-02T00:00:00Z");
});

test("without the app's settings the answer names them", async () => {
  await open({}, { slackApp: null });
  const none = await http.call("POST", installPath, { tenant_id: "acme" });
  assert.equal(none.status, 409);
  assert.equal(none.json.code, "not_configured");
  assert.match(none.json.error, /EVENT_SINKS_SLACK_CLIENT_ID and EVENT_SINKS_SLACK_CLIENT_SECRET/);
  await open({}, { publicUrl: null });
  const nowhere = await http.call("POST", installPath, { tenant_id: "acme" });
  assert.match(nowhere.json.error, /EVENT_SINKS_PUBLIC_URL/);
  await http.app.listen({ host: "127.0.0.1", port: 0 });
  const link = new URL(await begin());
  assert.match(
    link.searchParams.get("redirect_uri") ?? "",
    /^http:\/\/127\.0\.0\.1:\d+\/v1\/slack_integration\/callback$/,
  );
});

test("an install is begun for one's own tenant, and one that is there", async () => {
  const key = await http.tenantKey("acme2");
  const stranger = await http.call("POST", installPath, { tenant_id: "acme" }, { key });
  assert.equal(stranger.status, 403);
  const nobody = await http.call("POST", installPath, { tenant_id: "nobody" });
  assert.equal(nobody.json.code, "unknown_tenant");
});
