import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type FreshHttp, openFreshHttp } from "../../../test/support/fresh-http.ts";
import { healthAfter, healthySince, type SinkHealth } from "../../domain/sink-health.ts";

let http: FreshHttp;
before(async () => {
  http = await openFreshHttp();
});
after(() => http.close());

async function makeSink(): Promise<string> {
  const event_sink_args = { Webhook: { url: "https://test.com/webhook/abc" } };
  const body = { tenant_id: "acme", name: "W", description: "", event_sink_args };
  return (await http.call("POST", "/v1/event_sink", body)).json.event_sink.id;
}

async function sendTo(id: string): Promise<string> {
  const body = { tenant_id: "acme", name: "n", event_sink_ids: [id] };
  return (await http.call("POST", "/v1/alert", body)).json.deliveries[0].id;
}

/** A failed attempt that leaves the sink in this health, as the engine settles it. */
async function fail(eventSinkId: string, health: SinkHealth): Promise<void> {
  const lane = { tenantId: "acme", eventSinkId };
  const now = http.clock.now();
  const { store } = http.fresh;
  const [claimed] = await store.claim({ lanes: [{ ...lane, limit: 1 }], now });
  const leased = claimed?.deliveries[0];
  assert.ok(leased);
  const [reason, detail] = ["not_found", "It answered 404."] as const;
  const attempt = {
    ...{ number: 1, startedAt: now, durationMs: 1, outcome: "retry" as const, reason, detail },
    ...{ ambiguous: false, isDegraded: false, nextTryAt: now + 5_000, exchanges: "[]" },
  };
  const settlement = {
    ...lane,
    ...{ deliveryId: leased.id, lease: leased.lease, state: "pending" as const, reason, now },
    ...{ dueAt: now + 5_000, failureCount: 1, attempt, health },
  };
  assert.deepEqual(await store.settle({ settlements: [settlement] }), ["settled"]);
}

async function statusOf(id: string) {
  const { status, json } = await http.call("GET", `/v1/event_sink/${id}/status`);
  assert.equal(status, 200);
  return json.status;
}

const stateOf = async (id: string) =>
  (await http.call("GET", `/v1/delivery/${id}`)).json.delivery.state;

const listed = async (id: string, state: string) => {
  const query = `tenant_id=acme&event_sink_id=${id}&state=${state}`;
  const { json } = await http.call("GET", `/v1/delivery?${query}`);
  return json.data.deliveries.map((delivery: { id: string }) => delivery.id);
};

test("a sink that works is healthy since it was made", async () => {
  const id = await makeSink();
  assert.deepEqual(await statusOf(id), {
    target: "https://test.com",
    state: "healthy",
    since: "2026-01-01T00:00:00.000Z",
    reason: null,
    cure: null,
    next_probe_at: null,
    pending_count: 0,
    last_delivered_at: null,
    last_day: { delivered: 0, failed: 0, retried: 0, success_rate: null },
  });
});

test("a paused sink holds its deliveries, says how to resume it, and lets them go then", async () => {
  const id = await makeSink();
  const shown = (await http.call("GET", `/v1/event_sink/${id}`)).json;
  const paused = await http.call("POST", `/v1/event_sink/${id}/pause`);
  assert.equal(paused.status, 200, paused.text);
  assert.deepEqual(paused.json, shown);
  const since = (await statusOf(id)).since;
  http.clock.advance(1_000);
  await http.call("POST", `/v1/event_sink/${id}/pause`);
  const delivery = await sendTo(id);
  const status = await statusOf(id);
  assert.equal(status.state, "paused");
  assert.equal(status.since, since);
  assert.match(status.cure, new RegExp(`POST /v1/event_sink/${id}/resume`));
  assert.equal(status.pending_count, 1);
  assert.equal(await stateOf(delivery), "held");
  assert.deepEqual(await listed(id, "held"), [delivery]);
  assert.deepEqual(await listed(id, "pending"), []);
  const alerts = await http.call("GET", `/v1/alert?tenant_id=acme&event_sink_id=${id}&state=held`);
  assert.equal(alerts.json.data.alerts.length, 1);

  const resumed = await http.call("POST", `/v1/event_sink/${id}/resume`);
  assert.deepEqual(resumed.json, shown);
  assert.equal((await statusOf(id)).state, "healthy");
  assert.equal(await stateOf(delivery), "pending");
  assert.deepEqual(await listed(id, "held"), []);
});

test("a failing and a broken sink say since when, why, the cure, and when it is tried next", async () => {
  const id = await makeSink();
  const deliveries = [await sendTo(id), await sendTo(id)];
  const now = http.clock.now();
  const cure = "The webhook answered 404: nothing is there. Check the URL.";
  const failure = { reason: "not_found", detail: cure } as const;
  const failing = healthAfter(healthySince(0), { kind: "failure", ...failure }, now);
  await fail(id, failing);
  const since = new Date(now).toISOString();
  assert.deepEqual(await statusOf(id), {
    target: "https://test.com",
    state: "failing",
    since,
    reason: "not_found",
    cure,
    next_probe_at: null,
    pending_count: 2,
    last_delivered_at: null,
    last_day: { delivered: 0, failed: 0, retried: 1, success_rate: null },
  });
  await fail(id, healthAfter(failing, { kind: "sink_fault", ...failure }, now));
  const broken = await statusOf(id);
  assert.equal(broken.state, "broken");
  assert.equal(broken.next_probe_at, new Date(now + 30_000).toISOString());
  for (const delivery of deliveries) assert.equal(await stateOf(delivery), "held");
  await http.call("POST", `/v1/event_sink/${id}/pause`);
  const paused = await statusOf(id);
  assert.equal(paused.state, "paused");
  assert.ok(paused.cure.startsWith(cure), paused.cure);
  assert.equal(paused.next_probe_at, null);
});

test("another tenant's sink has no status and cannot be paused", async () => {
  const id = await makeSink();
  const key = await http.tenantKey("stranger");
  for (const [method, verb] of [
    ["GET", "status"],
    ["POST", "pause"],
    ["POST", "resume"],
  ] as const) {
    const answer = await http.call(method, `/v1/event_sink/${id}/${verb}`, undefined, { key });
    assert.equal(answer.status, 404);
  }
  assert.equal((await statusOf(id)).state, "healthy");
});
