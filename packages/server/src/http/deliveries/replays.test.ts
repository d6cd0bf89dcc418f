import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type FreshHttp, openFreshHttp } from "../../../test/support/fresh-http.ts";
import { eventually, settlementOf } from "../../../test/support/store-samples.ts";

const path = "/v1/delivery/replay";
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

/** An alert whose delivery has failed. @returns the delivery's id. */
async function failed(tenantId: string, eventSinkId: string, alert: object = {}): Promise<string> {
  const body = { tenant_id: tenantId, name: "n", event_sink_ids: [eventSinkId], ...alert };
  const taken = await http.call("POST", "/v1/alert", body);
  await settle(tenantId, eventSinkId, "failed");
  return taken.json.deliveries[0].id;
}

async function settle(tenantId: string, eventSinkId: string, state: "failed" | "delivered") {
  const { store } = http.fresh;
  const now = http.clock.now();
  const [claimed] = await store.claim({ lanes: [{ tenantId, eventSinkId, limit: 1 }], now });
  const leased = claimed?.deliveries[0];
  assert.ok(leased);
  const reason = state === "failed" ? ("payload_refused" as const) : null;
  await store.settle({ settlements: [settlementOf(leased, { state, reason, now })] });
}

test("a failed delivery is retried as itself; without its sink it is refused with the cure", async () => {
  const sink = await makeSink("retries");
  const id = await failed("retries", sink);
  http.clock.advance(1_000);
  const retried = await http.call("POST", `/v1/delivery/${id}/retry`);
  assert.equal(retried.status, 200, retried.text);
  const { state, replayed_at } = retried.json.delivery;
  assert.deepEqual([retried.json.delivery.id, state], [id, "pending"]);
  assert.equal(replayed_at, new Date(http.clock.now()).toISOString());
  await settle("retries", sink, "failed");
  await http.call("DELETE", `/v1/event_sink/${sink}`);
  const refused = await http.call("POST", `/v1/delivery/${id}/retry`, {});
  assert.deepEqual([refused.status, refused.json.code], [409, "conflict"]);
  assert.match(refused.json.error, /to_event_sink_id/);
  const key = await http.tenantKey("another");
  const foreign = await http.call("POST", `/v1/delivery/${id}/retry`, {}, { key });
  assert.equal(foreign.status, 404);
});

test("a trigger that was resolved since is only retried when that is asked for", async () => {
  const sink = await makeSink("resolved");
  const id = await failed("resolved", sink, { dedup_key: "k" });
  const resolve = { tenant_id: "resolved", name: "n", dedup_key: "k", action: "resolve" };
  await http.call("POST", "/v1/alert", resolve);
  await settle("resolved", sink, "delivered");
  const refused = await http.call("POST", `/v1/delivery/${id}/retry`);
  assert.equal(refused.status, 409);
  assert.match(refused.json.error, /include_overtaken/);
  const asked = await http.call("POST", `/v1/delivery/${id}/retry`, { include_overtaken: true });
  assert.equal(asked.status, 200, asked.text);
});

test("a replay tells how far it is; a dry run only counts", async () => {
  const sink = await makeSink("replays");
  const ids = [await failed("replays", sink), await failed("replays", sink)];
  const body = { tenant_id: "replays", event_sink_id: sink, since: "2025-01-01T00:00:00Z" };
  const dry = await http.call("POST", path, { ...body, dry_run: true });
  assert.equal(dry.status, 200, dry.text);
  const skipped = { overtaken: 0, already_there: 0, event_sink_deleted: 0 };
  const filter = { event_sink_id: sink, state: "failed", since: "2025-01-01T00:00:00.000Z" };
  const shown = {
    ...{ tenant_id: "replays", filter, to_event_sink_id: null, include_overtaken: false },
    ...{ matched_count: 2, skipped, replayed_count: 0, finished_at: null },
    created_at: new Date(http.clock.now()).toISOString(),
  };
  assert.deepEqual(dry.json.replay, { ...shown, id: null, state: "dry_run" });
  assert.deepEqual((await http.call("GET", `${path}?tenant_id=replays`)).json.data.replays, []);

  const begun = await http.call("POST", path, body);
  const { id } = begun.json.replay;
  assert.deepEqual(begun.json.replay, { ...shown, id, state: "running" });
  await eventually(async () => {
    http.clock.advance(100);
    return (await http.call("GET", `${path}/${id}`)).json.replay.state === "done";
  });
  const { replay } = (await http.call("GET", `${path}/${id}`)).json;
  assert.equal(replay.replayed_count, 2);
  assert.ok(replay.finished_at);
  const listed = await http.call("GET", `${path}?tenant_id=replays`);
  assert.deepEqual(listed.json.data.replays, [replay]);
  for (const each of ids) {
    const { delivery } = (await http.call("GET", `/v1/delivery/${each}`)).json;
    assert.equal(delivery.state, "pending");
  }
  assert.equal((await http.call("POST", `${path}/${id}/cancel`)).status, 409);
});

test("a replay that makes no sense is refused with the cure", async () => {
  const sink = await makeSink("refusals");
  const key = await http.tenantKey("elsewhere");
  const other = await makeSink("elsewhere");
  const cases: [object, number, RegExp][] = [
    [{ state: "held" }, 400, /to_event_sink_id/],
    [{ to_event_sink_id: other }, 400, /no event sink/],
    [{ event_sink_id: sink, to_event_sink_id: sink }, 400, /leave out/],
    [{ event_sink_id: other }, 400, /event sink .* check the id/],
    [{ event_sink_id: other, to_event_sink_id: sink }, 400, /event sink .* check the id/],
    [{ alert_uid: "01890a5d-ac96-774b-bcce-b302099a8057" }, 400, /no alert .* not your own `id`/],
    [{ tenant_id: "nobody" }, 404, /no tenant/],
    [{ states: "failed" }, 400, /states/],
    [{ since: "yesterday" }, 400, /since/],
  ];
  for (const [change, status, sentence] of cases) {
    const refused = await http.call("POST", path, { tenant_id: "refusals", ...change });
    assert.equal(refused.status, status, JSON.stringify(change));
    assert.match(refused.json.error, sentence);
  }
  const foreign = await http.call("POST", path, { tenant_id: "refusals" }, { key });
  assert.equal(foreign.status, 403);
});

test("what was for a sink that is deleted now can go to another one", async () => {
  const gone = await makeSink("moved");
  await failed("moved", gone);
  const other = await makeSink("moved");
  await http.call("DELETE", `/v1/event_sink/${gone}`);
  const body = { tenant_id: "moved", event_sink_id: gone, to_event_sink_id: other };
  const dry = await http.call("POST", path, { ...body, dry_run: true });
  assert.deepEqual([dry.status, dry.json.replay?.matched_count], [200, 1], dry.text);
});

test("what was held is discarded on wish, and can be replayed", async () => {
  const sink = await makeSink("discards");
  await http.call("POST", `/v1/event_sink/${sink}/pause`);
  const taken = await http.call("POST", "/v1/alert", { tenant_id: "discards", name: "n" });
  const [{ id }] = taken.json.deliveries;
  const resumed = await http.call("POST", `/v1/event_sink/${sink}/resume`, { held: "discard" });
  assert.deepEqual([resumed.status, resumed.json.discarded_count], [200, 1], resumed.text);
  const { delivery } = (await http.call("GET", `/v1/delivery/${id}`)).json;
  assert.deepEqual([delivery.state, delivery.reason], ["canceled", null]);
  const { status } = (await http.call("GET", `/v1/event_sink/${sink}/status`)).json;
  assert.equal(status.state, "healthy");
  const body = { tenant_id: "discards", state: "canceled", dry_run: true };
  assert.equal((await http.call("POST", path, body)).json.replay.matched_count, 1);
});

test("deliveries are found by key and by action", async () => {
  const sink = await makeSink("keys");
  const a = await failed("keys", sink, { dedup_key: "k" });
  await failed("keys", sink, { dedup_key: "other" });
  const b = await failed("keys", sink, { dedup_key: "k", action: "resolve" });
  const find = async (query: string) => {
    const { json } = await http.call("GET", `/v1/delivery?tenant_id=keys&${query}`);
    return json.data.deliveries.map((one: { id: string }) => one.id);
  };
  assert.deepEqual(await find("dedup_key=k"), [b, a]);
  assert.deepEqual(await find("dedup_key=k&action=trigger"), [a]);
  assert.deepEqual(await find("action=resolve"), [b]);
  const first = await http.call(
    "GET",
    "/v1/delivery?tenant_id=keys&dedup_key=k&pagination[page_size]=1",
  );
  const token = first.json.pagination.next_page_token;
  assert.deepEqual(await find(`dedup_key=k&pagination[page_token]=${token}`), [a]);
});
