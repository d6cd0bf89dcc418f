import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type CallOptions,
  type FreshHttp,
  type HttpAnswer,
  openFreshHttp,
  operatorKey,
} from "../../../test/support/fresh-http.ts";

const csrf = { "x-event-sinks-csrf": "1" };

function signIn(http: FreshHttp, key: string, headers: CallOptions["headers"] = csrf) {
  return http.call("POST", "/v1/session", { api_key: key }, { key: null, headers });
}

const cookieOf = (answer: HttpAnswer) => String(answer.headers["set-cookie"]).split(";")[0] ?? "";

async function withSession(http: FreshHttp, key: string) {
  const answer = await signIn(http, key);
  assert.equal(answer.status, 200, answer.text);
  const cookie = cookieOf(answer);
  return (method: string, path: string, body?: unknown, headers: CallOptions["headers"] = csrf) =>
    http.call(method, path, body, { key: null, headers: { cookie, ...headers } });
}

const sink = (tenant_id: string) => ({
  tenant_id,
  name: "Webhook",
  description: "",
  event_sink_args: { Webhook: { url: "https://test.com/webhook/abc" } },
});

test("a session stands for its key: the same reach, on every kind of route", async () => {
  const http = await openFreshHttp();
  const key = await http.tenantKey("acme");
  await http.tenantKey("other");
  const call = await withSession(http, key);

  const who = await call("GET", "/v1/session");
  assert.equal(who.status, 200);
  assert.equal(who.json.session.role, "tenant");
  assert.equal(who.json.session.tenant_id, "acme");
  assert.ok(!who.json.session.scopes.includes("admin"));
  assert.equal(who.json.service.features.slack_install, false);
  assert.equal((await call("POST", "/v1/event_sink", sink("acme"))).status, 200);
  assert.equal((await call("GET", "/v1/event_sink?tenant_id=acme")).status, 200);
  assert.equal((await call("GET", "/v1/event_sink?tenant_id=other")).status, 403);
  assert.equal((await call("GET", "/v1/tenant")).status, 403);

  const asOperator = await withSession(http, operatorKey);
  assert.equal((await asOperator("GET", "/v1/session")).json.session.role, "operator");
  assert.equal((await asOperator("GET", "/v1/tenant")).status, 200);
  await http.close();
});

test("with a key, /v1/session says whose it is and no session is made", async () => {
  const http = await openFreshHttp();
  const answer = await http.call("GET", "/v1/session");
  assert.deepEqual(answer.json.session.role, "operator");
  assert.equal(answer.json.session.expires_at, null);
  assert.equal(answer.headers["set-cookie"], undefined);
  await http.close();
});

test("the cookie is out of reach for scripts and other sites, and secure under TLS", async () => {
  const http = await openFreshHttp();
  const cookie = String((await signIn(http, operatorKey)).headers["set-cookie"]);
  assert.match(
    cookie,
    /^event-sinks-session=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/,
  );
  await http.close();
  const tls = await openFreshHttp({ settings: { publicUrl: "https://sinks.example.com/" } });
  const answer = await signIn(tls, operatorKey);
  assert.match(
    String(answer.headers["set-cookie"]),
    /^__Host-event-sinks-session=.*; SameSite=Strict; Secure$/,
  );
  assert.match(String(answer.headers["strict-transport-security"]), /^max-age=\d{8}/);
  await tls.close();
});

test("a token that was there before signing in is worth nothing, then or afterwards", async () => {
  const http = await openFreshHttp();
  const planted = `event-sinks-session=${"A".repeat(43)}`;
  const ask = (cookie: string) =>
    http.call("GET", "/v1/session", undefined, { key: null, headers: { cookie } });
  const first = cookieOf(await signIn(http, operatorKey, { ...csrf, cookie: planted }));
  const second = cookieOf(await signIn(http, operatorKey, { ...csrf, cookie: first }));
  assert.equal(new Set([planted, first, second]).size, 3);
  assert.equal((await ask(planted)).status, 401);
  assert.equal((await ask(second)).status, 200);
  await http.call("DELETE", "/v1/session", undefined, {
    key: null,
    headers: { ...csrf, cookie: second },
  });
  assert.equal((await ask(second)).status, 401);
  assert.equal((await ask(first)).status, 200);
  await http.close();
});

test("a form of another site signs nobody in, whatever it says its content is", async () => {
  const http = await openFreshHttp();
  const text = JSON.stringify({ api_key: operatorKey });
  for (const type of [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "",
  ]) {
    const headers = { "content-type": type, origin: "http://evil.example" };
    for (const more of [{}, csrf]) {
      const answer = await http.call("POST", "/v1/session", text, {
        key: null,
        headers: { ...headers, ...more },
      });
      assert.ok([403, 415].includes(answer.status), answer.text);
      assert.equal(answer.headers["set-cookie"], undefined);
    }
  }
  await http.close();
});

test("a wrong key signs nobody in and sets no cookie", async () => {
  const http = await openFreshHttp();
  const answer = await signIn(http, `${operatorKey.slice(0, -1)}x`);
  assert.equal(answer.status, 401);
  assert.equal(answer.headers["set-cookie"], undefined);
  await http.close();
});

test("a session ends by signing out, with its key, and after twelve hours", async () => {
  const http = await openFreshHttp();
  const key = await http.tenantKey("acme");
  const [first, second, third] = [
    await withSession(http, key),
    await withSession(http, key),
    await withSession(http, operatorKey),
  ];
  const out = await first("DELETE", "/v1/session");
  assert.deepEqual(out.json, { signed_out: true });
  assert.match(String(out.headers["set-cookie"]), /^event-sinks-session=; .*Max-Age=0/);
  assert.equal((await first("GET", "/v1/session")).status, 401);

  assert.equal((await second("GET", "/v1/session")).status, 200);
  const { json } = await http.call("GET", "/v1/api_key?tenant_id=acme");
  await http.call("DELETE", `/v1/api_key/${json.data.api_keys[0].id}`);
  assert.equal((await second("GET", "/v1/session")).status, 401);

  assert.equal((await third("GET", "/v1/session")).status, 200);
  http.clock.advance(12 * 60 * 60_000);
  const late = await third("GET", "/v1/session");
  assert.equal(late.status, 401);
  assert.match(late.json.error, /session has ended/);
  await http.close();
});

test("the store keeps no token and no key", async () => {
  const http = await openFreshHttp();
  const token = cookieOf(await signIn(http, operatorKey)).split("=")[1] ?? "";
  assert.equal(await http.fresh.store.findSession({ tokenHash: token }), null);
  assert.ok(!http.log.join("\n").includes(token));
  await http.close();
});

test("another site's page can neither use a session nor sign in", async () => {
  const http = await openFreshHttp();
  const call = await withSession(http, operatorKey);
  const own = { ...csrf, host: "sinks.local:8080", origin: "http://sinks.local:8080" };
  const ours: CallOptions["headers"][] = [
    csrf,
    { ...own, "sec-fetch-site": "same-origin" },
    { ...own, origin: "http://sinks.local:8080" },
  ];
  for (const headers of ours) {
    const answer = await call("POST", "/v1/event_sink", sink("acme"), headers);
    assert.equal(answer.status, 200, JSON.stringify(headers));
  }
  const theirs: CallOptions["headers"][] = [
    {},
    { ...own, "x-event-sinks-csrf": "" },
    { ...own, "sec-fetch-site": "cross-site" },
    { ...own, "sec-fetch-site": "same-site" },
    { ...own, "sec-fetch-site": "none" },
    { ...own, origin: "http://evil.example" },
    { ...own, origin: "http://sinks.local:9090" },
    { ...own, origin: "null" },
  ];
  for (const headers of theirs) {
    for (const [method, path, body] of [
      ["POST", "/v1/event_sink", sink("evil")],
      ["DELETE", "/v1/session"],
    ] as const) {
      const answer = await call(method, path, body, headers);
      assert.equal(answer.status, 403, JSON.stringify(headers));
      assert.equal(answer.json.code, "forbidden");
    }
    assert.equal((await signIn(http, operatorKey, headers)).status, 403);
  }
  assert.equal((await http.call("GET", "/v1/tenant/evil")).status, 404);
  await http.close();
});

test("every answer tells browsers to run, frame, guess and keep nothing", async () => {
  const http = await openFreshHttp();
  for (const path of ["/v1/session", "/healthz", "/nowhere", "/openapi.json"]) {
    const { headers } = await http.call("GET", path, undefined, {
      headers: { origin: "http://evil.example" },
    });
    assert.equal(headers["x-content-type-options"], "nosniff", path);
    assert.equal(headers["cache-control"], "no-store", path);
    assert.equal(headers["referrer-policy"], "no-referrer", path);
    assert.match(String(headers["content-security-policy"]), /default-src 'none'/, path);
    assert.match(String(headers["content-security-policy"]), /frame-ancestors 'none'/, path);
    assert.equal(headers["strict-transport-security"], undefined, path);
    for (const name of Object.keys(headers)) assert.doesNotMatch(name, /^access-control-/, path);
  }
  await http.close();
});
