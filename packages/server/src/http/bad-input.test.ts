/** What callers get wrong, one test each: the status, the code, the field that is named. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  type CallOptions,
  type FreshHttp,
  type HttpAnswer,
  openFreshHttp,
  operatorKey,
} from "../../test/support/fresh-http.ts";

const path = "/v1/event_sink";
const sink = {
  tenant_id: "acme",
  name: "Webhook",
  description: "",
  event_sink_args: { Webhook: { url: "https://test.com/webhook/abc" } },
};

let http: FreshHttp;
let id: string;
before(async () => {
  http = await openFreshHttp();
  id = (await http.call("POST", path, sink)).json.event_sink.id;
});
after(() => http.close());

async function refused(
  [method, target, body, options]: [string, string, unknown?, CallOptions?],
  [status, code, field]: [number, string, string?],
): Promise<HttpAnswer> {
  const answer = await http.call(method, target, body, options);
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.json.code, code);
  assert.match(answer.json.error, /\.$/, "a sentence");
  assert.equal(String(answer.headers["content-type"]), "application/json; charset=utf-8");
  const paths = (answer.json.details ?? []).map((detail: { path: string }) => detail.path);
  if (field !== undefined) assert.ok(paths.includes(field), `${field} in ${paths}`);
  return answer;
}

test("not JSON", async () => {
  await refused(["POST", path, '{"tenant_id": "acme",}'], [400, "invalid_json"]);
  await refused(["POST", "/v1/alert", "tenant_id=acme"], [400, "invalid_json"]);
});

test("wrong content type", async () => {
  const options = { headers: { "content-type": "application/x-www-form-urlencoded" } };
  await refused(["POST", path, sink, options], [415, "unsupported_media_type"]);
  await refused(
    ["POST", "/v1/alert", { tenant_id: "acme", name: "n" }, options],
    [415, "unsupported_media_type"],
  );
});

test("no body at all", async () => {
  await refused(["POST", path], [400, "invalid_request"]);
  await refused(["POST", "/v1/alert"], [400, "invalid_request"]);
  await refused(["POST", "/v1/alert/batch"], [400, "invalid_request", "alerts"]);
});

test("a missing field", async () => {
  for (const field of Object.keys(sink)) {
    const { [field as "name"]: _, ...rest } = sink;
    await refused(["POST", path, rest], [400, "invalid_request", field]);
  }
  await refused(["GET", path], [400, "invalid_request", "tenant_id"]);
  await refused(["PUT", `${path}/${id}`, { name: "n" }], [400, "invalid_request", "id"]);
  await refused(["POST", "/v1/alert", { tenant_id: "acme" }], [400, "invalid_request", "name"]);
});

test("an unknown field", async () => {
  const answer = await refused(
    ["POST", path, { ...sink, nmae: "x" }],
    [400, "unknown_field", "nmae"],
  );
  assert.match(answer.json.error, /`nmae` is not a field here: known are .*`name`/);
  const args = { Webhook: { url: "https://test.com", retries: 3 } };
  const field = "event_sink_args.Webhook.retries";
  await refused(["POST", path, { ...sink, event_sink_args: args }], [400, "unknown_field", field]);
  await refused(["PUT", `${path}/${id}`, { id, url: "x" }], [400, "unknown_field", "url"]);
});

test("a field of the wrong type", async () => {
  await refused(["POST", path, { ...sink, name: 7 }], [400, "invalid_request", "name"]);
  await refused(["POST", path, { ...sink, name: null }], [400, "invalid_request", "name"]);
  await refused(["PUT", `${path}/${id}`, { id, name: null }], [400, "invalid_request", "name"]);
  await refused(
    ["POST", path, { ...sink, name: "x".repeat(257) }],
    [400, "invalid_request", "name"],
  );
  await refused(
    ["POST", path, { ...sink, description: "x".repeat(4097) }],
    [400, "invalid_request", "description"],
  );
  await refused(
    ["POST", path, { ...sink, tenant_id: "a/b" }],
    [400, "invalid_request", "tenant_id"],
  );
  await refused(["POST", path, [sink]], [400, "invalid_request"]);
});

test("two keys in event_sink_args, or none, or one that is no sink type", async () => {
  const Webhook = { url: "https://test.com" };
  const PagerDuty = { integration_key: "e93facc04764012d7bfb002500d5d1a6" };
  const two = await refused(
    ["POST", path, { ...sink, event_sink_args: { Webhook, PagerDuty } }],
    [400, "invalid_request", "event_sink_args"],
  );
  assert.match(two.json.error, /exactly one of .*it holds `Webhook` and `PagerDuty`/);
  await refused(
    ["POST", path, { ...sink, event_sink_args: {} }],
    [400, "invalid_request", "event_sink_args"],
  );
  await refused(
    ["POST", path, { ...sink, event_sink_args: { Tines: {} } }],
    [400, "unknown_field", "event_sink_args.Tines"],
  );
});

test("PUT with another id", async () => {
  const other = "00000000-0000-7000-8000-000000000000";
  await refused(["PUT", `${path}/${id}`, { id: other }], [400, "id_mismatch", "id"]);
});

test("PUT with another type", async () => {
  const event_sink_args = { PagerDuty: { integration_key: "e93facc04764012d7bfb002500d5d1a6" } };
  await refused(
    ["PUT", `${path}/${id}`, { id, event_sink_args }],
    [400, "event_sink_type_fixed", "event_sink_args.PagerDuty"],
  );
});

test("another tenant's sink", async () => {
  const key = await http.tenantKey("other");
  await refused(["GET", `${path}/${id}`, undefined, { key }], [404, "not_found"]);
  await refused(["PUT", `${path}/${id}`, { id }, { key }], [404, "not_found"]);
  await refused(["DELETE", `${path}/${id}`, undefined, { key }], [404, "not_found"]);
});

test("another tenant's sink among event_sink_ids", async () => {
  const mine = { ...sink, tenant_id: "mixed" };
  const own = (await http.call("POST", path, mine)).json.event_sink.id;
  const alert = { tenant_id: "mixed", name: "n", id: "1" };
  const answer = await http.call("POST", "/v1/alert", { ...alert, event_sink_ids: [id, own] });
  assert.equal(answer.status, 202);
  assert.deepEqual(answer.json.unknown_event_sink_ids, [id]);
  assert.deepEqual(
    answer.json.deliveries.map((one: { event_sink_id: string }) => one.event_sink_id),
    [own],
  );
  await refused(
    ["POST", "/v1/alert", { ...alert, id: "2", event_sink_ids: [id] }],
    [400, "no_event_sink", "event_sink_ids"],
  );
});

test("an unknown tenant", async () => {
  const answer = await refused(
    ["POST", "/v1/alert", { tenant_id: "nobody", name: "n" }],
    [404, "unknown_tenant", "tenant_id"],
  );
  assert.match(answer.json.error, /POST \/v1\/tenant/);
  assert.equal((await http.call("GET", "/v1/tenant/nobody")).status, 404);
});

test("no key, and a wrong one", async () => {
  await refused(["GET", `${path}/${id}`, undefined, { key: null }], [401, "unauthorized"]);
  await refused(["POST", "/v1/alert", {}, { key: "wrong" }], [401, "unauthorized"]);
});

test("a body too large", async () => {
  const { alertBytesMax, batchBytesMax } = http.deps.settings;
  const alert = { tenant_id: "acme", name: "n", x: "y".repeat(alertBytesMax) };
  const answer = await refused(["POST", "/v1/alert", alert], [413, "too_large"]);
  assert.ok(answer.json.error.includes(String(alertBytesMax)));
  const batch = { alerts: [alert, { tenant_id: "acme", name: "n" }] };
  const [first, second] = (await http.call("POST", "/v1/alert/batch", batch)).json.alerts;
  assert.equal(first.code, "too_large");
  assert.equal(second.alert.duplicate, false);
  await refused(["POST", "/v1/alert/batch", " ".repeat(batchBytesMax + 1)], [413, "too_large"]);
});

test("page token garbage", async () => {
  const made = await http.call("POST", "/v1/tenant", { tenant_id: "zzz" });
  assert.equal(made.status, 200);
  const tenants = await http.call("GET", "/v1/tenant?pagination[page_size]=1");
  const ofAnotherList = tenants.json.pagination.next_page_token;
  for (const token of ["garbage", "%00", "W10", ofAnotherList, "x".repeat(512)]) {
    await refused(
      ["GET", `${path}?tenant_id=acme&pagination[page_token]=${token}`],
      [400, "invalid_page_token", "pagination[page_token]"],
    );
  }
});

test("a name that is blank or holds a NUL is refused, and half a character is made whole", async () => {
  const create = (name: string) =>
    http.call("POST", "/v1/event_sink", {
      tenant_id: "acme",
      name,
      description: "",
      event_sink_args: { Webhook: { url: "https://example.com/" } },
    });
  for (const name of ["", "   ", "a\u0000b"]) {
    const answer = await create(name);
    assert.equal(answer.status, 400, JSON.stringify(name));
    assert.match(answer.json.error, /`name`/);
  }
  const made = await create("half \ud800");
  assert.equal(made.json.event_sink.name, "half \ufffd");
});

test("a name that is almost as long as a body may be is refused in no time that its length multiplies", async () => {
  const name = `${"a".repeat(1_000_000)}\u0000`;
  await refused(["POST", path, { ...sink, name }], [400, "invalid_request", "name"]);
});

test("what only the service sets is refused, or changes nothing", async () => {
  const key = await http.tenantKey("acme");
  const before = (await http.call("GET", `${path}/${id}`)).json;
  const theirs = {
    ...{ tenant_id: "other", event_sink_type: "slack", created_at: "2020-01-01T00:00:00Z" },
    ...{
      updated_at: "2020-01-01T00:00:00Z",
      configuration: { Webhook: { url: "https://a.test" } },
    },
  };
  const answer = await http.call("PUT", `${path}/${id}`, { id, ...theirs }, { key });
  assert.equal(answer.status, 200, answer.text);
  const { updated_at: _, ...after } = answer.json.event_sink;
  const { updated_at: _before, ...unchanged } = before.event_sink;
  assert.deepEqual(after, unchanged);
  for (const field of [
    "saved_by_operator",
    "savedByOperator",
    "version",
    "sealed_secrets",
    "state",
  ]) {
    const body = { [field]: true };
    await refused(
      ["PUT", `${path}/${id}`, { id, ...body }, { key }],
      [400, "unknown_field", field],
    );
    await refused(["POST", path, { ...sink, ...body }, { key }], [400, "unknown_field", field]);
    const args = { event_sink_args: { Webhook: { url: "https://a.test", ...body } } };
    await refused(["POST", path, { ...sink, ...args }, { key }], [400, "unknown_field"]);
  }
  const made = { tenant_id: "acme", name: "k", scopes: ["alerts:write"] };
  for (const field of ["hash", "key", "prefix", "last_used_at", "role"]) {
    await refused(
      ["POST", "/v1/api_key", { ...made, [field]: "x" }],
      [400, "unknown_field", field],
    );
  }
});

test("a body that is not UTF-8 is refused", async () => {
  const answer = await http.app.inject({
    method: "POST",
    url: "/v1/alert",
    headers: { authorization: `Bearer ${operatorKey}`, "content-type": "application/json" },
    payload: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
  });
  assert.equal(answer.statusCode, 400);
  assert.equal(answer.json().code, "invalid_json");
});

test("a value in the wrong place is not said back, since it may be a secret", async () => {
  const secret = "e93facc04764012d7bfb002500d5d1a6";
  for (const event_sink_args of [
    { PagerDuty: secret },
    { Webhook: { url: "https://example.com/", headers: secret } },
    secret,
  ]) {
    const body = { tenant_id: "acme", name: "n", description: "", event_sink_args };
    const answer = await http.call("POST", "/v1/event_sink", body);
    assert.equal(answer.status, 400);
    assert.ok(!JSON.stringify(answer.json).includes(secret));
  }
});

test("a method nobody knows is refused in the envelope", async () => {
  const url = await http.app.listen({ host: "127.0.0.1", port: 0 });
  const answer = await fetch(`${url}/healthz`, { method: "QUERY" });
  assert.equal(answer.status, 405);
  assert.equal(((await answer.json()) as { code: string }).code, "method_not_allowed");
});
