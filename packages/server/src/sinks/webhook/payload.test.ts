import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { hostileAlert } from "../../../test/support/hostile-alerts.ts";
import { alertOf, sampleAlert } from "../../../test/support/sample-alerts.ts";
import { inputFor, problemOf, readSink, requestOf } from "../../../test/support/sink-steps.ts";
import { systemClock } from "../../clock.ts";
import { type JsonObject, type JsonValue, parseJson, stringifyJson } from "../../domain/json.ts";
import { payloadDepthMax, payloadLengthMax, renderPayload } from "./payload.ts";
import { verificationKeys } from "./signing-keys.ts";
import { webhook } from "./webhook.ts";

const url = "https://test.com/webhook/abc";

function rendered(payload: JsonValue, fields: JsonObject): string | undefined {
  return renderPayload(payload, alertOf(fields));
}

test("a string that is one path keeps the value's type and digits, others become text", () => {
  const alert = sampleAlert("scanner-alert");
  const payload = {
    title: "{{severity}}: {{name}}",
    at: "{{timestamp}}",
    said: "at {{@alert.timestamp}}",
    staging: " {{ staging }} ",
    tags: "{{tags}}",
    first: "{{results_table.rows[0]}}",
    plain: "no path",
    list: ["{{severity_id}}", 1, null, true, { deep: "{{id}}" }],
    empty: [{}, []],
  };
  const { name, severity, staging, tags, severity_id, id } = alert.fields();
  const rows = JSON.parse(JSON.stringify(alert.fields()["results_table"])).rows;
  const text = renderPayload(payload, alert) ?? "";
  assert.match(text, /"at":1776721873702228890,"said":"at 1776721873702228890"/);
  const { at: _, ...rest } = JSON.parse(text);
  assert.deepEqual(rest, {
    title: `${severity}: ${name}`,
    said: "at 1776721873702228890",
    staging,
    tags,
    first: rows[0],
    plain: "no path",
    list: [severity_id, 1, null, true, { deep: id }],
    empty: [{}, []],
  });
});

test("numbers that no double holds keep their digits, in the tree as well, over store and threads", () => {
  const payload = parseJson('{"fixed":12345678901234567890,"exact":"{{n}}","text":"n={{n}}"}');
  const args = { url, payload };
  const sink = readSink(webhook, args);
  const crossed = { ...sink, settings: structuredClone(sink.settings) };
  const stored = { ...sink, settings: JSON.parse(JSON.stringify(sink.settings)) };
  const alert = alertOf({ name: "n", n: JSON.rawJSON("98765432109876543210") });
  for (const each of [sink, crossed, stored]) {
    assert.equal(
      requestOf(webhook.step(inputFor(each, { alert }))).body,
      '{"fixed":12345678901234567890,"exact":98765432109876543210,"text":"n=98765432109876543210"}',
    );
    assert.equal(stringifyJson(webhook.configuration(each)), stringifyJson(args));
  }
});

test("a path that leads nowhere is visible, whether alone or within text", () => {
  assert.equal(
    rendered(["{{nowhere}}", "a {{no.where}}"], { name: "n" }),
    '["(missing: nowhere)","a (missing: no.where)"]',
  );
});

test("what is known of every alert can be named though the alert does not say it", () => {
  const alert = alertOf({ name: "n" }, { severityId: 4, dedupKey: "k", action: "resolve" });
  const paths = ["uid", "action", "dedup_key", "severity_id", "severity", "received_at"];
  const text = renderPayload(
    paths.map((path) => `{{${path}}}`),
    alert,
  );
  const at = "2026-04-20T21:51:14.000Z";
  assert.equal(text, JSON.stringify([alert.uid, "resolve", "k", 4, "High", at]));
  const own = rendered(["{{severity}}"], { name: "n", severity: "sev-1" });
  assert.equal(own, '["sev-1"]', "the alert's own word wins");
});

test("values are filled in once: braces, quotes and names in an alert stay text", () => {
  const fields = {
    name: '{{secret}}","admin":true,"x":"',
    secret: "S",
    "{{name}}": "K",
  };
  const text = rendered({ a: "{{name}}", b: "<{{name}}>", "{{secret}}": "{{secret}}" }, fields);
  assert.deepEqual(JSON.parse(text ?? ""), {
    a: fields.name,
    b: `<${fields.name}>`,
    "{{secret}}": "S",
  });
});

test("a payload that is none, too large, too deep or holds no paths is refused and named", () => {
  const deep = (levels: number): JsonValue => (levels === 0 ? "x" : [deep(levels - 1)]);
  const refused: [JsonValue, string, RegExp][] = [
    ["{{name}}", "Webhook.payload", /object or array/],
    [1, "Webhook.payload", /object or array/],
    [{ a: "x".repeat(payloadLengthMax) }, "Webhook.payload", /at most 65536/],
    [deep(payloadDepthMax + 1), "Webhook.payload", /20 deep/],
    [{ a: { b: ["{{name"] } }, "Webhook.payload.a.b[0]", /never closed/],
    [{ a: "{{ }}" }, "Webhook.payload.a", /nothing between/],
    [["", "{{#if x}}"], "Webhook.payload[1]", /no path/],
    [{ a: "{{name | upper}}" }, "Webhook.payload.a", /no path/],
    [{ a: "{{{name}}}" }, "Webhook.payload.a", /no path/],
    [{ a: `{{${"n".repeat(513)}}}` }, "Webhook.payload.a", /longer than 512/],
  ];
  for (const [payload, path, message] of refused) {
    const problem = problemOf(webhook.readArgs({ url, payload }, null));
    assert.equal(problem?.path, path);
    assert.match(problem?.message ?? "", message);
  }
  for (const payload of [{}, [], deep(payloadDepthMax), { a: "}} { {" }, { a: "{{@alert.#x}}" }]) {
    assert.equal(problemOf(webhook.readArgs({ url, payload }, null)), undefined);
  }
});

test("the rendered body is what is signed, and its length is bounded", () => {
  const sink = readSink(webhook, { url, payload: { text: "{{name}} 💥" } });
  const now = systemClock.now();
  const { body, headers } = requestOf(webhook.step(inputFor(sink, { now })));
  const { signingSecret } = verificationKeys(sink, now) ?? { signingSecret: "" };
  new Webhook(signingSecret).verify(body, { ...headers });
  assert.equal(headers["content-type"], "application/json");
  assert.equal(headers["event-sinks-hops"], "1", "the body does not say it");

  const greedy = readSink(webhook, { url, payload: Array<JsonValue>(5_000).fill("{{big}}") });
  const alert = alertOf({ name: "n", big: "b".repeat(1_000_000) });
  const step = webhook.step(inputFor(greedy, { alert }));
  assert.ok("kind" in step && step.outcome.kind === "rejected");
  assert.equal(step.outcome.reason, "payload_refused");
  assert.match(step.outcome.detail, /longer than 4194304 characters.*retry the delivery/);
});

const tree = fc.letrec<{ value: JsonValue; text: string }>((tie) => ({
  text: fc
    .array(
      fc.oneof(
        fc.constantFrom("{{name}}", "{{id}}", "{{tags[0]}}", "{{results_table}}", "{{nowhere}}"),
        fc.constantFrom("{{timestamp}}", "{{results_table.rows[0]}}", "{{description}}", " "),
        fc.string().map((text) => text.replaceAll("{", "(")),
      ),
      { maxLength: 3 },
    )
    .map((pieces) => pieces.join("")),
  value: fc.oneof(
    { maxDepth: 4 },
    tie("text"),
    fc.constantFrom<JsonValue>(null, true, -0.5, JSON.rawJSON("12345678901234567890")),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie("value"), { maxKeys: 4 }),
  ),
}));

/** The tree's own shape, with its strings left out. */
function skeleton(value: JsonValue, of: JsonValue): JsonValue {
  if (typeof of === "string") return "…";
  if (Array.isArray(of)) {
    assert.ok(Array.isArray(value) && value.length === of.length);
    return of.map((item, index) => skeleton(value[index] ?? null, item));
  }
  if (typeof of !== "object" || of === null || JSON.isRawJSON(of)) return value;
  assert.ok(typeof value === "object" && value !== null);
  assert.deepEqual(Object.keys(value), Object.keys(of), "no alert adds or renames a field");
  const entries = Object.entries(of).map(([key, item]): [string, JsonValue] => [
    key,
    skeleton(Reflect.get(value, key), item),
  ]);
  return Object.fromEntries(entries);
}

test("whatever the tree and however hostile the alert, the body is JSON of the tree's shape", () => {
  fc.assert(
    fc.property(tree.value, hostileAlert, (value, alert) => {
      const payload = [value];
      const text = renderPayload(payload, alert);
      if (text === undefined) return;
      const written = stringifyJson(skeleton(parseJson(text), payload));
      assert.equal(written, stringifyJson(skeleton(payload, payload)));
    }),
    { numRuns: 100 },
  );
});
