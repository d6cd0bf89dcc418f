import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type FreshHttp, openFreshHttp } from "../../../test/support/fresh-http.ts";
import { type SinkCase, sinkCases } from "../../../test/support/sink-cases.ts";
import { readDeliveryOptions } from "../../domain/delivery-options.ts";
import { sinkTypes } from "../../sinks/index.ts";

let http: FreshHttp;
before(async () => {
  http = await openFreshHttp();
});
after(() => http.close());

const url = "https://test.com/webhook/abc";
const whole = {
  concurrency: 4,
  rate_per_minute: 120,
  timeout_seconds: 10,
  retry_delays_seconds: [5, 60, 600],
};

const create = (event_sink_args: object) =>
  http.call("POST", "/v1/event_sink", {
    ...{ tenant_id: "acme", name: "W", description: "", event_sink_args },
  });

async function webhookWith(delivery: object): Promise<string> {
  const { status, json } = await create({ Webhook: { url, delivery } });
  assert.equal(status, 200);
  return json.event_sink.id;
}

async function change(id: string, event_sink_args: object) {
  const { status, json } = await http.call("PUT", `/v1/event_sink/${id}`, { id, event_sink_args });
  return { status, json, configuration: json.event_sink?.configuration };
}

test("what is set comes back last in the configuration, and what is not is not there", async () => {
  const plain = await create({ Webhook: { url } });
  assert.equal(JSON.stringify(plain.json.event_sink.configuration), `{"Webhook":{"url":"${url}"}}`);
  const made = await create({ Webhook: { delivery: whole, url } });
  const expected = JSON.stringify({ Webhook: { url, delivery: whole } });
  assert.equal(JSON.stringify(made.json.event_sink.configuration), expected);
  const got = await http.call("GET", `/v1/event_sink/${made.json.event_sink.id}`);
  assert.equal(JSON.stringify(got.json.event_sink.configuration), expected);
});

test("a change merges: what is left out stays, null takes back", async () => {
  const id = await webhookWith({ concurrency: 4, timeout_seconds: 10 });
  const merged = await change(id, {
    Webhook: { delivery: { timeout_seconds: null, rate_per_minute: 60 } },
  });
  assert.deepEqual(merged.configuration, {
    Webhook: { url, delivery: { concurrency: 4, rate_per_minute: 60 } },
  });
  const moved = await change(id, { Webhook: { url: `${url}d` } });
  assert.deepEqual(moved.configuration.Webhook.delivery, { concurrency: 4, rate_per_minute: 60 });
  const sentBack = await change(id, moved.configuration);
  assert.deepEqual(sentBack.configuration, moved.configuration);
  const cleared = await change(id, { Webhook: { delivery: null } });
  assert.deepEqual(cleared.configuration, { Webhook: { url: `${url}d` } });
  // The last one taken back leaves nothing behind.
  await change(id, { Webhook: { delivery: { concurrency: 2 } } });
  const last = await change(id, { Webhook: { delivery: { concurrency: null } } });
  assert.deepEqual(last.configuration, { Webhook: { url: `${url}d` } });
});

test("a PagerDuty sink shows null until something is set", async () => {
  const integration_key = "e93facc04764012d7bfb002500d5d1a6";
  const made = await create({ PagerDuty: { integration_key } });
  const { id } = made.json.event_sink;
  assert.deepEqual(made.json.event_sink.configuration, { PagerDuty: null });
  const changed = await change(id, { PagerDuty: { delivery: { timeout_seconds: 5 } } });
  assert.deepEqual(changed.configuration, { PagerDuty: { delivery: { timeout_seconds: 5 } } });
  const unchanged = await change(id, { PagerDuty: null });
  assert.deepEqual(unchanged.configuration, changed.configuration);
});

test("what cannot be is refused in sentences that name the field", async () => {
  const wrong: readonly (readonly [object | string, RegExp])[] = [
    [{ concurrency: 0 }, /event_sink_args\.Webhook\.delivery\.concurrency.*1 to 32/],
    [{ concurrency: 33 }, /delivery\.concurrency.*1 to 32/],
    [{ concurrency: 1.5 }, /delivery\.concurrency.*integer/],
    [{ rate_per_minute: 0 }, /delivery\.rate_per_minute.*1 to 60000/],
    [{ timeout_seconds: 61 }, /delivery\.timeout_seconds.*1 to 60/],
    [{ retry_delays_seconds: [0] }, /delivery\.retry_delays_seconds\.0.*1 to 86400/],
    [
      { retry_delays_seconds: Array.from({ length: 21 }, () => 1) },
      /retry_delays_seconds.*at most 20/,
    ],
    [{ retry_delays_seconds: [86_400, 86_400, 86_400, 1] }, /more than 72 hours/],
    [{ retries: 5 }, /delivery\.retries.*is not a field here.*concurrency/],
    ["fast", /delivery.*must be an object or null/],
  ];
  for (const [delivery, sentence] of wrong) {
    const { status, json } = await create({ Webhook: { url, delivery } });
    assert.equal(status, 400, JSON.stringify(delivery));
    assert.match(json.error, sentence);
  }
});

test("every sink type takes it, up to the attempts it makes at a time", async () => {
  const description = (await http.call("GET", "/openapi.json")).text;
  for (const [type, { wireName, attemptsMax }] of Object.entries(sinkTypes)) {
    assert.ok(description.includes(`"${wireName}"`));
    const { create: args }: SinkCase = sinkCases[type as keyof typeof sinkTypes];
    const refused = await create({
      [wireName]: { ...args, delivery: { concurrency: attemptsMax + 1 } },
    });
    assert.equal(refused.status, 400);
    assert.match(refused.json.error, new RegExp(`${wireName}\\.delivery\\.concurrency`));
  }
  assert.ok(description.includes('"retry_delays_seconds"'));
});

test("nothing is set by default, and what the engine reads is what was stored", () => {
  const none = { concurrency: null, ratePerMinute: null, timeoutMs: null, retryDelaysMs: null };
  assert.deepEqual(readDeliveryOptions({}), none);
  assert.deepEqual(readDeliveryOptions({ delivery: whole }), {
    ...{ concurrency: 4, ratePerMinute: 120, timeoutMs: 10_000 },
    retryDelaysMs: [5_000, 60_000, 600_000],
  });
});
