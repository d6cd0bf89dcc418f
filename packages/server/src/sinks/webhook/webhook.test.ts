import assert from "node:assert/strict";
import { test } from "node:test";
import { Webhook } from "standardwebhooks";
import { sampleAlert, sampleNames } from "../../../test/support/sample-alerts.ts";
import { inputFor, problemOf, readSink } from "../../../test/support/sink-steps.ts";
import { systemClock } from "../../clock.ts";
import { isPlainHttp } from "./args.ts";
import { newSigningSecret, signatureHeaders } from "./signature.ts";
import { webhook } from "./webhook.ts";

const url = "https://test.com/webhook/abc";

test("the standardwebhooks package verifies what is sent, digit for digit", () => {
  const sink = readSink(webhook, { url });
  const secret = sink.secrets["signing_secret"]?.reveal() ?? "";
  assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  for (const name of sampleNames) {
    const alert = sampleAlert(name);
    const request = webhook.step(inputFor(sink, { alert, now: systemClock.now() }));
    assert.equal(request.body, alert.body);
    new Webhook(secret).verify(request.body, request.headers);
    assert.throws(() => new Webhook(secret).verify(`${request.body} `, request.headers));
  }
  assert.match(sampleAlert("scanner-alert").body, /"timestamp":1776721873702228890,/);
});

test("the id stays over retries, the timestamp is the attempt's", () => {
  const sink = readSink(webhook, { url });
  const first = webhook.step(inputFor(sink, { now: 1_700_000_000_999 })).headers;
  const second = webhook.step(inputFor(sink, { now: 1_700_000_031_000 })).headers;
  assert.equal(first["webhook-id"], second["webhook-id"]);
  assert.equal(first["webhook-timestamp"], "1700000000");
  assert.equal(second["webhook-timestamp"], "1700000031");
  assert.notEqual(first["webhook-signature"], second["webhook-signature"]);
});

test("two secrets sign side by side, each verifiable alone", () => {
  const secrets = [newSigningSecret(Buffer.alloc(32, 1)), newSigningSecret(Buffer.alloc(32, 2))];
  const headers = signatureHeaders({ id: "m1", now: systemClock.now(), body: "{}" }, secrets);
  for (const secret of secrets) new Webhook(secret.reveal()).verify("{}", headers);
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
  const { headers } = webhook.step(inputFor(sink));
  assert.equal(headers["x-api-key"], "k1");
  assert.equal(headers["Authorization"], "Bearer b");
  assert.equal(headers["content-type"], "application/json");
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
  const { headers } = webhook.step(inputFor(readSink(webhook, { headers: masks }, sink)));
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
  assert.equal(webhook.step(inputFor(samePlace)).headers["X-Key"], "value");
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
    assert.equal(webhook.step(inputFor(given)).headers["X-Key"], "new");
    readSink(webhook, { url: moved, headers: {} }, sink);
  }
});
