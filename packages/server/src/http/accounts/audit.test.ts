import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { type FreshHttp, openFreshHttp } from "../../../test/support/fresh-http.ts";

let http: FreshHttp;
let key: string;
before(async () => {
  http = await openFreshHttp();
  key = await http.tenantKey("acme");
});
after(() => http.close());

const headerValue = "header-value-that-nobody-may-see";
const sink = (tenant_id: string) => ({
  tenant_id,
  name: "Triage",
  description: "",
  event_sink_args: { Webhook: { url: "https://test.com/abc", headers: { "x-key": headerValue } } },
});

const search = async (query: string, options = {}) =>
  (await http.call("GET", `/v1/audit?${query}`, undefined, options)).json.data.audit_entries;

test("every kind of change to a sink is told of: who, what, when, from where, without values", async () => {
  const made = await http.call("POST", "/v1/event_sink", sink("acme"), {
    key,
    headers: { "x-forwarded-for": "203.0.113.7" },
  });
  const { id } = made.json.event_sink;
  const path = `/v1/event_sink/${id}`;
  await http.call("PUT", path, { id, name: "New", description: "d" }, { key });
  await http.call("PUT", path, { id, name: "" }, { key });
  for (const verb of ["pause", "resume"]) await http.call("POST", `${path}/${verb}`);
  const secret = (await http.call("GET", `${path}/signing_secret`, undefined, { key })).json;
  await http.call("POST", `${path}/signing_secret/rotate`, {}, { key });
  await http.call("DELETE", path, undefined, { key });
  await http.call("DELETE", path, undefined, { key });

  const entries = await search(`tenant_id=acme&resource_id=${id}`);
  assert.deepEqual(entries.map(({ action }: { action: string }) => action).reverse(), [
    "event_sink.created",
    "event_sink.updated",
    "event_sink.paused",
    "event_sink.resumed",
    "signing_secret.read",
    "signing_secret.rotated",
    "event_sink.deleted",
  ]);
  const [created, updated, paused] = entries.toReversed();
  assert.equal(created.tenant_id, "acme");
  assert.deepEqual(created.actor.role, "tenant");
  assert.match(created.actor.api_key_id, /^[0-9a-f-]{36}$/);
  assert.equal(created.name, "Triage");
  assert.equal(created.address, "127.0.0.1");
  assert.equal(created.forwarded_for, "203.0.113.7");
  assert.equal(created.request_id, made.headers["x-request-id"]);
  assert.deepEqual(updated.fields, ["name", "description"]);
  assert.deepEqual(paused.actor, { role: "operator", api_key_id: null, via: "key" });
  const text = JSON.stringify(entries);
  for (const value of [headerValue, secret.signing_secret, key]) assert.ok(!text.includes(value));
});

test("tenants, keys and sessions are told of", async () => {
  await http.call("POST", "/v1/tenant", { tenant_id: "new" });
  await http.call("PUT", "/v1/tenant/new", { operational_event_sink_ids: [] });
  const body = { tenant_id: "new", name: "CI" };
  const made = (await http.call("POST", "/v1/api_key", body)).json.api_key;
  await http.call("PUT", `/v1/api_key/${made.id}`, { name: "CI 2" });
  const csrf = { "x-event-sinks-csrf": "1" };
  const signIn = { key: null, headers: csrf };
  const session = await http.call("POST", "/v1/session", { api_key: made.key }, signIn);
  const cookie = String(session.headers["set-cookie"]).split(";")[0] ?? "";
  await http.call("DELETE", "/v1/session", undefined, { key: null, headers: { ...csrf, cookie } });
  await http.call("DELETE", `/v1/api_key/${made.id}`);
  await http.call("DELETE", "/v1/tenant/new?confirm=new");
  const entries = await search("tenant_id=new");
  assert.deepEqual(entries.map(({ action }: { action: string }) => action).reverse(), [
    "tenant.created",
    "tenant.updated",
    "api_key.created",
    "api_key.updated",
    "session.begun",
    "session.ended",
    "api_key.revoked",
    "tenant.deleted",
  ]);
  const begun = entries.find(({ action }: { action: string }) => action === "session.begun");
  assert.deepEqual(begun.actor, { role: "tenant", api_key_id: made.id, via: "session" });
  assert.ok(!JSON.stringify(entries).includes(made.key));
});

test("a tenant's admin sees its own tenant's log only", async () => {
  const body = { tenant_id: "acme", name: "admin", scopes: ["admin"] };
  const admin = { key: String((await http.call("POST", "/v1/api_key", body)).json.api_key.key) };
  await http.call("POST", "/v1/tenant", { tenant_id: "other" });
  assert.equal((await http.call("GET", "/v1/audit", undefined, { key })).status, 403);
  const other = await http.call("GET", "/v1/audit?tenant_id=other", undefined, admin);
  assert.equal(other.status, 403);
  const entries = await search("", admin);
  assert.ok(entries.length > 0);
  for (const entry of entries) assert.equal(entry.tenant_id, "acme");
});

test("the log is exported whole as JSON lines, and filtered alike", async () => {
  for (let n = 0; n < 700; n++) await http.call("POST", "/v1/tenant", { tenant_id: `many-${n}` });
  const headers = { accept: "application/x-ndjson" };
  const answer = await http.call("GET", "/v1/audit?action=tenant.created", undefined, { headers });
  assert.equal(answer.headers["content-type"], "application/x-ndjson");
  const lines = answer.text.trimEnd().split("\n");
  const ids = lines.map((line) => JSON.parse(line).resource_id);
  assert.ok(ids.length > 700 && new Set(ids).size === ids.length);
  const listed = await search("action=tenant.created&pagination[page_size]=1");
  assert.deepEqual(JSON.parse(lines[0] ?? ""), listed[0]);
  const unknown = await http.call("GET", "/v1/audit?actions=tenant.created");
  assert.equal(unknown.status, 400);
});

test("nobody changes or removes what the log says, not even with SQL", () => {
  const db = new DatabaseSync(http.fresh.path);
  for (const sql of [
    "UPDATE audit_log SET action = 'x'",
    "DELETE FROM audit_log",
    "REPLACE INTO audit_log SELECT * FROM audit_log LIMIT 1",
    "INSERT OR REPLACE INTO audit_log SELECT no + 100000, id, at, tenant_id, role, api_key_id, via, 'x', resource_id, name, fields, address, forwarded_for, request_id FROM audit_log LIMIT 1",
    "UPDATE OR REPLACE audit_log SET no = 1",
  ]) {
    assert.throws(() => db.exec(sql), /append-only/);
  }
  db.close();
});
