import assert from "node:assert/strict";
import { test } from "node:test";
import { openFreshHttp, operatorKey } from "../../test/support/fresh-http.ts";
import { StoreUnavailable } from "../store/store.ts";

test("probes need no key; ready means that the store answers", async () => {
  const http = await openFreshHttp();
  for (const [path, status] of [
    ["/healthz", "ok"],
    ["/readyz", "ready"],
  ] as const) {
    const answer = await http.call("GET", path, undefined, { key: null });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.json, { status });
  }
  await http.close();
});

test("a service that stops is alive but not ready", async () => {
  const http = await openFreshHttp({ deps: { isStopping: () => true } });
  assert.equal((await http.call("GET", "/healthz")).status, 200);
  const answer = await http.call("GET", "/readyz");
  assert.equal(answer.status, 503);
  assert.ok(Number(answer.headers["retry-after"]) > 0);
  await http.close();
});

test("a store that is away or does not answer makes it not ready", async () => {
  const away = { getTenant: () => Promise.reject(new StoreUnavailable("away")) };
  const silent = { getTenant: () => new Promise<null>(() => {}) };
  for (const change of [away, silent]) {
    const donor = await openFreshHttp();
    const store = { ...donor.fresh.store, ...change };
    const http = await openFreshHttp({ deps: { store } });
    const answering = http.call("GET", "/readyz");
    let isAnswered = false;
    void answering.then(() => (isAnswered = true));
    // Other parts have timers too, so one step of the clock may come before the one that is meant.
    while (!isAnswered) {
      http.clock.advance(2_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const answer = await answering;
    assert.equal(answer.status, 503);
    assert.equal(answer.json.code, "unavailable");
    await http.close();
    await donor.close();
  }
});

test("metrics are for this machine and for the operator, and hold this thread's and the engine's", async () => {
  const http = await openFreshHttp();
  const event_sink_args = { Webhook: { url: "https://test.com/" } };
  await http.call("POST", "/v1/event_sink", {
    tenant_id: "acme",
    name: "W",
    description: "",
    event_sink_args,
  });
  const alert = { tenant_id: "acme", name: "n", id: "1" };
  for (const one of [alert, alert]) await http.call("POST", "/v1/alert", one);

  const local = await http.call("GET", "/metrics", undefined, { key: null });
  assert.equal(local.status, 200);
  assert.match(String(local.headers["content-type"]), /^text\/plain; version=0.0.4/);
  for (const line of [
    "event_sinks_alerts_accepted_total 1",
    "event_sinks_alert_duplicates_total 1",
    'event_sinks_deliveries{state="pending"} 1',
    "# TYPE event_sinks_attempts_total counter",
    'event_sinks_http_request_duration_seconds_count{method="POST",route="/v1/alert",status="202"} 2',
  ]) {
    assert.ok(local.text.includes(`${line}\n`), line);
  }
  assert.ok(!local.text.includes("acme"));

  const forwarded = { "x-forwarded-for": "203.0.113.7" };
  const proxied = await http.call("GET", "/metrics", undefined, { key: null, headers: forwarded });
  assert.equal(proxied.status, 401);
  const key = await http.tenantKey("acme");
  assert.equal((await http.call("GET", "/metrics", undefined, { key })).status, 401);
  const options = { key: operatorKey, headers: forwarded };
  assert.equal((await http.call("GET", "/metrics", undefined, options)).status, 200);
  for (const [host, status] of [
    ["localhost", 200],
    ["LOCALHOST:8080", 200],
    ["127.0.0.1:8080", 200],
    ["[::1]:8080", 200],
    ["rebound.example", 401],
    ["127.0.0.1.rebound.example", 401],
    ["localhost.rebound.example:8080", 401],
    ["127.0.0.1@rebound.example", 401],
  ] as const) {
    const answer = await http.app.inject({ url: "/metrics", headers: { host } });
    assert.equal(answer.statusCode, status, host);
  }
  const remote = await http.app.inject({ url: "/metrics", remoteAddress: "203.0.113.7" });
  assert.equal(remote.statusCode, 401);
  await http.close();
});
