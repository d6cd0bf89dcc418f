import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type FreshHttp, openFreshHttp } from "../../../test/support/fresh-http.ts";
import { eventually } from "../../../test/support/start-service.ts";
import { isApiKeyIntact } from "../../operator-key.ts";
import { routeAccess } from "../route-scopes.ts";

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
  assert.deepEqual(Object.keys(shown), [
    "id",
    "tenant_id",
    "name",
    "prefix",
    "scopes",
    "expires_at",
    "last_used_at",
    "created_at",
  ]);
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

/** A key with these scopes, made by the operator. */
async function keyWith(scopes: readonly string[] | undefined, more: object = {}) {
  const body = { tenant_id: "acme", name: "k", ...(scopes && { scopes }), ...more };
  const { status, json, text } = await http.call("POST", "/v1/api_key", body);
  assert.equal(status, 200, text);
  return { id: String(json.api_key.id), key: String(json.api_key.key), shown: json.api_key };
}

test("a key without one of a route's scopes is refused there, with all of them it is not", async () => {
  const all = [...new Set(Object.values(routeAccess).flatMap(({ scopes }) => scopes))];
  const keys = new Map<string, string>();
  const keyOf = async (scopes: readonly string[], tenant_id: string | null) => {
    const name = `${tenant_id} ${scopes.join(" ")}`;
    const known = keys.get(name) ?? (await keyWith(scopes, { tenant_id })).key;
    keys.set(name, known);
    return known;
  };
  const missing = "00000000-0000-0000-0000-000000000000";
  let refusedCount = 0;
  for (const [route, { scopes, role }] of Object.entries(routeAccess)) {
    const [method = "", pattern = ""] = route.split(" ");
    const path = pattern.replace(/:\w+/, missing);
    const tenantId = role === "operator" ? null : "acme";
    const body = method === "GET" || method === "DELETE" ? undefined : {};
    const ask = async (granted: readonly string[], tenant: string | null) =>
      (await http.call(method, path, body, { key: await keyOf(granted, tenant) })).json;
    for (const scope of scopes) {
      const others = all.filter((one) => one !== scope);
      const refused = await ask(others, tenantId);
      assert.equal(refused.code, "forbidden", route);
      assert.ok(refused.error.includes(`\`${scope}\``), refused.error);
      refusedCount++;
    }
    if (scopes.length > 0) assert.notEqual((await ask(scopes, tenantId)).code, "forbidden", route);
    if (role === "operator") {
      assert.match((await ask(all, "acme")).error, /needs an operator's key/, route);
    }
  }
  assert.ok(refusedCount > 30);
});

test("a key without scopes named gets all but admin; unknown and repeated ones are refused", async () => {
  const { shown } = await keyWith(undefined);
  assert.deepEqual(shown.scopes, [
    "sinks:read",
    "sinks:write",
    "alerts:write",
    "deliveries:read",
    "deliveries:write",
    "secrets:read",
  ]);
  for (const scopes of [[], ["root"], ["admin", "admin"], "admin"]) {
    const answer = await http.call("POST", "/v1/api_key", { tenant_id: "acme", name: "k", scopes });
    assert.equal(answer.status, 400, JSON.stringify(scopes));
  }
});

test("an operator's key reaches all tenants with its scopes; only an operator makes one", async () => {
  await http.call("POST", "/v1/tenant", { tenant_id: "other" });
  const { key, shown } = await keyWith(["sinks:read", "admin"], { tenant_id: null });
  assert.equal(shown.tenant_id, null);
  for (const tenant of ["acme", "other"]) {
    const path = `/v1/event_sink?tenant_id=${tenant}`;
    assert.equal((await http.call("GET", path, undefined, { key })).status, 200);
  }
  const listed = await http.call("GET", "/v1/api_key", undefined, { key });
  assert.ok(listed.json.data.api_keys.some(({ id }: { id: string }) => id === shown.id));
  assert.equal(
    (await http.call("GET", "/v1/session", undefined, { key })).json.session.role,
    "operator",
  );

  const admin = await keyWith(["admin"]);
  const body = { tenant_id: null, name: "k" };
  const refused = await http.call("POST", "/v1/api_key", body, { key: admin.key });
  assert.equal(refused.status, 403);
  const get = await http.call("GET", `/v1/api_key/${shown.id}`, undefined, { key: admin.key });
  assert.equal(get.status, 404);
});

test("a key hands on no scope and no time that it does not have, and does not change itself", async () => {
  const soon = new Date(http.clock.now() + 60_000).toISOString();
  const later = new Date(http.clock.now() + 120_000).toISOString();
  const admin = await keyWith(["admin", "sinks:read"], { expires_at: soon });
  const by = (method: string, path: string, body?: object) =>
    http.call(method, path, body, { key: admin.key });
  const make = (more: object) =>
    by("POST", "/v1/api_key", { tenant_id: "acme", name: "k", ...more });

  assert.equal((await make({ scopes: ["secrets:read"], expires_at: soon })).status, 403);
  assert.equal((await make({ expires_at: later })).status, 403);
  assert.equal((await make({})).status, 403, "without an expiry it would outlive its maker");
  const made = await make({ expires_at: soon });
  assert.deepEqual(made.json.api_key.scopes, ["sinks:read"]);
  const own = `/v1/api_key/${admin.id}`;
  assert.equal((await by("PUT", own, { expires_at: soon })).status, 403);
  assert.equal((await by("PUT", own, { scopes: ["admin"] })).status, 403);
  assert.equal((await by("PUT", own, { name: "renamed" })).status, 200);
  const theirs = `/v1/api_key/${made.json.api_key.id}`;
  assert.equal((await by("PUT", theirs, { scopes: ["alerts:write"] })).status, 403);
  const changed = await by("PUT", theirs, { ...made.json.api_key, key: undefined, name: "new" });
  assert.equal(changed.json.api_key.name, "new", "GET, edit, PUT works");
});

test("a changed key counts at once, an expired one no more, and says so", async () => {
  const expiresAt = new Date(http.clock.now() + 1_000).toISOString();
  const { id, key } = await keyWith(["sinks:read"], { expires_at: expiresAt });
  const use = () => http.call("GET", "/v1/event_sink?tenant_id=acme", undefined, { key });
  assert.equal((await use()).status, 200);
  await http.call("PUT", `/v1/api_key/${id}`, { scopes: ["alerts:write"] });
  assert.equal((await use()).status, 403);
  await http.call("PUT", `/v1/api_key/${id}`, { scopes: ["sinks:read"] });
  assert.equal((await use()).status, 200);
  http.clock.advance(1_000);
  const late = await use();
  assert.equal(late.status, 401);
  assert.match(late.json.error, /expired at 20/);
  await http.call("PUT", `/v1/api_key/${id}`, { expires_at: null });
  assert.equal((await use()).status, 200);
  const past = await http.call("PUT", `/v1/api_key/${id}`, { expires_at: "2001-01-01T00:00:00Z" });
  assert.equal(past.status, 400);
});

test("a key revoked on another node works here for less than a second", async () => {
  const { id, key } = await keyWith(["sinks:read"]);
  const use = () => http.call("GET", "/v1/event_sink?tenant_id=acme", undefined, { key });
  assert.equal((await use()).status, 200);
  await http.fresh.store.deleteApiKey({ tenantId: null, id });
  http.clock.advance(999);
  assert.equal((await use()).status, 401);
});

test("when a key was last used is written down within ten seconds", async () => {
  const { id, key } = await keyWith(["sinks:read"]);
  await http.call("GET", "/v1/event_sink?tenant_id=acme", undefined, { key });
  const usedAt = new Date(http.clock.now()).toISOString().replace(/\.\d+/, "");
  http.clock.advance(10_000);
  await eventually(async () => {
    const { json } = await http.call("GET", `/v1/api_key/${id}`);
    return json.api_key.last_used_at === usedAt;
  }, "the use is noted");
});

test("a key carries a checksum, so that one typed wrong is told from one revoked without a look-up", async () => {
  const { key } = await keyWith(["sinks:read"]);
  assert.match(key, /^esk_[0-9A-Za-z]{44}$/);
  assert.ok(isApiKeyIntact(key));
  for (const index of [4, 20, 41, 47]) {
    const other = key[index] === "x" ? "y" : "x";
    assert.ok(!isApiKeyIntact(key.slice(0, index) + other + key.slice(index + 1)), `at ${index}`);
  }
  assert.ok(!isApiKeyIntact(key.slice(0, -1)));
  assert.ok(isApiKeyIntact("the operator's own, in any form"));
});
