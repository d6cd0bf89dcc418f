import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type FreshHttp, openFreshHttp } from "../../test/support/fresh-http.ts";

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

test("a tenant that is not there is a 404", async () => {
  assert.equal((await http.call("GET", "/v1/tenant/nobody")).status, 404);
  assert.equal((await http.call("GET", "/v1/tenant/no%20body")).status, 404);
});
