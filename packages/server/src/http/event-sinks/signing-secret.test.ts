import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startWebhookReceiver } from "@event-sinks/simulators";
import { Webhook } from "standardwebhooks";
import { type FreshHttp, openFreshHttp } from "../../../test/support/fresh-http.ts";
import { systemClock } from "../../clock.ts";

let http: FreshHttp;
before(async () => {
  http = await openFreshHttp();
  // The standardwebhooks package takes timestamps of the present only.
  http.clock.jumpTo(systemClock.now());
});
after(() => http.close());

const url = "https://test.com/webhook/abc";
const hourMs = 3_600_000;

async function create(more: object = {}, tenantId = "acme"): Promise<string> {
  const answer = await http.call("POST", "/v1/event_sink", {
    tenant_id: tenantId,
    name: "Webhook",
    description: "",
    event_sink_args: { Webhook: { url, ...more } },
  });
  assert.equal(answer.status, 200, answer.text);
  return answer.json.event_sink.id;
}

const pathOf = (id: string) => `/v1/event_sink/${id}/signing_secret`;

async function show(id: string) {
  return (await http.call("GET", pathOf(id))).json;
}

function rotate(id: string, body?: unknown, headers = {}) {
  return http.call("POST", `${pathOf(id)}/rotate`, body, { headers });
}

/** RFC 3339, whole seconds. */
function at(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

test("a rotation answers the new secret and until when the former one signs", async () => {
  const id = await create();
  const former = await show(id);
  assert.deepEqual(Object.keys(former), ["signing_secret"]);
  const answer = await rotate(id);
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(Object.keys(answer.json), ["signing_secret", "previous_expires_at"]);
  assert.match(answer.json.signing_secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  assert.notEqual(answer.json.signing_secret, former.signing_secret);
  assert.equal(answer.json.previous_expires_at, at(http.clock.now() + 24 * hourMs));
  assert.deepEqual(await show(id), answer.json);
});

test("what goes out in between verifies with either secret, after no overlap with the new one", async () => {
  const receiver = await startWebhookReceiver();
  for (const [overlapHours, fitting] of [
    [1, [true, true, true]],
    [0, [false, false, true]],
  ] as const) {
    const id = await create({ url: `http://127.0.0.1:${receiver.port}/hook` });
    const secrets = [(await show(id)).signing_secret];
    secrets.push((await rotate(id)).json.signing_secret);
    secrets.push((await rotate(id, { overlap_hours: overlapHours })).json.signing_secret);
    const sent = await http.call("POST", `/v1/event_sink/${id}/test`);
    assert.equal(sent.json.attempt.outcome, "delivered", sent.text);
    const request = receiver.requests.at(-1);
    assert.deepEqual(
      secrets.map((secret) => fits(secret, request?.body ?? "", request?.headers ?? {})),
      fitting,
    );
  }
  await receiver.stop();
});

function fits(secret: string, body: string, headers: object): boolean {
  const text = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  try {
    new Webhook(secret).verify(body, Object.fromEntries(text));
    return true;
  } catch {
    return false;
  }
}

test("a v1a sink shows its public key, which is replaced with the secret", async () => {
  const id = await create({ signature: "v1a" });
  const former = await show(id);
  assert.deepEqual(Object.keys(former), ["signing_secret", "public_key"]);
  assert.match(former.public_key, /^whpk_[A-Za-z0-9+/]{43}=$/);
  const { json } = await rotate(id, { overlap_hours: 168 });
  assert.deepEqual(Object.keys(json), ["signing_secret", "public_key", "previous_expires_at"]);
  assert.notEqual(json.public_key, former.public_key);
  assert.equal(json.previous_expires_at, at(http.clock.now() + 168 * hourMs));
});

test("once the overlap is over the former secret is no longer mentioned", async () => {
  const id = await create();
  await rotate(id, { overlap_hours: 1 });
  http.clock.jumpTo(http.clock.now() + hourMs);
  assert.deepEqual(Object.keys(await show(id)), ["signing_secret"]);
  http.clock.jumpTo(http.clock.now() - hourMs);
});

test("a rotation is a change of the sink: version, updated_at and If-Match", async () => {
  const id = await create();
  const before = await http.call("GET", `/v1/event_sink/${id}`);
  const etag = String(before.headers["etag"]);
  const first = await rotate(id, undefined, { "if-match": etag });
  assert.equal(first.status, 200);
  const now = await http.call("GET", `/v1/event_sink/${id}`);
  assert.equal(now.headers["etag"], first.headers["etag"]);
  assert.notEqual(now.headers["etag"], etag);
  const { updated_at: changed, ...rest } = now.json.event_sink;
  const { updated_at: earlier, ...same } = before.json.event_sink;
  assert.deepEqual(rest, same);
  assert.ok(changed > earlier);
  const secret = await show(id);
  const stale = await rotate(id, undefined, { "if-match": etag });
  assert.equal(stale.json.code, "version_mismatch");
  assert.equal(stale.status, 412);
  assert.deepEqual(await show(id), secret);
});

test("of two rotations at once neither secret is lost", async () => {
  const id = await create();
  const answers = await Promise.all([rotate(id), rotate(id)]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200],
  );
  const stored = await http.fresh.store.getEventSink({ tenantId: null, id });
  assert.ok(stored !== null && stored.sealedSecrets !== null);
  const opened = Object.values(http.deps.sealer.unseal(stored.sealedSecrets, stored));
  const kept = opened.map((secret) => secret.reveal());
  for (const { json } of answers) assert.ok(kept.includes(json.signing_secret));
  assert.equal(kept.length, 3);
});

test("a sixth former secret is refused with the time from which it goes", async () => {
  const id = await create();
  for (let hours = 1; hours <= 5; hours++) await rotate(id, { overlap_hours: hours });
  const refused = await rotate(id);
  assert.equal(refused.status, 409);
  assert.equal(refused.json.code, "conflict");
  assert.ok(refused.json.error.includes(at(http.clock.now() + hourMs)), refused.json.error);
  assert.equal((await rotate(id, { overlap_hours: 0 })).status, 200);
  assert.equal((await rotate(id)).status, 200);
});

test("what is no overlap is refused and changes nothing", async () => {
  const id = await create();
  const secret = await show(id);
  for (const body of [
    { overlap_hours: -1 },
    { overlap_hours: 169 },
    { overlap_hours: 1.5 },
    { overlap_hours: "1" },
    { overlap: 1 },
    [],
  ]) {
    const answer = await rotate(id, body);
    assert.equal(answer.status, 400, JSON.stringify(body));
    assert.ok(answer.json.error.length > 20);
  }
  assert.deepEqual(await show(id), secret);
  for (const body of ["", "{}", "null"]) assert.equal((await rotate(id, body)).status, 200, body);
});

test("another tenant's sink is not there, nor is a secret on a sink that signs nothing", async () => {
  const id = await create();
  const key = await http.tenantKey("other");
  for (const [method, path] of [
    ["GET", pathOf(id)],
    ["POST", `${pathOf(id)}/rotate`],
  ] as const) {
    const foreign = await http.call(method, path, undefined, { key });
    assert.equal(foreign.status, 404);
    const none = await http.call(method, path.replace(id, "x"));
    assert.equal(none.json.code, "not_found");
  }
  const pagerduty = await http.call("POST", "/v1/event_sink", {
    tenant_id: "acme",
    name: "PagerDuty",
    description: "",
    event_sink_args: { PagerDuty: { integration_key: "e93facc04764012d7bfb002500d5d1a6" } },
  });
  const unsigned = await rotate(pagerduty.json.event_sink.id);
  assert.equal(unsigned.status, 404);
  assert.match(unsigned.json.error, /PagerDuty sink has no signing secret/);
});

test("no secret reaches the store's own text or the log", async () => {
  const id = await create({ signature: "v1a" });
  const secrets = [(await show(id)).signing_secret, (await rotate(id)).json.signing_secret];
  const stored = await http.fresh.store.getEventSink({ tenantId: null, id });
  const seen = JSON.stringify(stored) + http.log.join("\n");
  for (const secret of secrets) assert.ok(!seen.includes(secret.slice(6, 26)));
  assert.ok(!seen.includes("whsk_"));
});

test("the fields beyond the documented ones pass the API and its masks", async () => {
  const payload = { title: "{{name}}", n: 1 };
  const args = { headers: { "x-api-key": "hush-hush" }, payload, format: "cloudevents_binary" };
  const id = await create(args);
  const got = (await http.call("GET", `/v1/event_sink/${id}`)).json.event_sink;
  const configuration = { url, headers: { "x-api-key": "********" }, payload, format: args.format };
  assert.equal(JSON.stringify(got.configuration), JSON.stringify({ Webhook: configuration }));
  const edited = { ...got, name: "edited", event_sink_args: got.configuration };
  const put = await http.call("PUT", `/v1/event_sink/${id}`, edited);
  assert.deepEqual(put.json.event_sink.configuration, got.configuration, put.text);
  const digits = '{"Webhook":{"payload":{"n":12345678901234567890}}}';
  const big = await http.call(
    "PUT",
    `/v1/event_sink/${id}`,
    `{"id":"${id}","event_sink_args":${digits}}`,
  );
  assert.match(big.text, /"payload":\{"n":12345678901234567890\}/);

  for (const [wrong, path] of [
    [{ payload: { a: ["{{name"] } }, "Webhook.payload.a[0]"],
    [{ payload: 7 }, "Webhook.payload"],
    [{ format: "xml" }, "Webhook.format"],
    [{ signature: "v3" }, "Webhook.signature"],
    [{ templating: 1 }, "Webhook.templating"],
  ] as const) {
    const body = { id, event_sink_args: { Webhook: wrong } };
    const answer = await http.call("PUT", `/v1/event_sink/${id}`, body);
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.json.details[0].path, `event_sink_args.${path}`, answer.text);
  }
});
