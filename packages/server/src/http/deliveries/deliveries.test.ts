import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type FreshHttp, openFreshHttp } from "../../../test/support/fresh-http.ts";
import { writeAttempt } from "../../store/attempt.ts";
import type { Attempt, LeasedDelivery } from "../../store/store.ts";

const path = "/v1/delivery";
let http: FreshHttp;
before(async () => {
  http = await openFreshHttp();
});
after(() => http.close());

async function makeSink(tenant_id: string): Promise<string> {
  const event_sink_args = { Webhook: { url: "https://test.com/webhook/abc" } };
  const body = { tenant_id, name: "W", description: "", event_sink_args };
  return (await http.call("POST", "/v1/event_sink", body)).json.event_sink.id;
}

/** Settles a delivery as an engine would. */
async function settle(lane: { tenantId: string; eventSinkId: string }, attempt: Attempt) {
  const { store } = http.fresh;
  const now = http.clock.now();
  const claimed = await store.claim({ lanes: [{ ...lane, limit: 1 }], now });
  const leased: LeasedDelivery | undefined = claimed[0]?.deliveries[0];
  assert.ok(leased);
  const state = attempt.outcome === "delivered" ? "delivered" : "pending";
  const results = await store.settle({
    settlements: [
      {
        ...lane,
        deliveryId: leased.id,
        lease: leased.lease,
        state,
        reason: attempt.reason,
        dueAt: attempt.nextTryAt,
        failureCount: state === "pending" ? 1 : 0,
        now,
        attempt: writeAttempt(attempt),
      },
    ],
  });
  assert.deepEqual(results, ["settled"]);
}

const request = { method: "POST", url: "https://test.com/webhook/abc", headers: { a: "b" } };
const response = { status: 500, headers: {}, body: "broken" };

test("a delivery is shown with every attempt: what was sent, what came back, what is next", async () => {
  const eventSinkId = await makeSink("acme");
  const taken = await http.call("POST", "/v1/alert", { tenant_id: "acme", name: "n", id: "1" });
  const [{ id }] = taken.json.deliveries;
  const startedAt = http.clock.now();
  const lane = { tenantId: "acme", eventSinkId };
  const attempt: Attempt = {
    number: 1,
    startedAt,
    durationMs: 12,
    outcome: "retry",
    reason: "server_error",
    detail: "The webhook answered 500.",
    ambiguous: false,
    isDegraded: false,
    nextTryAt: startedAt + 5_000,
    exchanges: [{ request: { ...request, body: null }, response }],
  };
  await settle(lane, attempt);
  http.clock.advance(5_000);
  const lookUp = { request: { ...request, method: "GET", body: "" }, response };
  await settle(lane, {
    ...attempt,
    number: 2,
    outcome: "delivered",
    reason: null,
    detail: null,
    nextTryAt: null,
    exchanges: [lookUp, { request: { ...request, body: "{}" }, response: null }],
  });

  const { status, json } = await http.call("GET", `${path}/${id}`);
  assert.equal(status, 200);
  assert.deepEqual(json.delivery, {
    id,
    tenant_id: "acme",
    event_sink_id: eventSinkId,
    alert_uid: taken.json.alert.uid,
    action: "trigger",
    dedup_key: "1",
    state: "delivered",
    reason: null,
    attempt_count: 2,
    created_at: "2026-01-01T00:00:00.000Z",
    updated_at: "2026-01-01T00:00:05.000Z",
    next_try_at: null,
  });
  const body = '{"tenant_id":"acme","name":"n","id":"1","event-sinks-hops":1}';
  assert.deepEqual(json.attempts[0], {
    number: 1,
    started_at: "2026-01-01T00:00:00.000Z",
    duration_ms: 12,
    outcome: "retry",
    reason: "server_error",
    detail: "The webhook answered 500.",
    ambiguous: false,
    next_try_at: "2026-01-01T00:00:05.000Z",
    request: { ...request, body },
    response,
  });
  assert.deepEqual(json.attempts[1].request.body, "{}");
  assert.equal(json.attempts[1].response, null);
  assert.deepEqual(json.attempts[1].earlier_exchanges, [lookUp]);
});

test("deliveries are listed newest first and by filter", async () => {
  const sink = await makeSink("lists");
  const first = await http.call("POST", "/v1/alert", { tenant_id: "lists", name: "n" });
  const second = await http.call("POST", "/v1/alert", { tenant_id: "lists", name: "n" });
  const [older, newer] = [first, second].map(({ json }) => json.deliveries[0].id);
  const find = async (query: string) => {
    const answer = await http.call("GET", `${path}?tenant_id=lists&${query}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.json.data.deliveries.map((one: { id: string }) => one.id);
  };
  assert.deepEqual(await find(""), [newer, older]);
  assert.deepEqual(await find(`event_sink_id=${sink.toUpperCase()}`), [newer, older]);
  assert.deepEqual(await find(`alert_uid=${first.json.alert.uid}`), [older]);
  assert.deepEqual(await find("state=failed"), []);
  assert.deepEqual(await find("reason=timeout"), []);
  const page = await http.call("GET", `${path}?tenant_id=lists&pagination[page_size]=1`);
  const token = page.json.pagination.next_page_token;
  assert.deepEqual(await find(`pagination[page_token]=${token}`), [older]);
});

test("a delivery of another tenant is not there", async () => {
  const key = await http.tenantKey("stranger");
  await makeSink("acme");
  const taken = await http.call("POST", "/v1/alert", { tenant_id: "acme", name: "n" });
  const [{ id }] = taken.json.deliveries;
  assert.equal((await http.call("GET", `${path}/${id}`, undefined, { key })).status, 404);
  const { uid } = taken.json.alert;
  assert.equal((await http.call("GET", `/v1/alert/${uid}`, undefined, { key })).status, 404);
  assert.equal((await http.call("GET", `${path}/${id}`)).status, 200);
});

test("a summary counts what failed and what waits, by sink and reason", async () => {
  const eventSinkId = await makeSink("summed");
  const alert = { tenant_id: "summed", name: "n" };
  for (let n = 0; n < 3; n++) await http.call("POST", "/v1/alert", alert);
  const at = new Date(http.clock.now()).toISOString();
  const waits = { state: "pending", reason: null, count: 3, oldest_at: at, newest_at: at };
  const ask = (query = "") => http.call("GET", `${path}/summary?tenant_id=summed${query}`);
  const { status, json } = await ask();
  assert.equal(status, 200);
  const groups = [{ ...waits, event_sink_id: eventSinkId }];
  assert.deepEqual(json, { summary: { groups, is_partial: false } });
  await http.call("POST", `/v1/event_sink/${eventSinkId}/pause`);
  assert.equal((await ask(`&event_sink_id=${eventSinkId}`)).json.summary.groups[0].state, "held");
  assert.equal((await ask("&state=failed")).status, 400);
});
