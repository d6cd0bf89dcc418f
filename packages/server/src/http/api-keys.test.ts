import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type FreshHttp, openFreshHttp } from "../../test/support/fresh-http.ts";

let http: FreshHttp;
before(async () => {
  http = await openFreshHttp();
  await http.call("POST", "/v1/tenant", { tenant_id: "acme" });
});
after(() => http.close());

test("a key is shown once, works, is listed without itself, and stops working when deleted", async () => {
  const made = await http.call("POST", "/v1/api_key", { tenant_id: "acme", name: "CI" });
  assert.equal(made.status, 200);
  const { key, ...shown } = made.json.api_key;
  assert.match(key, /^esk_/);
  assert.deepEqual(Object.keys(shown), ["id", "tenant_id", "name", "prefix", "created_at"]);
  assert.ok(key.startsWith(shown.prefix) && shown.prefix.length < 16);

  const list = await http.call("GET", "/v1/api_key?tenant_id=acme");
  assert.deepEqual(list.json, { data: { api_keys: [shown] }, pagination: null });
  assert.ok(!list.text.includes(key));

  const got = await http.call("GET", `/v1/api_key/${shown.id}`);
  assert.deepEqual(got.json, { api_key: shown });

  const use = () => http.call("GET", "/v1/event_sink?tenant_id=acme", undefined, { key });
  assert.equal((await use()).status, 200);
  const deleted = await http.call("DELETE", `/v1/api_key/${shown.id}`);
  assert.deepEqual(deleted.json, { id: shown.id, tenant_id: "acme" });
  assert.equal((await use()).status, 401);
  assert.equal((await http.call("DELETE", `/v1/api_key/${shown.id}`)).status, 404);
  assert.equal((await http.call("GET", `/v1/api_key/${shown.id}`)).status, 404);
});

test("a key for a tenant that is not there is refused with the cure", async () => {
  const answer = await http.call("POST", "/v1/api_key", { tenant_id: "nobody", name: "CI" });
  assert.equal(answer.status, 404);
  assert.equal(answer.json.code, "unknown_tenant");
  assert.match(answer.json.error, /POST \/v1\/tenant/);
});
