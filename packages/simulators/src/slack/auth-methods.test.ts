import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, beforeEach, test } from "node:test";
import { callSlack } from "../../test/slack-test-client.ts";
import { defaultSlackApp } from "./slack-config.ts";
import { type SlackSimulator, startSlackSimulator } from "./slack-simulator.ts";

const redirectUri = "http://127.0.0.1:9/callback";
const { clientId, clientSecret } = defaultSlackApp;
const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
let now = Date.UTC(2026, 0, 1);
const clock = { now: () => now, setTimer: () => ({ cancel: () => undefined }) };
let simulator: SlackSimulator | undefined;

beforeEach(async () => {
  await simulator?.stop();
  simulator = await startSlackSimulator({ clock });
});
after(() => simulator?.stop());

function sim(): SlackSimulator {
  assert.ok(simulator);
  return simulator;
}

function authorizeUrl(change: Record<string, string> = {}): string {
  const query = {
    client_id: clientId,
    scope: "chat:write",
    redirect_uri: redirectUri,
    state: "s1",
  };
  return `${sim().authorizeUrl}?${new URLSearchParams({ ...query, ...change })}`;
}

function codeFrom(callbackUrl: string): string {
  return new URL(callbackUrl).searchParams.get("code") ?? "";
}

const access = (
  args: Record<string, string>,
  headers: Record<string, string> = { authorization: basic },
) =>
  callSlack(sim(), "oauth.v2.access", args, { type: "application/x-www-form-urlencoded", headers });

test("approving sends the browser back with code and state, denying with an error", async () => {
  const response = await fetch(authorizeUrl(), { redirect: "manual" });
  assert.equal(response.status, 302);
  const callback = new URL(response.headers.get("location") ?? "");
  assert.equal(callback.origin + callback.pathname, redirectUri);
  assert.equal(callback.searchParams.get("state"), "s1");
  assert.notEqual(codeFrom(callback.href), "");
  const denied = new URL(sim().denyInstall(authorizeUrl()));
  assert.equal(denied.searchParams.get("error"), "access_denied");
  assert.equal(denied.searchParams.get("state"), "s1");
});

test("the consent page refuses unknown clients and installs without scopes", async () => {
  const page = await fetch(authorizeUrl({ client_id: "other" }));
  assert.equal(page.status, 400);
  assert.equal(await page.text(), "invalid_client_id");
  assert.throws(() => sim().approveInstall(authorizeUrl({ scope: "" })), /no_scopes/);
});

test("a code is good once, for its redirect URI, for ten minutes", async () => {
  const code = codeFrom(sim().approveInstall(authorizeUrl()));
  assert.equal((await access({ code })).body.error, "bad_redirect_uri");
  const { body } = await access({ code, redirect_uri: redirectUri });
  assert.equal(body["ok"], true);
  assert.equal(body["token_type"], "bot");
  assert.equal(body["scope"], "chat:write");
  assert.equal(body["expires_in"], undefined);
  assert.deepEqual(body["team"], { id: "T0SIMULATED", name: "Simulated" });
  const token = String(body["access_token"]);
  assert.match(token, /^xoxb-/);
  assert.equal((await callSlack(sim(), "auth.test", {}, { token })).body["ok"], true);
  const again = await access({ code, redirect_uri: redirectUri });
  assert.equal(again.body.error, "invalid_code");
  const late = codeFrom(sim().approveInstall(authorizeUrl()));
  now += 10 * 60_000;
  assert.equal(
    (await access({ code: late, redirect_uri: redirectUri })).body.error,
    "invalid_code",
  );
});

test("client id and secret are checked, by HTTP Basic or in the body, never in JSON", async () => {
  const code = codeFrom(sim().approveInstall(authorizeUrl()));
  const args = { code, redirect_uri: redirectUri };
  assert.equal((await access(args, {})).body.error, "invalid_client_id");
  const wrong = { ...args, client_id: clientId, client_secret: "wrong" };
  assert.equal((await access(wrong, {})).body.error, "bad_client_secret");
  const right = { ...args, client_id: clientId, client_secret: clientSecret };
  const json = await callSlack(sim(), "oauth.v2.access", right);
  assert.equal(json.body.error, "invalid_client_id");
  assert.equal(
    (await access({ ...right, grant_type: "password" }, {})).body.error,
    "invalid_grant_type",
  );
  assert.equal((await access(right, {})).body["ok"], true);
});

test("with PKCE the verifier has to fit the challenge", async () => {
  const verifier = "v".repeat(43);
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  const url = authorizeUrl({ code_challenge: challenge, code_challenge_method: "S256" });
  const args = { code: codeFrom(sim().approveInstall(url)), redirect_uri: redirectUri };
  assert.equal((await access(args)).body.error, "invalid_code_verifier");
  const wrong = await access({ ...args, code_verifier: "w".repeat(43) });
  assert.equal(wrong.body.error, "invalid_code_verifier");
  assert.equal((await access({ ...args, code_verifier: verifier })).body["ok"], true);
});

test("rotated tokens expire after 12 hours, and a refresh token works once", async () => {
  await sim().stop();
  simulator = await startSlackSimulator({ clock, app: { hasTokenRotation: true } });
  const code = codeFrom(sim().approveInstall(authorizeUrl()));
  const first = (await access({ code, redirect_uri: redirectUri })).body;
  assert.equal(first["expires_in"], 43_200);
  assert.match(String(first["access_token"]), /^xoxe\.xoxb-/);
  const test = (token: unknown) => callSlack(sim(), "auth.test", {}, { token: String(token) });
  assert.equal((await test(first["access_token"])).body["ok"], true);
  now += 43_200_000;
  assert.equal((await test(first["access_token"])).body.error, "token_expired");
  const refresh = { grant_type: "refresh_token", refresh_token: String(first["refresh_token"]) };
  const second = (await access(refresh)).body;
  assert.equal(second["ok"], true);
  assert.equal((await test(second["access_token"])).body["ok"], true);
  assert.notEqual(second["refresh_token"], first["refresh_token"]);
  assert.equal((await access(refresh)).body.error, "invalid_refresh_token");
});
