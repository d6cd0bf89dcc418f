import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, afterEach, beforeEach, test } from "node:test";
import { defaultSlackApp, type SlackSimulator, startSlackSimulator } from "@event-sinks/simulators";
import { createFakeClock, type FakeClock } from "../../test/support/fake-clock.ts";
import { type FreshStore, openFreshStore } from "../../test/support/fresh-store.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { EventSink, SlackIntegration } from "../domain/event-sink.ts";
import { healthySince } from "../domain/sink-health.ts";
import { newId } from "../ids.ts";
import { createLog } from "../log.ts";
import { createOutbound } from "../outbound/create-outbound.ts";
import { createSealer } from "../sealer.ts";
import { Secret } from "../secret.ts";
import { exchangeCodeRequest, readInstall } from "../sinks/slack/oauth.ts";
import type { Store } from "../store/store.ts";
import { noteSinkVerdict } from "./note-slack-verdict.ts";
import {
  createTokenRefresher,
  isRefreshDue,
  type RefreshDeps,
  withTokens,
} from "./refresh-slack-token.ts";
import { makeReady, type ReadySink } from "./sending-sinks.ts";

const hourMs = 60 * 60_000;
const { clientId } = defaultSlackApp;
const slackApp = { clientId, clientSecret: new Secret(defaultSlackApp.clientSecret) };
const sealer = createSealer(randomBytes(32));
const outbound = createOutbound({ allowCidrs: ["127.0.0.0/8"] });
const lines: string[] = [];
const log = createLog({ level: "debug", destination: { write: (line) => lines.push(line) } });
let clock: FakeClock;
let slack: SlackSimulator;
let fresh: FreshStore;
let integration: SlackIntegration;
let sink: ReadySink;

beforeEach(async () => {
  clock = createFakeClock();
  slack = await startSlackSimulator({ clock, app: { hasTokenRotation: true }, rates: "unlimited" });
  fresh = await openFreshStore();
  await fresh.store.createTenant({ id: "acme", createdAt: 0 });
  integration = await installed();
  sink = readySink(integration);
});
afterEach(async () => {
  await slack.stop();
  await fresh.close();
  assert.ok(!/xox[be]/.test(lines.join("")), "a token in the log");
});
after(() => outbound.close());

/** An integration with a rotating pair, as the install stores it. */
async function installed(): Promise<SlackIntegration> {
  const redirectUri = "http://127.0.0.1:9/callback";
  const query = { client_id: clientId, scope: "chat:write", redirect_uri: redirectUri };
  const back = slack.approveInstall(`${slack.authorizeUrl}?${new URLSearchParams(query)}`);
  const code = new Secret(new URL(back).searchParams.get("code") ?? "");
  const grant = { code, redirectUri, codeVerifier: null };
  const request = exchangeCodeRequest(grant, { slackApi: slack.url, slackApp });
  const result = await outbound.send({ ...request, policy: "vendor", timeoutMs: 5_000 });
  assert.ok(result.kind === "response");
  const tokens = readInstall(result, {}, clock.now());
  assert.ok(tokens.kind === "granted");
  const id = newId();
  const { teamId, teamName, botUserId } = tokens;
  const made: SlackIntegration = {
    ...{
      id,
      tenantId: "acme",
      name: "Acme",
      teamId,
      teamName,
      botUserId,
      botName: null,
      scopes: [],
    },
    ...{ revokedReason: null, tokenExpiresAt: null, sealedSecrets: "" },
    ...{ createdAt: clock.now(), updatedAt: clock.now() },
  };
  const stored = withTokens(made, {}, tokens, { sealer, clock });
  await fresh.store.putSlackIntegration(stored);
  return stored;
}

function readySink(slackIntegration: SlackIntegration): ReadySink {
  const eventSink: EventSink = {
    ...{ id: newId(), tenantId: "acme", name: "s", description: "", type: "slack" },
    settings: { slack_integration_id: slackIntegration.id, channel_id: "C0ALERTS001" },
    ...{ sealedSecrets: null, savedByOperator: false, version: 1, createdAt: 0, updatedAt: 0 },
  };
  return makeReady({ eventSink, health: healthySince(0), slackIntegration }, sealer);
}

function depsWith(change: Partial<RefreshDeps> = {}): RefreshDeps {
  const vendors = { slackApi: slack.url };
  return { store: fresh.store, sealer, outbound, vendors, clock, log, slackApp, ...change };
}

const stored = async () => {
  const found = await fresh.store.getSlackIntegration({ tenantId: null, id: integration.id });
  assert.ok(found);
  return found;
};

const refreshes = () =>
  slack.requests.filter(({ body }) => body.includes("grant_type=refresh_token")).length;

async function tokenWorks(ready: ReadySink | null): Promise<boolean> {
  const token = ready?.secrets["bot_token"]?.reveal() ?? "";
  const url = `${slack.url}auth.test`;
  const answer = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
  });
  const body: unknown = await answer.json();
  return typeof body === "object" && body !== null && Reflect.get(body, "ok") === true;
}

test("a token that has run out is renewed, and the new pair stored before it is used", async () => {
  clock.advance(12 * hourMs);
  assert.equal(await tokenWorks(sink), false);
  const refreshed = await createTokenRefresher(depsWith())(sink);
  assert.ok(await tokenWorks(refreshed));
  const now = await stored();
  assert.notEqual(now.sealedSecrets, integration.sealedSecrets);
  assert.equal(now.tokenExpiresAt, clock.now() + 12 * hourMs);
  assert.deepEqual(refreshed?.slackIntegration, now);
  clock.advance(12 * hourMs);
  assert.ok(await tokenWorks(await createTokenRefresher(depsWith())(readySink(now))));
  assert.equal(refreshes(), 2);
});

test("two refreshers at once, on connections of their own, refresh once and both go on", async () => {
  clock.advance(12 * hourMs);
  const other = fresh.connect();
  const waiting: Clock = { now: () => clock.now(), setTimer: systemClock.setTimer };
  const refreshers = [fresh.store, other].map((store: Store) =>
    createTokenRefresher(depsWith({ store, clock: waiting })),
  );
  const ready = await Promise.all(
    [...refreshers, ...refreshers].map((refresh) => refresh(readySink(integration))),
  );
  for (const one of ready) assert.ok(await tokenWorks(one));
  assert.equal(refreshes(), 1);
  await other.close();
});

test("whoever comes late uses what another has stored", async () => {
  clock.advance(12 * hourMs);
  await createTokenRefresher(depsWith())(sink);
  assert.ok(await tokenWorks(await createTokenRefresher(depsWith())(sink)));
  assert.equal(refreshes(), 1);
});

test("a definite no marks the integration, and its sinks say what to do", async () => {
  clock.advance(12 * hourMs);
  slack.refuseNext(1, "invalid_refresh_token", { path: "oauth.v2.access" });
  const refresh = createTokenRefresher(depsWith());
  assert.equal(await refresh(sink), null);
  const now = await stored();
  assert.equal(now.revokedReason, "invalid_refresh_token");
  assert.equal(now.sealedSecrets, integration.sealedSecrets);
  const problem = readySink(now).integrationProblem;
  assert.match(problem?.detail ?? "", /invalid_refresh_token.+Install the app again/);
  assert.equal(await refresh(sink), null);
  assert.equal(refreshes(), 1);
});

test("no answer, a rate limit or wrong client settings end nothing, and the next try may go well", async () => {
  clock.advance(12 * hourMs);
  const refresh = createTokenRefresher(depsWith());
  slack.answerNext(1, { status: 503 });
  assert.equal(await refresh(sink), null);
  slack.answerNext(1, { status: 429, headers: { "retry-after": "3" } });
  assert.equal(await refresh(sink), null);
  slack.behaveNext(1, { kind: "drop", when: "before_reading" });
  assert.equal(await refresh(sink), null);
  slack.refuseNext(1, "bad_client_secret", { path: "oauth.v2.access" });
  assert.equal(await refresh(sink), null);
  assert.equal(await createTokenRefresher(depsWith({ slackApp: null }))(sink), null);
  assert.deepEqual(await stored(), integration);
  assert.ok(await tokenWorks(await refresh(sink)));
});

test("a token without a refresh token cannot be renewed, and says so", async () => {
  const secrets = { bot_token: new Secret("xoxe.xoxb-1-pasted") };
  const pasted = { ...integration, sealedSecrets: sealer.seal(secrets, integration) };
  await fresh.store.putSlackIntegration(pasted);
  assert.equal(await createTokenRefresher(depsWith())(readySink(pasted)), null);
  assert.equal((await stored()).revokedReason, "token_expired");
  assert.equal(refreshes(), 0);
});

test("in its last hour a token is renewed ahead; a no then ends nothing and is not asked for again at once", async () => {
  assert.equal(isRefreshDue(sink, clock.now()), false);
  clock.advance(11 * hourMs + 1);
  assert.equal(isRefreshDue(sink, clock.now()), true);
  const refresh = createTokenRefresher(depsWith());
  slack.refuseNext(1, "invalid_refresh_token", { path: "oauth.v2.access" });
  assert.equal(await refresh(sink, true), null);
  assert.equal(await refresh(sink, true), null);
  assert.equal((await stored()).revokedReason, null);
  assert.equal(refreshes(), 1);
  clock.advance(60_000);
  const ahead = await refresh(sink, true);
  assert.ok(ahead && (await tokenWorks(ahead)));
  assert.equal(isRefreshDue(ahead, clock.now()), false);
});

test("a new token that was stored meanwhile is not overwritten", async () => {
  clock.advance(12 * hourMs);
  const reinstalled = await installed();
  const { id, createdAt } = integration;
  const secrets = sealer.unseal(reinstalled.sealedSecrets, reinstalled);
  const newer = { ...reinstalled, id, createdAt };
  await fresh.store.putSlackIntegration({ ...newer, sealedSecrets: sealer.seal(secrets, newer) });
  assert.ok(await tokenWorks(await createTokenRefresher(depsWith())(sink)));
  assert.equal(refreshes(), 0);
});

test("an install that Slack says is over is marked until Slack accepts it again, but not one that was renewed meanwhile", async () => {
  const request = { method: "POST", url: slack.url, headers: {}, body: null };
  const answer = (error: string | null) => {
    const body = JSON.stringify(error === null ? { ok: true } : { ok: false, error });
    return [{ request, response: { status: 200, headers: {}, body } }];
  };
  const deps = { store: fresh.store, clock, log };
  await noteSinkVerdict(sink, answer("channel_not_found"), deps);
  await noteSinkVerdict(sink, [], deps);
  assert.equal((await stored()).revokedReason, null);
  await noteSinkVerdict(sink, answer("token_revoked"), deps);
  assert.equal((await stored()).revokedReason, "token_revoked");
  assert.equal(readySink(await stored()).integrationProblem, null, "probes still ask Slack");

  await noteSinkVerdict(readySink(await stored()), answer("ratelimited"), deps);
  assert.equal((await stored()).revokedReason, "token_revoked");
  await noteSinkVerdict(readySink(await stored()), answer(null), deps);
  assert.equal((await stored()).revokedReason, null);

  const secrets = { bot_token: new Secret("xoxb-another") };
  const healed = { ...integration, sealedSecrets: sealer.seal(secrets, integration) };
  await fresh.store.putSlackIntegration(healed);
  await noteSinkVerdict(sink, answer("account_inactive"), deps);
  assert.equal((await stored()).revokedReason, null);
});
