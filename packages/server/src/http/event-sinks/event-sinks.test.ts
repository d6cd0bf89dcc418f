import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startWebhookReceiver } from "@event-sinks/simulators";
import { type FreshHttp, openFreshHttp } from "../../../test/support/fresh-http.ts";

let http: FreshHttp;
before(async () => {
  http = await openFreshHttp();
});
after(() => http.close());

const path = "/v1/event_sink";
const integrationKey = "e93facc04764012d7bfb002500d5d1a6";

function webhook(url = "https://test.com/webhook/abc", headers?: Record<string, string>) {
  return {
    tenant_id: "acme",
    name: "Webhook",
    description: "Detection alerts webhook",
    event_sink_args: { Webhook: headers === undefined ? { url } : { url, headers } },
  };
}

const pagerduty = {
  tenant_id: "acme",
  name: "PagerDuty",
  description: "",
  event_sink_args: { PagerDuty: { integration_key: integrationKey } },
};

async function create(body: object = webhook()) {
  const answer = await http.call("POST", path, body);
  assert.equal(answer.status, 200, answer.text);
  return { sink: answer.json.event_sink, etag: String(answer.headers["etag"]), text: answer.text };
}

test("a new sink answers with the documented keys only, in their order", async () => {
  const { sink, text } = await create();
  assert.match(sink.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/);
  assert.equal(
    text,
    `{"event_sink":{"id":"${sink.id}","tenant_id":"acme","name":"Webhook","description":"Detection alerts webhook",` +
      '"event_sink_type":"Webhook","configuration":{"Webhook":{"url":"https://test.com/webhook/abc"}},' +
      '"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}}',
  );
});

test("the first sink an operator key makes for a tenant makes the tenant", async () => {
  assert.equal((await http.call("GET", "/v1/tenant/brand-new")).status, 404);
  await create({ ...webhook(), tenant_id: "brand-new" });
  assert.equal((await http.call("GET", "/v1/tenant/brand-new")).status, 200);
});

test("a PagerDuty key never comes back, not even in the store's own text", async () => {
  const { sink, text } = await create(pagerduty);
  assert.deepEqual(sink.configuration, { PagerDuty: null });
  const got = await http.call("GET", `${path}/${sink.id}`);
  const stored = await http.fresh.store.getEventSink({ tenantId: null, id: sink.id });
  for (const shown of [text, got.text, JSON.stringify(stored)]) {
    assert.ok(!shown.includes(integrationKey));
  }
});

test("an id is found in any case; what is no UUID is simply not there", async () => {
  const { sink } = await create();
  const found = await http.call("GET", `${path}/${sink.id.toUpperCase()}`);
  assert.equal(found.json.event_sink.id, sink.id);
  for (const id of ["x", "00000000-0000-0000-0000-000000000000", `${sink.id}0`]) {
    const answer = await http.call("GET", `${path}/${id}`);
    assert.equal(answer.status, 404);
    assert.equal(answer.json.code, "not_found");
  }
});

test("a list goes by creation, page by page, with brackets raw or encoded", async () => {
  for (const name of ["1", "2", "3"]) await create({ ...webhook(), tenant_id: "pages", name });
  const names: string[] = [];
  let token = "";
  for (const [open, close] of [
    ["[", "]"],
    ["%5B", "%5D"],
  ]) {
    const query = `pagination${open}page_size${close}=2&pagination${open}page_token${close}=${token}`;
    const page = await http.call("GET", `${path}?tenant_id=pages&${query}`);
    assert.equal(page.status, 200);
    for (const sink of page.json.data.event_sinks) names.push(sink.name);
    token = page.json.pagination?.next_page_token ?? "end";
  }
  assert.deepEqual([...names, token], ["1", "2", "3", "end"]);
});

test("a page size of 1 to 1000 is taken, another refused", async () => {
  const status = async (size: string) =>
    (await http.call("GET", `${path}?tenant_id=pages&pagination[page_size]=${size}`)).status;
  for (const size of ["1", "1000", ""]) assert.equal(await status(size), 200, size);
  for (const size of ["0", "1001", "-1", "1.5", "x"]) assert.equal(await status(size), 400, size);
});

test("exactly the last page has no next", async () => {
  const query = "tenant_id=pages&pagination[page_size]=3";
  assert.equal((await http.call("GET", `${path}?${query}`)).json.pagination, null);
});

test("a tenant without sinks, or not there, has an empty list", async () => {
  const answer = await http.call("GET", `${path}?tenant_id=nobody`);
  assert.deepEqual(answer.json, { data: { event_sinks: [] }, pagination: null });
});

test("an update changes what it names and leaves the rest", async () => {
  const { sink } = await create();
  const { id } = sink;
  const url = "https://foo.com/webhook/abc";
  const moved = await http.call("PUT", `${path}/${id}`, {
    id,
    event_sink_args: { Webhook: { url } },
  });
  assert.equal(moved.status, 200);
  assert.deepEqual(moved.json.event_sink, {
    ...sink,
    configuration: { Webhook: { url } },
    updated_at: "2026-01-01T00:00:01Z",
  });
  const renamed = await http.call("PUT", `${path}/${id}`, { id: id.toUpperCase(), name: "n" });
  assert.equal(renamed.json.event_sink.name, "n");
  assert.deepEqual(renamed.json.event_sink.configuration, { Webhook: { url } });
});

test("updated_at moves by whole seconds on every change, even when the clock does not", async () => {
  const { sink } = await create();
  const { id } = sink;
  const times = [sink.updated_at];
  for (const name of ["a", "b", "c"]) {
    const answer = await http.call("PUT", `${path}/${id}`, { id, name });
    times.push(answer.json.event_sink.updated_at);
  }
  http.clock.jumpTo(http.clock.now() - 3_600_000);
  const answer = await http.call("PUT", `${path}/${id}`, { id, name: "d" });
  http.clock.jumpTo(http.clock.now() + 3_600_000);
  times.push(answer.json.event_sink.updated_at);
  assert.deepEqual(times, [...new Set(times)].sort());
  assert.equal(answer.json.event_sink.created_at, sink.created_at);
});

test("what GET answers can be edited and sent back whole", async () => {
  const { sink } = await create(webhook("https://test.com/x", { "x-api-key": "hush-hush" }));
  const got = (await http.call("GET", `${path}/${sink.id}`)).json.event_sink;
  const edited = { ...got, name: "edited", event_sink_args: got.configuration };
  const answer = await http.call("PUT", `${path}/${sink.id}`, edited);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.event_sink.name, "edited");
  assert.deepEqual(answer.json.event_sink.configuration, got.configuration);
});

test("header values come back masked, and their mask sent back means unchanged", async () => {
  const receiver = await startWebhookReceiver();
  const url = `http://127.0.0.1:${receiver.port}/hook`;
  const { sink, text } = await create(webhook(url, { "x-api-key": "hush-hush" }));
  assert.ok(!text.includes("hush-hush"));
  const { headers } = sink.configuration.Webhook;
  assert.deepEqual(Object.keys(headers), ["x-api-key"]);
  const { id } = sink;
  const event_sink_args = { Webhook: { url: `${url}/2`, headers } };
  await http.call("PUT", `${path}/${id}`, { id, event_sink_args });
  const sent = await http.call("POST", `${path}/${id}/test`);
  assert.equal(sent.json.attempt.outcome, "delivered", sent.text);
  assert.equal(receiver.requests[0]?.headers["x-api-key"], "hush-hush");
  assert.ok(!sent.text.includes("hush-hush"));

  const elsewhere = { Webhook: { url: "https://elsewhere.test/", headers } };
  const refused = await http.call("PUT", `${path}/${id}`, { id, event_sink_args: elsewhere });
  assert.equal(refused.status, 400);
  assert.equal(refused.json.details[0].path, "event_sink_args.Webhook.headers");
  await receiver.stop();
});

test("If-Match lets a change through only for the version it names", async () => {
  const { sink, etag } = await create();
  const { id } = sink;
  const put = (ifMatch: string, name: string) =>
    http.call("PUT", `${path}/${id}`, { id, name }, { headers: { "if-match": ifMatch } });
  const first = await put(etag, "first");
  assert.equal(first.status, 200);
  const newer = String(first.headers["etag"]);
  assert.notEqual(newer, etag);
  assert.equal((await http.call("GET", `${path}/${id}`)).headers["etag"], newer);
  const stale = await put(etag, "stale");
  assert.equal(stale.status, 412);
  assert.equal(stale.json.code, "version_mismatch");
  assert.equal((await put(`W/${newer}`, "weak")).status, 412);
  assert.equal((await put("*", "star")).status, 200);
  const listed = await put(
    `"0", ${(await http.call("GET", `${path}/${id}`)).headers["etag"]}`,
    "l",
  );
  assert.equal(listed.json.event_sink.name, "l");

  const remove = (ifMatch: string) =>
    http.call("DELETE", `${path}/${id}`, undefined, { headers: { "if-match": ifMatch } });
  assert.equal((await remove(etag)).status, 412);
  assert.equal((await remove(String(listed.headers["etag"]))).status, 200);
  assert.equal((await remove("*")).status, 404);
});

test("of two changes at once neither is lost", async () => {
  const { sink } = await create();
  const { id } = sink;
  const answers = await Promise.all([
    http.call("PUT", `${path}/${id}`, { id, name: "new name" }),
    http.call("PUT", `${path}/${id}`, { id, description: "new description" }),
  ]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200],
  );
  const got = (await http.call("GET", `${path}/${id}`)).json.event_sink;
  assert.deepEqual([got.name, got.description], ["new name", "new description"]);
});

test("a delete answers flat, and then the sink is gone", async () => {
  const { sink } = await create();
  const answer = await http.call("DELETE", `${path}/${sink.id}`);
  assert.equal(answer.text, `{"id":"${sink.id}","tenant_id":"acme"}`);
  assert.equal((await http.call("GET", `${path}/${sink.id}`)).status, 404);
  assert.equal((await http.call("DELETE", `${path}/${sink.id}`)).status, 404);
});

test("the signing secret of a webhook is shown on its own path, and stays over updates", async () => {
  const { sink } = await create();
  const { id } = sink;
  const secret = await http.call("GET", `${path}/${id}/signing_secret`);
  assert.match(secret.json.signing_secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  const event_sink_args = { Webhook: { url: "https://elsewhere.test/" } };
  await http.call("PUT", `${path}/${id}`, { id, event_sink_args });
  assert.deepEqual((await http.call("GET", `${path}/${id}/signing_secret`)).json, secret.json);
  const other = await create(pagerduty);
  const none = await http.call("GET", `${path}/${other.sink.id}/signing_secret`);
  assert.equal(none.status, 404);
  assert.match(none.json.error, /PagerDuty sink has no signing secret/);
});

test("a test shows the attempt with outcome, reason, request and answer", async () => {
  const receiver = await startWebhookReceiver();
  receiver.answerNext(1, { status: 500, body: "broken" });
  const { sink } = await create(webhook(`http://127.0.0.1:${receiver.port}/hook`));
  const { json } = await http.call("POST", `${path}/${sink.id}/test`);
  assert.deepEqual(
    [json.attempt.number, json.attempt.outcome, json.attempt.reason, json.attempt.next_try_at],
    [1, "retry", "server_error", null],
  );
  assert.equal(json.attempt.request.method, "POST");
  assert.equal(json.attempt.response.status, 500);
  assert.equal(json.attempt.response.body, "broken");
  assert.equal((await http.call("POST", `${path}/${sink.id}/test`, "")).status, 200);
  await receiver.stop();
  const unknown = await http.call("POST", `${path}/00000000-0000-7000-8000-000000000000/test`);
  assert.equal(unknown.status, 404);
});

test("EVENT_SINKS_REQUIRE_HTTPS refuses http URLs, and only those", async () => {
  const strict = await openFreshHttp({ settings: { requireHttps: true } });
  const plain = await strict.call("POST", path, webhook("HTTP://test.com/x"));
  const secure = await strict.call("POST", path, webhook("https://test.com/x"));
  await strict.close();
  assert.equal(plain.status, 400);
  assert.equal(plain.json.details[0].path, "event_sink_args.Webhook.url");
  assert.equal(secure.status, 200);
});

test("a sink may reach private addresses only while the operator chose its URL", async () => {
  const key = await http.tenantKey("acme-private");
  const byOperator = async (id: string) =>
    (await http.fresh.store.getEventSink({ tenantId: null, id }))?.savedByOperator;
  const body = { ...webhook(), tenant_id: "acme-private" };
  const url = "https://test.com/2";
  const update = (id: string, change: object, options = {}) =>
    http.call("PUT", `${path}/${id}`, { id, ...change }, options);

  const { id } = (await http.call("POST", path, body)).json.event_sink;
  assert.equal(await byOperator(id), true);
  await update(id, { name: "renamed by the tenant" }, { key });
  assert.equal(await byOperator(id), true);
  await update(id, { event_sink_args: { Webhook: { url } } }, { key });
  assert.equal(await byOperator(id), false);
  await update(id, { name: "renamed by the operator" });
  await update(id, { event_sink_args: { Webhook: { headers: { a: "b" } } } });
  assert.equal(await byOperator(id), false);
  await update(id, { event_sink_args: { Webhook: { url } } });
  assert.equal(await byOperator(id), true);
});

test("PagerDuty's configuration, which is null, sent back changes nothing", async () => {
  const made = await http.call("POST", path, {
    tenant_id: "acme",
    name: "On call",
    description: "",
    event_sink_args: { PagerDuty: { integration_key: "e93facc04764012d7bfb002500d5d1a6" } },
  });
  const got = made.json.event_sink;
  assert.deepEqual(got.configuration, { PagerDuty: null });
  const sent = { ...got, name: "Night shift", event_sink_args: got.configuration };
  const answer = await http.call("PUT", `${path}/${got.id}`, sent);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.event_sink.name, "Night shift");
});
