import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../../secret.ts";
import {
  authorizeUrl,
  exchangeCodeRequest,
  explainRedirectError,
  installScopes,
  readInstall,
  readTokens,
  refreshTokenRequest,
} from "./oauth.ts";
import { oauthErrorRule } from "./oauth-errors.ts";

const slackApi = "https://slack.com/api/";
const slackApp = { clientId: "1.2", clientSecret: new Secret("0123456789abcdef") };
const now = Date.UTC(2026, 0, 1);

function answer(body: object, status = 200, headers = {}) {
  return { status, headers, body: JSON.stringify(body) };
}

test("the authorize URL stands on the API's origin and asks for the scopes, with a S256 challenge", () => {
  const input = {
    slackApi,
    clientId: "1.2",
    redirectUri: "https://sinks.example.com/v1/slack_integration/callback",
    state: "s",
    // RFC 7636 appendix B.
    codeVerifier: new Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
  };
  const url = new URL(authorizeUrl(input));
  assert.equal(url.origin + url.pathname, "https://slack.com/oauth/v2/authorize");
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    client_id: "1.2",
    scope: installScopes.join(","),
    redirect_uri: input.redirectUri,
    state: "s",
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
  });
  const plain = new URL(authorizeUrl({ ...input, codeVerifier: null }));
  assert.equal(plain.searchParams.has("code_challenge"), false);
});

test("client id and secret go by HTTP Basic, arguments as a form", () => {
  const grant = { code: new Secret("c"), redirectUri: "https://x/", codeVerifier: new Secret("v") };
  const exchange = exchangeCodeRequest(grant, { slackApi, slackApp });
  const basic = `Basic ${Buffer.from("1.2:0123456789abcdef").toString("base64")}`;
  assert.equal(exchange.url, "https://slack.com/api/oauth.v2.access");
  assert.equal(exchange.headers["authorization"], basic);
  assert.equal(
    exchange.body,
    "grant_type=authorization_code&code=c&redirect_uri=https%3A%2F%2Fx%2F&code_verifier=v",
  );
  const refresh = refreshTokenRequest(new Secret("xoxe-1-a"), { slackApi, slackApp });
  assert.equal(refresh.body, "grant_type=refresh_token&refresh_token=xoxe-1-a");
});

/** docs.slack.dev/reference/methods/oauth.v2.access, and its PKCE errors. */
const referenceErrors = [
  ..."bad_client_secret bad_redirect_uri cannot_install_an_org_installed_app".split(" "),
  ..."invalid_client_id invalid_code invalid_grant_type invalid_refresh_token".split(" "),
  ..."no_scopes oauth_authorization_url_mismatch preview_feature_not_available".split(" "),
  ..."user_email_unverified accesslimited fatal_error internal_error invalid_arg_name".split(" "),
  ..."invalid_arguments invalid_array_arg invalid_charset invalid_form_data".split(" "),
  ..."invalid_post_type missing_post_type ratelimited request_timeout".split(" "),
  ..."service_unavailable team_added_to_org invalid_code_verifier pkce_not_allowed".split(" "),
];

test("every error of the reference is explained in a sentence, an unknown one keeps its word", () => {
  const unknown = oauthErrorRule("brand_new_error");
  for (const error of referenceErrors) {
    const rule = oauthErrorRule(error);
    assert.notEqual(rule, unknown, error);
    assert.match(rule.cure, /^[A-Z].+\.$/, error);
    const read = readTokens(answer({ ok: false, error }), {}, now);
    assert.equal(read.kind, rule.blame === "transient" ? "unclear" : "refused", error);
  }
  const read = readTokens(answer({ ok: false, error: "brand_new_error" }), {}, now);
  assert.ok(read.kind === "unclear" && read.detail.includes("brand_new_error"));
  assert.match(explainRedirectError("access_denied"), /access_denied.+not approved/);
  assert.ok(!explainRedirectError("a\u0007b").includes("\u0007"));
});

test("a rate limit is no refusal, and says how long to wait", () => {
  const body = { ok: false, error: "ratelimited" };
  const read = readTokens(answer(body, 429, { "retry-after": "7" }), {}, now);
  assert.ok(read.kind === "unclear");
  assert.equal(read.retryAfterMs, 7_000);
});

test("an answer that is no token is not quoted, since it may hold one", () => {
  const leaks = [
    { ok: true, access_token: "xoxp-secret", token_type: "user" },
    { ok: true, authed_user: { access_token: "xoxp-secret" } },
    { ok: true, access_token: "xoxb-secret", token_type: "bot", team: null },
  ];
  for (const body of leaks) {
    const read = readInstall(answer(body), {}, now);
    assert.equal(read.kind, "unclear");
    assert.ok(!JSON.stringify(read).includes("secret"));
  }
});

test("an install for a whole organisation is refused with what to do instead", () => {
  const body = { ok: true, access_token: "xoxb-1", token_type: "bot", is_enterprise_install: true };
  const read = readInstall(answer({ ...body, team: null, bot_user_id: "U1" }), {}, now);
  assert.ok(read.kind === "refused" && read.detail.includes("one workspace"));
});
