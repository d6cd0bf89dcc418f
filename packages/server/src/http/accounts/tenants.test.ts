import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type FreshHttp, openFreshHttp } from "../../../test/support/fresh-http.ts";

let http: FreshHttp;
before(async () => {
  http = await openFreshHttp();
});
after(() => http.close());

test("a tenant is created, got and listed page by page", async () => {
  const made = await http.call("POST", "/v1/tenant", { tenant_id: "a.b_c:d-E" });
  assert.equal(made.status, 200);
  assert.deepEqual(made.json, { tenant: { id: "a.b_c:d-E", created_at: "2026-01-01T00:00:00Z" } });
  assert.deepEqual((await http.call("GET", "/v1/tenant/a.b_c:d-E")).json, made.json);
  const unnamed = await http.call("POST", "/v1/tenant", {});
  assert.match(unnamed.json.tenant.id, /^[0-9a-f-]{36}$/);

  const first = await http.call("GET", "/v1/tenant?pagination[page_size]=1");
  assert.deepEqual(first.json.data.tenants, [made.json.tenant]);
  const token = encodeURIComponent(first.json.pagination.next_page_token);
  const rest = await http.call("GET", `/v1/tenant?pagination%5Bpage_token%5D=${token}`);
  assert.deepEqual(rest.json, { data: { tenants: [unnamed.json.tenant] }, pagination: null });
});

test("a tenant that is there already is a conflict", async () => {
  await http.call("POST", "/v1/tenant", { tenant_id: "twice" });
  const again = await http.call("POST", "/v1/tenant", { tenant_id: "twice" });
  assert.equal(again.status, 409);
  assert.equal(again.json.code, "conflict");
});

test("a tenant's operational sinks are its own, and can be taken back", async () => {
  const sinkOf = async (tenant_id: string): Promise<string> => {
    const event_sink_args = { Webhook: { url: "https://test.com/webhook/abc" } };
    const body = { tenant_id, name: "W", description: "", event_sink_args };
    return (await http.call("POST", "/v1/event_sink", body)).json.event_sink.id;
  };
  const [own, foreign] = [await sinkOf("ours"), await sinkOf("theirs")];
  const put = (operational_event_sink_ids: string[], more = {}) =>
    http.call("PUT", "/v1/tenant/ours", { operational_event_sink_ids, ...more });
  const set = await put([own.toUpperCase(), own]);
  assert.equal(set.status, 200, set.text);
  assert.deepEqual(set.json.tenant.operational_event_sink_ids, [own]);
  assert.deepEqual((await http.call("GET", "/v1/tenant/ours")).json, set.json);
  const refused = await put([own, foreign]);
  assert.equal(refused.status, 400);
  assert.match(refused.json.error, new RegExp(foreign));
  assert.ok(!refused.json.error.includes(own));
  assert.equal((await put([], { id: "theirs" })).json.code, "id_mismatch");
  const cleared = await put([]);
  assert.equal(cleared.json.tenant.operational_event_sink_ids, undefined);
});

test("a tenant has a retention of its own until it is taken back", async () => {
  await http.call("POST", "/v1/tenant", { tenant_id: "brief" });
  const put = (body: object) => http.call("PUT", "/v1/tenant/brief", body);
  assert.equal((await put({ retention_days: 7 })).json.tenant.retention_days, 7);
  assert.equal((await put({ operational_event_sink_ids: [] })).json.tenant.retention_days, 7);
  assert.equal((await http.call("GET", "/v1/tenant/brief")).json.tenant.retention_days, 7);
  for (const wrong of [0, 3_651, 1.5, "7"]) {
    const refused = await put({ retention_days: wrong });
    assert.equal(refused.status, 400, String(wrong));
    assert.match(refused.json.error, /retention_days/);
  }
  assert.equal((await put({ retention_days: null })).json.tenant.retention_days, undefined);
});

test("a tenant that is not there is a 404", async () => {
  const put = { operational_event_sink_ids: [] };
  assert.equal((await http.call("PUT", "/v1/tenant/nobody", put)).status, 404);
  assert.equal((await http.call("GET", "/v1/tenant/nobody")).status, 404);
  assert.equal((await http.call("GET", "/v1/tenant/no%20body")).status, 404);
});

test("a tenant is deleted only by its name said twice, and its keys end with it", async () => {
  const key = await http.tenantKey("leaving");
  const event_sink_args = { Webhook: { url: "https://test.com/webhook/abc" } };
  const body = { tenant_id: "leaving", name: "W", description: "", event_sink_args };
  await http.call("POST", "/v1/event_sink", body);
  const use = () => http.call("GET", "/v1/event_sink?tenant_id=leaving", undefined, { key });
  assert.equal((await use()).status, 200);
  for (const query of ["", "?confirm=", "?confirm=other"]) {
    const refused = await http.call("DELETE", `/v1/tenant/leaving${query}`);
    assert.equal(refused.status, 400, query);
    assert.match(refused.json.error, /\?confirm=leaving/);
  }
  assert.equal((await use()).status, 200);
  const deleted = await http.call("DELETE", "/v1/tenant/leaving?confirm=leaving");
  assert.deepEqual(deleted.json, {
    id: "leaving",
    deleted: { event_sinks: 1, slack_integrations: 0, api_keys: 1 },
  });
  assert.equal((await use()).status, 401);
  assert.equal((await http.call("DELETE", "/v1/tenant/leaving?confirm=leaving")).status, 404);
});
