import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type FreshHttp, openFreshHttp, operatorKey } from "../../../test/support/fresh-http.ts";
import { readBearer } from "./auth.ts";

let http: FreshHttp;
let acmeKey: string;
before(async () => {
  http = await openFreshHttp();
  acmeKey = await http.tenantKey("acme");
  await http.tenantKey("other");
});
after(() => http.close());

const webhook = (tenant_id: string) => ({
  tenant_id,
  name: "Webhook",
  description: "",
  event_sink_args: { Webhook: { url: "https://test.com/webhook/abc" } },
});

test("every /v1 route refuses a call without a key, whatever else is wrong with it", async () => {
  const description = await http.call("GET", "/openapi.json", undefined, { key: null });
  let count = 0;
  for (const [path, methods] of Object.entries(description.json.paths)) {
    if (!path.startsWith("/v1/")) continue;
    // Slack sends a browser there, which has no key; a single-use state stands for it.
    if (path === "/v1/slack_integration/callback") continue;
    for (const method of Object.keys(methods as object)) {
      if (method === "post" && path === "/v1/session") continue;
      const answer = await http.call(method.toUpperCase(), path, undefined, { key: null });
      assert.equal(answer.status, 401, `${method} ${path}`);
      assert.equal(answer.json.code, "unauthorized");
      assert.equal(answer.headers["www-authenticate"], "Bearer");
      count++;
    }
  }
  assert.ok(count >= 20, `only ${count} routes`);
});

test("an unknown key is a 401, and so is a key in another scheme", async () => {
  const path = "/v1/event_sink?tenant_id=acme";
  assert.equal((await http.call("GET", path, undefined, { key: "esk_unknown" })).status, 401);
  const headers = { authorization: `Basic ${operatorKey}` };
  assert.equal((await http.call("GET", path, undefined, { key: null, headers })).status, 401);
});

test("the scheme is read in any case and with any number of spaces", () => {
  assert.equal(readBearer("Bearer k"), "k");
  assert.equal(readBearer("bearer   k "), "k");
  assert.equal(readBearer("Bearer"), undefined);
  assert.equal(readBearer("Bearer a b"), undefined);
  assert.equal(readBearer(undefined), undefined);
});

test("a tenant's key reaches its tenant only: naming another is a 403, another's id a 404", async () => {
  const key = acmeKey;
  const own = await http.call("POST", "/v1/event_sink", webhook("acme"), { key });
  assert.equal(own.status, 200);
  const others = await http.call("POST", "/v1/event_sink", webhook("other"));
  const { id } = others.json.event_sink;

  const named: [string, string, unknown?][] = [
    ["GET", "/v1/event_sink?tenant_id=other"],
    ["GET", "/v1/event_sink?tenant_id=not-there-at-all"],
    ["GET", "/v1/alert?tenant_id=other"],
    ["GET", "/v1/delivery?tenant_id=other"],
    ["GET", "/v1/slack_integration?tenant_id=other"],
    ["POST", "/v1/event_sink", webhook("other")],
    ["POST", "/v1/alert", { tenant_id: "other", name: "n" }],
    ["POST", "/v1/slack_integration", { tenant_id: "other", name: "n", bot_token: "xoxb-1" }],
  ];
  for (const [method, path, body] of named) {
    const answer = await http.call(method, path, body, { key });
    assert.equal(answer.status, 403, `${method} ${path}`);
    assert.match(answer.json.error, /belongs to tenant `acme`/);
  }
  const byId: [string, string, unknown?][] = [
    ["GET", `/v1/event_sink/${id}`],
    ["PUT", `/v1/event_sink/${id}`, { id, name: "mine" }],
    ["DELETE", `/v1/event_sink/${id}`],
    ["POST", `/v1/event_sink/${id}/test`],
    ["GET", `/v1/event_sink/${id}/signing_secret`],
  ];
  for (const [method, path, body] of byId) {
    const answer = await http.call(method, path, body, { key });
    assert.equal(answer.status, 404, `${method} ${path}`);
    assert.equal(answer.json.code, "not_found");
  }
  assert.equal((await http.call("GET", `/v1/event_sink/${id}`)).json.event_sink.name, "Webhook");
});

test("tenants and keys are the operator's business", async () => {
  const calls: [string, string, unknown?][] = [
    ["POST", "/v1/tenant", { tenant_id: "mine" }],
    ["GET", "/v1/tenant"],
    ["GET", "/v1/tenant/acme"],
    ["PUT", "/v1/tenant/acme", { operational_event_sink_ids: [] }],
    ["POST", "/v1/api_key", { tenant_id: "acme", name: "n" }],
    ["GET", "/v1/api_key?tenant_id=acme"],
    ["GET", "/v1/api_key/00000000-0000-0000-0000-000000000000"],
    ["DELETE", "/v1/api_key/00000000-0000-0000-0000-000000000000"],
  ];
  for (const [method, path, body] of calls) {
    const answer = await http.call(method, path, body, { key: acmeKey });
    assert.equal(answer.status, 403, `${method} ${path}`);
  }
});
