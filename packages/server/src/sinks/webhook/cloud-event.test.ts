import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { hostileAlert } from "../../../test/support/hostile-alerts.ts";
import { alertOf, sampleAlert } from "../../../test/support/sample-alerts.ts";
import { inputFor, readSink, requestOf } from "../../../test/support/sink-steps.ts";
import { systemClock } from "../../clock.ts";
import type { SinkAlert } from "../../domain/alert.ts";
import { verificationKeys } from "./signing-keys.ts";
import { webhook } from "./webhook.ts";

const url = "https://test.com/webhook/abc";
const structured = readSink(webhook, { url, format: "cloudevents_structured" });
const binary = readSink(webhook, { url, format: "cloudevents_binary" });

function sent(sink: typeof binary, alert: SinkAlert) {
  return requestOf(webhook.step(inputFor(sink, { alert })));
}

const firing = alertOf(
  { name: "n", timestamp: "2026-04-20T21:51:13.7Z" },
  { tenantId: "acme:eu", dedupKey: 'Euro € 😀 "50%"', action: "resolve" },
);

test("the structured form is the JSON event format, with the alert as data", () => {
  const { headers, body } = sent(structured, firing);
  assert.equal(headers["content-type"], "application/cloudevents+json; charset=UTF-8");
  assert.deepEqual(
    Object.keys(headers).filter((name) => name.startsWith("ce-")),
    [],
  );
  assert.equal(
    body,
    '{"specversion":"1.0","id":"019db000-0000-7000-8000-000000000001","source":"urn:event-sinks:tenant:acme:eu",' +
      '"type":"event-sinks.alert.resolve","subject":"Euro € 😀 \\"50%\\"","time":"2026-04-20T21:51:13.700Z",' +
      `"datacontenttype":"application/json","data":${firing.body}}`,
  );
});

test("the binary form has percent-encoded ce- headers and the alert as body", () => {
  const { headers, body } = sent(binary, firing);
  assert.equal(body, firing.body);
  assert.equal(headers["content-type"], "application/json");
  const attributes = Object.entries(headers).filter(([name]) => name.startsWith("ce-"));
  assert.deepEqual(Object.fromEntries(attributes), {
    "ce-specversion": "1.0",
    "ce-id": "019db000-0000-7000-8000-000000000001",
    "ce-source": "urn:event-sinks:tenant:acme:eu",
    "ce-type": "event-sinks.alert.resolve",
    // The specification's own example, section 3.1.3.2, and the quote and percent it names.
    "ce-subject": "Euro%20%E2%82%AC%20%F0%9F%98%80%20%2250%25%22",
    "ce-time": "2026-04-20T21:51:13.700Z",
  });
});

test("time keeps nanoseconds, and is when it was received where the alert says nothing", () => {
  const timeOf = (alert: SinkAlert) => sent(binary, alert).headers["ce-time"];
  assert.equal(timeOf(sampleAlert("scanner-alert")), "2026-04-20T21:51:13.702228890Z");
  assert.equal(timeOf(alertOf({ name: "n" })), "2026-04-20T21:51:14.000Z");
  assert.equal(timeOf(alertOf({ name: "n", timestamp: "now" })), "2026-04-20T21:51:14.000Z");
});

test("a payload of the sink's becomes the data", () => {
  const payload = { title: "{{name}}" };
  const wrapped = readSink(webhook, { payload }, structured);
  const { body } = sent(wrapped, firing);
  assert.deepEqual(JSON.parse(body).data, { title: "n" });
  const plain = readSink(webhook, { payload }, binary);
  assert.equal(sent(plain, firing).body, '{"title":"n"}');
});

test("either form is signed as it is sent", () => {
  for (const sink of [structured, binary]) {
    const now = systemClock.now();
    const { body, headers } = requestOf(webhook.step(inputFor(sink, { now, alert: firing })));
    const { signingSecret } = verificationKeys(sink, now) ?? { signingSecret: "" };
    new Webhook(signingSecret).verify(body, { ...headers });
  }
});

test("however hostile the alert, headers stay printable and decode to the same attributes", () => {
  fc.assert(
    fc.property(hostileAlert, (alert) => {
      const event = JSON.parse(sent(structured, alert).body);
      const { headers } = sent(binary, alert);
      for (const name of ["specversion", "id", "source", "type", "subject", "time"]) {
        const value = headers[`ce-${name}`] ?? "";
        assert.match(value, /^[\x21\x23-\x7e]+$/);
        assert.equal(decodeURIComponent(value), event[name]);
      }
      assert.doesNotMatch(event.subject, /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u);
    }),
    { numRuns: 100 },
  );
});
