import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import fc from "fast-check";
import { Registry } from "prom-client";
import { createFakeClock } from "../../../test/support/fake-clock.ts";
import { type HttpAnswer, openFreshHttp } from "../../../test/support/fresh-http.ts";
import { createIntakeMetrics } from "../alerts/intake-metrics.ts";
import { createRateLimiter } from "./rate-limiter.ts";

const http = await openFreshHttp();
after(() => http.close());

let tenantId = "";
let tenantCount = 0;
let key = "";

beforeEach(async () => {
  tenantCount += 1;
  tenantId = `tenant-${tenantCount}`;
  key = await http.tenantKey(tenantId);
});

const limit = (limits: unknown, id = tenantId) => http.call("PUT", `/v1/tenant/${id}`, { limits });
const send = (options: { key?: string } = { key }, alert = {}) =>
  http.call("POST", "/v1/alert", { tenant_id: tenantId, name: "x", ...alert }, options);
const sendBatch = (count: number, options: { key?: string } = { key }) =>
  http.call(
    "POST",
    "/v1/alert/batch",
    { alerts: Array.from({ length: count }, () => ({ tenant_id: tenantId, name: "x" })) },
    options,
  );

function assertRefused(answer: HttpAnswer, retryAfter: string, words: RegExp): void {
  assert.equal(answer.status, 429, answer.text);
  assert.equal(answer.json.code, "rate_limited");
  assert.match(answer.json.error, words);
  assert.equal(answer.headers["retry-after"], retryAfter);
}

test("nothing is limited, and no header says so, until somebody limits it", async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => send()));
  for (const { status, headers } of answers) {
    assert.equal(status, 202);
    assert.equal(headers["ratelimit"], undefined);
  }
  const { json } = await http.call("GET", `/v1/tenant/${tenantId}`);
  assert.equal(json.tenant.limits, undefined);
});

test("a tenant's alerts a second: all its keys together, and the operator for it", async () => {
  const { json } = await limit({ alerts_per_second: 3 });
  assert.deepEqual(json.tenant.limits, { alerts_per_second: 3 });
  const other = await http.tenantKey(tenantId);
  const first = await send();
  assert.equal(first.status, 202);
  assert.equal(first.headers["ratelimit-policy"], '"tenant-alerts";q=3;w=1');
  assert.equal(first.headers["ratelimit"], '"tenant-alerts";r=2;t=1');
  assert.equal((await send({ key: other })).status, 202);
  assert.equal((await send({})).status, 202, "by the operator");
  for (const options of [{ key }, { key: other }, {}]) {
    const refused = await send(options);
    assertRefused(refused, "1", /^Tenant `tenant-\d+` may bring in 3 alerts a second/);
    assert.equal(refused.headers["ratelimit"], '"tenant-alerts";r=0;t=1');
  }
  const elsewhere = { tenant_id: `${tenantId}-other`, name: "x" };
  await http.call("POST", "/v1/tenant", { tenant_id: elsewhere.tenant_id });
  assert.equal((await http.call("POST", "/v1/alert", elsewhere)).status, 202, "others go on");
  http.clock.advance(1_000);
  assert.equal((await send()).status, 202);
});

test("what was refused is not kept, and can be sent again", async () => {
  await limit({ alerts_per_second: 1 });
  await send();
  const alert = { id: "again" };
  assertRefused(await send({ key }, alert), "1", /send this again after/);
  http.clock.advance(1_000);
  const { json } = await send({ key }, alert);
  assert.equal(json.alert.duplicate, false);
});

test("a batch larger than a second's worth gets through whole and is paid for", async () => {
  await limit({ alerts_per_second: 10 });
  for (const options of [{ key }, {}]) {
    const { status, json, headers } = await sendBatch(35, options);
    assert.equal(status, 202);
    assert.equal(json.alerts.filter((one: { alert?: unknown }) => one.alert).length, 35);
    assert.equal(headers["ratelimit"], '"tenant-alerts";r=0;t=3');
    assertRefused(await sendBatch(1, options), "3", /10 alerts a second/);
    http.clock.advance(2_000);
    assertRefused(await sendBatch(1, options), "1", /10 alerts a second/);
    http.clock.advance(2_000);
  }
});

test("bytes a second, of a key, before its body is read", async () => {
  const { json } = await http.call("GET", `/v1/api_key?tenant_id=${tenantId}`);
  const { id } = json.data.api_keys[0];
  const set = await http.call("PUT", `/v1/api_key/${id}`, { limits: { bytes_per_second: 1_000 } });
  assert.deepEqual(set.json.api_key.limits, { bytes_per_second: 1_000 });
  const big = { description: "x".repeat(2_500) };
  const taken = await send({ key }, big);
  assert.equal(taken.status, 202);
  assert.equal(taken.headers["ratelimit-policy"], '"key-bytes";q=1000;w=1');
  const refused = await http.call("POST", "/v1/alert", "{ not JSON", { key });
  assertRefused(refused, "2", /^This key may bring in 1000 bytes a second/);
  const other = await http.tenantKey(tenantId);
  assert.equal((await send({ key: other })).status, 202, "another key is not held up");
  await http.call("PUT", `/v1/api_key/${id}`, { limits: null });
  assert.equal((await send()).status, 202, "lifted at once");
});

test("limits are changed one by one, taken back with null, and kept out of range", async () => {
  await limit({ alerts_per_second: 3, event_sinks: 1 });
  const changed = await limit({ alerts_per_second: null, bytes_per_second: 9 });
  assert.deepEqual(changed.json.tenant.limits, { bytes_per_second: 9, event_sinks: 1 });
  assert.equal((await limit(null)).json.tenant.limits, undefined);
  for (const wrong of [{ alerts_per_second: 0 }, { alerts_per_second: 1.5 }, { hours: 1 }, 5]) {
    assert.equal((await limit(wrong)).status, 400, JSON.stringify(wrong));
  }
  const own = await http.call("PUT", `/v1/tenant/${tenantId}`, { limits: null }, { key });
  assert.equal(own.status, 403, "a tenant does not lift its own");
});

test("a limited key hands on no wider limits, and does not change its own", async () => {
  const scopes = ["admin", "alerts:write"];
  const make = (body: object, options = {}) =>
    http.call("POST", "/v1/api_key", { tenant_id: tenantId, name: "k", ...body }, options);
  const limits = { alerts_per_second: 5 };
  const admin = (await make({ scopes, limits })).json.api_key;
  const by = { key: admin.key };
  assert.deepEqual((await make({ scopes }, by)).json.api_key.limits, limits, "its maker's");
  assert.equal((await make({ limits: { alerts_per_second: 4 } }, by)).status, 200);
  for (const wider of [{ alerts_per_second: 6 }, { alerts_per_second: null }, null]) {
    assert.equal((await make({ limits: wider }, by)).status, 403, JSON.stringify(wider));
  }
  const own = await http.call("PUT", `/v1/api_key/${admin.id}`, { limits }, by);
  assert.equal(own.status, 403);
});

test("the number of sinks is bounded by `event_sinks`", async () => {
  await limit({ event_sinks: 1 });
  const make = () =>
    http.call("POST", "/v1/event_sink", {
      tenant_id: tenantId,
      name: "hook",
      description: "",
      event_sink_args: { Webhook: { url: "https://example.com/" } },
    });
  const made = await make();
  assert.equal(made.status, 200);
  const refused = await make();
  assert.equal(refused.status, 409);
  assert.match(refused.json.error, /as many event sinks as its limit allows: delete one, or have/);
  await http.call("DELETE", `/v1/event_sink/${made.json.event_sink.id}`);
  assert.equal((await make()).status, 200);
});

test("over any time no more comes in than the rate, a second's worth and one request", () => {
  const step = fc.record({
    waitMs: fc.integer({ min: 0, max: 3_000 }),
    alerts: fc.integer({ min: 1, max: 50 }),
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(step), (perSecond, steps) => {
      const clock = createFakeClock();
      const metrics = createIntakeMetrics(new Registry());
      const limiter = createRateLimiter({ clock, metrics });
      const holder = { kind: "key", id: "k", limits: { alertsPerSecond: perSecond } } as const;
      let passedMs = 0;
      let takenCount = 0;
      for (const { waitMs, alerts } of steps) {
        clock.advance(waitMs);
        passedMs += waitMs;
        try {
          limiter.take([{ holder, alerts, bytes: 0 }]);
        } catch {
          continue;
        }
        assert.ok(takenCount < perSecond + (passedMs / 1_000) * perSecond + 1e-6);
        takenCount += alerts;
      }
    }),
  );
});
