import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { Webhook } from "standardwebhooks";
import { Check } from "typebox/value";
import { sampleAlert, sampleNames } from "../../../test/support/sample-alerts.ts";
import { inputFor, problemOf, readSink, requestOf } from "../../../test/support/sink-steps.ts";
import { systemClock } from "../../clock.ts";
import { userAgent } from "../../version.ts";
import type { SinkSettings } from "../sink-type.ts";
import { isPlainHttp } from "./args.ts";
import { verificationKeys } from "./signing-keys.ts";
import { webhook } from "./webhook.ts";

const url = "https://test.com/webhook/abc";

test("the standardwebhooks package verifies what is sent, digit for digit", () => {
  const sink = readSink(webhook, { url });
  const secret = sink.secrets["signing_secret"]?.reveal() ?? "";
  assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  for (const name of sampleNames) {
    const alert = sampleAlert(name);
    const request = requestOf(webhook.step(inputFor(sink, { alert, now: systemClock.now() })));
    assert.equal(request.body, alert.body);
    new Webhook(secret).verify(request.body, request.headers);
    assert.throws(() => new Webhook(secret).verify(`${request.body} `, request.headers));
  }
  assert.match(sampleAlert("scanner-alert").body, /"timestamp":1776721873702228890,/);
});

test("the id stays over retries, the timestamp is the attempt's", () => {
  const sink = readSink(webhook, { url });
  const first = requestOf(webhook.step(inputFor(sink, { now: 1_700_000_000_999 }))).headers;
  const second = requestOf(webhook.step(inputFor(sink, { now: 1_700_000_031_000 }))).headers;
  assert.equal(first["webhook-id"], second["webhook-id"]);
  assert.equal(first["webhook-timestamp"], "1700000000");
  assert.equal(second["webhook-timestamp"], "1700000031");
  assert.notEqual(first["webhook-signature"], second["webhook-signature"]);
});

test("two sinks never share a signing secret, and an update keeps it", () => {
  const one = readSink(webhook, { url });
  const other = readSink(webhook, { url });
  const secretOf = (sink: typeof one) => sink.secrets["signing_secret"]?.reveal();
  assert.notEqual(secretOf(one), secretOf(other));
  assert.equal(secretOf(readSink(webhook, { url: "https://foo.com/" }, one)), secretOf(one));
});

test("a URL comes back as it was given", () => {
  for (const given of ["HTTPS://Test.com:443/a/../b?q=%7e#x", "http://127.0.0.1:9/", url]) {
    assert.deepEqual(webhook.configuration(readSink(webhook, { url: given })), { url: given });
  }
});

test("a URL that is none, hides something or carries credentials is refused", () => {
  const refused = [
    "ftp://test.com/",
    "test.com/webhook",
    "https://",
    "https://user@test.com/",
    "https://user:pass@test.com/",
    "https://test.com/a b",
    "https://test.com/a\nb",
    " https://test.com/",
    "javascript:alert(1)",
    `https://test.com/${"a".repeat(2_048)}`,
    "https://test.com/\ud800",
  ];
  for (const each of refused) {
    const problem = problemOf(webhook.readArgs({ url: each }, null));
    assert.equal(problem?.path, "Webhook.url", each);
  }
});

test("plain http is told apart, for EVENT_SINKS_REQUIRE_HTTPS", () => {
  assert.equal(isPlainHttp({ url: "HTTP://test.com/" }), true);
  assert.equal(isPlainHttp({ url }), false);
});

test("only the origin is shown as the target: a path may be a secret", () => {
  assert.equal(webhook.target({ url: `${url}?token=1` }), "https://test.com");
});

test("headers are sent as given, but never over the service's own", () => {
  const sink = readSink(webhook, {
    url,
    headers: { "x-api-key": "k1", Authorization: "Bearer b" },
  });
  const { headers } = requestOf(webhook.step(inputFor(sink)));
  assert.equal(headers["x-api-key"], "k1");
  assert.equal(headers["Authorization"], "Bearer b");
  assert.equal(headers["content-type"], "application/json");
});

test("only what is replayed says so", () => {
  const input = inputFor(readSink(webhook, { url }));
  const replayed = { ...input, alert: { ...input.alert, isReplay: true } };
  const markOf = (one: typeof input) => requestOf(webhook.step(one)).headers["event-sinks-replay"];
  assert.deepEqual([markOf(input), markOf(replayed)], [undefined, "true"]);
});

test("headers that belong to the connection or the service are refused", () => {
  const denied = [
    "Host",
    "content-length",
    "Content-Type",
    "Transfer-Encoding",
    "Connection",
    "Cookie",
    "Proxy-Authorization",
    "X-Forwarded-For",
    "webhook-signature",
    "Webhook-Id",
    "CE-Source",
    "TE",
    "Trailer",
    "Upgrade",
    "Expect",
    "Date",
    "Via",
    "Forwarded",
    "event-sinks-hops",
    "User-Agent",
    "bad name",
    "",
    "x:y",
    "é",
    "x".repeat(129),
  ];
  for (const name of denied) {
    const problem = problemOf(webhook.readArgs({ url, headers: { [name]: "v" } }, null));
    assert.equal(problem?.path, "Webhook.headers", name);
  }
});

test("header values with control characters or beyond the limits are refused, unquoted", () => {
  for (const value of ["a\r\nb", "a\u0000", "ä", "", " a", "a ", "v".repeat(4_097)]) {
    const problem = problemOf(webhook.readArgs({ url, headers: { "x-key": value } }, null));
    assert.equal(problem?.path, "Webhook.headers", value);
    if (value.length > 2) assert.ok(!problem?.message.includes(value));
  }
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`x-${index}`, "v"]));
  assert.ok(problemOf(webhook.readArgs({ url, headers: many }, null)));
  const twice = { "X-Key": "1", "x-key": "2" };
  assert.match(problemOf(webhook.readArgs({ url, headers: twice }, null))?.message ?? "", /twice/);
});

test("a mask sent back means unchanged, and one header can change alone", () => {
  const sink = readSink(webhook, { url, headers: { "X-One": "first", "X-Two": "second" } });
  const masks = { "x-one": "********", "X-Two": "changed", "X-Three": "new" };
  const { headers } = requestOf(
    webhook.step(inputFor(readSink(webhook, { headers: masks }, sink))),
  );
  assert.equal(headers["x-one"], "first");
  assert.equal(headers["X-Two"], "changed");
  assert.equal(headers["X-Three"], "new");
});

test("a mask without a stored value is refused", () => {
  const headers = { "X-Key": "********" };
  assert.equal(problemOf(webhook.readArgs({ url, headers }, null))?.path, "Webhook.headers");
  const other = readSink(webhook, { url, headers: { "X-Other": "v" } });
  assert.equal(problemOf(webhook.readArgs({ headers }, other))?.path, "Webhook.headers");
});

test("omitted headers stay, an empty object removes them, an omitted URL stays", () => {
  const sink = readSink(webhook, { url, headers: { "X-Key": "value" } });
  const samePlace = readSink(webhook, { url: "https://test.com/other" }, sink);
  assert.equal(requestOf(webhook.step(inputFor(samePlace))).headers["X-Key"], "value");
  const cleared = readSink(webhook, { headers: {} }, sink);
  assert.deepEqual(webhook.configuration(cleared), { url });
  assert.deepEqual(Object.keys(cleared.secrets), ["signing_secret"]);
});

test("stored header values do not follow the URL to another origin", () => {
  const sink = readSink(webhook, { url, headers: { "X-Key": "value" } });
  const elsewhere = ["https://evil.com/", "http://test.com/webhook/abc", "https://test.com:8443/"];
  for (const moved of elsewhere) {
    for (const headers of [undefined, null, { "X-Key": "********" }]) {
      const args = headers === undefined ? { url: moved } : { url: moved, headers };
      const problem = problemOf(webhook.readArgs(args, sink));
      assert.equal(problem?.path, "Webhook.headers", moved);
      assert.match(problem?.message ?? "", /again/);
    }
    const given = readSink(webhook, { url: moved, headers: { "X-Key": "new" } }, sink);
    assert.equal(requestOf(webhook.step(inputFor(given))).headers["X-Key"], "new");
    readSink(webhook, { url: moved, headers: {} }, sink);
  }
});

test("410 rejects for good, pauses the sink and says how to go on", () => {
  const sink = readSink(webhook, { url });
  const outcome = webhook.outcome({ status: 410, headers: {}, body: "" }, inputFor(sink));
  assert.ok(outcome.kind === "rejected");
  const { reason, isSinkFault, pausesSink, detail } = outcome;
  assert.deepEqual([reason, isSinkFault, pausesSink], ["gone", true, true]);
  assert.match(detail, /paused.*held.*POST \/v1\/event_sink\/\{id\}\/resume/);
});

test("what may be mended is retried and never pauses the sink", () => {
  const input = inputFor(readSink(webhook, { url }));
  for (const status of [301, 302, 307, 308, 400, 401, 403, 404, 405, 409, 411, 422, 500]) {
    const outcome = webhook.outcome({ status, headers: {}, body: "" }, input);
    assert.ok(outcome.kind === "retry", String(status));
    assert.equal(outcome.reason === "redirected", status < 400);
    assert.ok(!("pausesSink" in outcome));
  }
});

test("each request names product and version", () => {
  const { headers } = requestOf(webhook.step(inputFor(readSink(webhook, { url }))));
  assert.equal(headers["user-agent"], userAgent);
  assert.match(userAgent, /^Event-Sinks\/\d+\.\d+\.\d+/);
});

test("the fields beyond the documented ones show only when in use, after those", () => {
  const defaults = { signature: "v1", payload: null, format: "alert" };
  const plain = readSink(webhook, { url, ...defaults });
  assert.deepEqual(webhook.configuration(plain), { url });
  const extras = { format: "cloudevents_binary", payload: { a: "{{name}}" }, signature: "v1a" };
  const full = readSink(webhook, { ...extras, headers: { "X-Key": "value" }, url });
  assert.equal(
    JSON.stringify(webhook.configuration(full)),
    `{"url":"${url}","headers":{"X-Key":"********"},"signature":"v1a","payload":{"a":"{{name}}"},"format":"cloudevents_binary"}`,
  );
});

test("a configuration sent back changes nothing, and what is left out stays", () => {
  const extras = { signature: "v1a", payload: ["{{name}}"], format: "cloudevents_structured" };
  const sink = readSink(webhook, { url, headers: { "X-Key": "value" }, ...extras });
  const shown = webhook.configuration(sink);
  for (const args of [shown, {}, { url: "https://test.com/webhook/abc" }]) {
    const same = readSink(webhook, args, sink);
    assert.deepEqual(webhook.configuration(same), shown);
    assert.deepEqual(revealed(same), revealed(sink));
  }
  const reset = readSink(webhook, { signature: "v1", payload: null, format: "alert" }, sink);
  assert.deepEqual(webhook.configuration(reset), { url, headers: { "X-Key": "********" } });
  assert.deepEqual(Object.keys(reset.secrets), ["signing_secret", "header:x-key"]);
  assert.equal(revealed(reset)["signing_secret"], revealed(sink)["signing_secret"]);
});

test("a signature or format that is none is no valid argument", () => {
  for (const wrong of [
    { signature: "v2" },
    { signature: null },
    { format: "xml" },
    { payload: 1 },
  ]) {
    assert.equal(Check(webhook.createArgs, { url, ...wrong }), false, JSON.stringify(wrong));
    assert.equal(Check(webhook.updateArgs, wrong), false, JSON.stringify(wrong));
  }
});

test("the example in the documentation verifies what is sent, and nothing else", async () => {
  const { verify } = await documentedExample();
  const sink = readSink(webhook, { url, signature: "v1a" });
  const now = systemClock.now();
  const keys = verificationKeys(sink, now);
  assert.ok(keys !== undefined && keys.publicKey !== null);
  const { headers, body } = requestOf(webhook.step(inputFor(sink, { now })));
  for (const key of [keys.signingSecret, keys.publicKey]) {
    assert.equal(verify(body, headers, key), true);
    assert.equal(verify(`${body} `, headers, key), false);
    assert.equal(verify(body, { ...headers, "webhook-id": "other" }, key), false);
    assert.equal(verify(body, { ...headers, "webhook-signature": "v1,AAAA v1a,AAAA" }, key), false);
    assert.equal(verify(body, {}, key), false);
    const old = requestOf(webhook.step(inputFor(sink, { now: now - 301_000 })));
    assert.equal(verify(old.body, old.headers, key), false);
  }
  const other = verificationKeys(readSink(webhook, { url, signature: "v1a" }), now);
  assert.equal(verify(body, headers, other?.signingSecret ?? ""), false);
  assert.equal(verify(body, headers, other?.publicKey ?? ""), false);
});

interface Example {
  verify(body: string, headers: Readonly<Record<string, string>>, key: string): boolean;
}

/** The TypeScript block of webhook.md, loaded as the module it is. */
async function documentedExample(): Promise<Example> {
  const page = readFileSync(new URL("webhook.md", import.meta.url), "utf8");
  const source = /```ts\n([\s\S]*?)```/.exec(page)?.[1];
  assert.ok(source !== undefined);
  const folder = mkdtempSync(join(tmpdir(), "event-sinks-example-"));
  try {
    const file = join(folder, "verify.mts");
    writeFileSync(file, source);
    return await import(pathToFileURL(file).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function revealed({ secrets }: SinkSettings): Record<string, string> {
  return Object.fromEntries(Object.entries(secrets).map(([name, one]) => [name, one.reveal()]));
}
