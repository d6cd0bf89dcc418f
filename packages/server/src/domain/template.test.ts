import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { JsonObject, JsonValue } from "./json.ts";
import { isJsonObject, parseJson } from "./json.ts";
import { readAlert } from "./read-alert.ts";
import {
  authorFields,
  checkTemplate,
  readTemplate,
  renderTemplate,
  templateLimits,
} from "./template.ts";

const uid = "01900000-0000-7000-8000-000000000001";

/** The alert as it is stored, its body's fields, and the warnings. */
function take(template: JsonValue, more: JsonObject = {}) {
  const fields = {
    tenant_id: "acme",
    id: "1",
    name: "Disk full",
    alert_template: template,
    ...more,
  };
  const read = readAlert(fields, { uid, now: 0 });
  assert.ok(read.ok);
  const body = parseJson(read.alert.body);
  assert.ok(isJsonObject(body));
  return { alert: read.alert, body, warnings: read.warnings };
}

function render(taken: ReturnType<typeof take>) {
  return renderTemplate(readTemplate(taken.alert.template), taken.body);
}

test("info, actions and PagerDuty's own entries are told apart", () => {
  const taken = take(
    {
      info: [
        { label: "Host", value: "{{host}}" },
        { label: "@pagerduty.payload.source", value: "{{host}}.local" },
      ],
      actions: [
        { label: "Runbook", value: "https://wiki.example/{{host}}" },
        { label: "Call", value: "the owner of {{host}}" },
      ],
    },
    { host: "web-1" },
  );
  assert.deepEqual(taken.warnings, []);
  assert.deepEqual(render(taken), {
    info: [{ label: "Host", value: "web-1", useForDedup: false }],
    actions: [
      { label: "Runbook", value: "https://wiki.example/web-1", url: "https://wiki.example/web-1" },
      { label: "Call", value: "the owner of web-1", url: null },
    ],
    pagerduty: [{ path: "payload.source", value: "web-1.local" }],
  });
});

test("rendered labels are fields of the body, never over one that is there or documented", () => {
  const labels = ["Host", "mine", "Host", "description", "__proto__", "@pagerduty.client"];
  const info = labels.map((label, index) => ({ label, value: `value ${index}` }));
  const { alert, body } = take({ info }, { mine: "kept" });
  const { tenant_id: _, id: __, name: ___, ...rest } = body;
  assert.equal(
    JSON.stringify(rest),
    '{"mine":"kept","Host":"value 0","__proto__":"value 4","event-sinks-hops":1}',
  );
  const own = authorFields(readTemplate(alert.template), body);
  assert.deepEqual(Object.keys(own), ["tenant_id", "id", "name", "mine", "event-sinks-hops"]);
});

test("a label is no path: rendering later gives what it gave at intake", () => {
  const taken = take({
    info: [
      { label: "A", value: "{{name}}" },
      { label: "B", value: "{{A}}" },
    ],
  });
  assert.equal(taken.body["B"], "(missing: A)");
  assert.equal(render(taken).info[1]?.value, "(missing: A)");
  assert.match(taken.warnings.join(), /"B" names a path that is not in the alert: `A`/);
});

test("a caller's own `added` hides nothing", () => {
  const taken = take(
    { info: [{ label: "Host", value: "{{host}}" }], added: ["host"] },
    { host: "h" },
  );
  assert.equal(render(taken).info[0]?.value, "h");
});

test("entries that are none are left out and named, the rest is used", () => {
  const taken = take({
    info: [{ label: "ok", value: "v" }, { label: "x" }, null, "text", { label: " ", value: "v" }],
    actions: { label: "not", value: "an array" },
  });
  assert.deepEqual(
    render(taken).info.map(({ label }) => label),
    ["ok"],
  );
  assert.equal(taken.warnings.length, 5);
  for (const warning of taken.warnings)
    assert.match(warning, /^`alert_template\.(info\[[1-4]\]|actions)`/);
});

test("a template that can be used for nothing is not stored", () => {
  for (const template of [{}, { info: [] }, { info: [{ label: "x" }] }, { other: 1 }]) {
    assert.equal(take(template).alert.template, null);
  }
});

test("what is beyond a limit is cut, and said", () => {
  const { entriesMax, labelLengthMax, valueLengthMax, renderedLengthMax } = templateLimits;
  const long = { label: "l".repeat(500), value: "v".repeat(20_000) };
  const taken = take({ info: Array.from({ length: 60 }, () => long) });
  const { info } = render(taken);
  assert.equal(info.length, entriesMax);
  assert.equal(info[0]?.label.length, labelLengthMax);
  assert.equal(info[0]?.value.length, valueLengthMax);
  const lengths = info.map(({ value }) => value.length);
  assert.ok(lengths.reduce((sum, length) => sum + length) <= renderedLengthMax + entriesMax);
  assert.equal(info.at(-1)?.value, "…");
  assert.match(taken.warnings.join("\n"), /60 entries: only the first 50.*is cut/s);
});

test("use_for_dedup entries name the problem, within its rule", () => {
  const template = {
    info: [
      { label: "Host", value: "{{host}}", use_for_dedup: true },
      { label: "Note", value: "{{note}}" },
    ],
    actions: [{ label: "User", value: "{{user}}", use_for_dedup: true }],
  };
  const fields = { host: "web-1", user: "eve", note: "n", detection_rule_id: "rule" };
  const { alert, body } = take(template, fields);
  assert.equal(alert.dedupKey, '["rule","Host","web-1","User","eve"]');
  assert.equal(alert.hasExplicitKey, true);
  assert.equal(body["dedup_key"], alert.dedupKey);
  const { detection_rule_id: _, ...noRule } = fields;
  assert.equal(take(template, noRule).alert.dedupKey, '["Disk full","Host","web-1","User","eve"]');
  assert.equal(take(template, { ...fields, dedup_key: "mine" }).alert.dedupKey, "mine");
});

test("a long key is hashed, and two long keys stay two", () => {
  const template = { info: [{ label: "Host", value: "{{host}}", use_for_dedup: true }] };
  const keys = ["a", "b"].map(
    (end) => take(template, { host: "h".repeat(300) + end }).alert.dedupKey,
  );
  for (const key of keys) assert.match(key, /^sha256:[0-9a-f]{64}$/);
  assert.notEqual(keys[0], keys[1]);
});

test("values that were cut on screen still tell two problems apart", () => {
  const filler = Array.from({ length: 20 }, () => ({ label: "f", value: "v".repeat(10_000) }));
  const template = { info: [...filler, { label: "Host", value: "{{host}}", use_for_dedup: true }] };
  assert.match(take(template, { host: "web-1" }).alert.dedupKey, /web-1/);
});

test("a key with a missing value is no key: alerts without it have nothing in common", () => {
  const template = { info: [{ label: "Host", value: "{{host}}", use_for_dedup: true }] };
  for (const more of [{}, { host: " " }]) {
    const { alert, warnings } = take(template, { ...more, detection_rule_id: "rule" });
    assert.equal(alert.dedupKey, "rule");
    assert.equal(alert.hasExplicitKey, false);
    assert.match(warnings.join(), /"Host" cannot make the dedup key/);
  }
});

test("@pagerduty.dedup_key and event_action are the alert's, unless it has its own", () => {
  const template = {
    info: [
      { label: "@pagerduty.dedup_key", value: "{{host}}" },
      { label: "@pagerduty.event_action", value: "{{state}}" },
      { label: "Host", value: "{{host}}", use_for_dedup: true },
    ],
  };
  const fields = { host: "web-1", state: "resolve" };
  const { alert, body, warnings } = take(template, fields);
  assert.deepEqual(
    [alert.dedupKey, alert.action, alert.hasExplicitKey],
    ["web-1", "resolve", true],
  );
  assert.deepEqual([body["dedup_key"], body["action"]], ["web-1", "resolve"]);
  assert.deepEqual(warnings, []);
  const own = take(template, { ...fields, dedup_key: "mine", action: "acknowledge" });
  assert.deepEqual([own.alert.dedupKey, own.alert.action], ["mine", "acknowledge"]);
  assert.equal(own.warnings.length, 2);
  const odd = take(template, { ...fields, state: "closed" });
  assert.equal(odd.alert.action, "trigger");
  assert.match(odd.warnings.join(), /event_action` is not one of/);
});

test("a routing key in a template is named as unused", () => {
  const { warnings } = take({ info: [{ label: "@pagerduty.routing_key", value: "k" }] });
  assert.match(warnings.join(), /routing_key` is not used/);
});

test("no template, however odd, is refused, and what is stored reads back the same", () => {
  const entry = fc.oneof(
    fc.jsonValue(),
    fc.record({ label: fc.string(), value: fc.string(), use_for_dedup: fc.boolean() }),
  );
  const template = fc.record({
    info: fc.oneof(fc.array(entry), fc.jsonValue()),
    actions: fc.array(entry),
  });
  fc.assert(
    fc.property(template, (made) => {
      const taken = take(parseJson(JSON.stringify(made)));
      const { template: checked } = checkTemplate(parseJson(JSON.stringify(made)));
      const stored = readTemplate(taken.alert.template);
      assert.deepEqual(stored.info, checked.info);
      assert.deepEqual(stored.actions, checked.actions);
      render(taken);
    }),
  );
});

test("a value inside an action's URL is encoded, so that it cannot end the link or change it", () => {
  const entry = (value: string) => ({ label: "Open", value });
  const urlOf = (value: string, fields: JsonObject) => {
    const text = JSON.stringify({ info: [], actions: [entry(value)] });
    return renderTemplate(readTemplate(text), fields).actions[0]?.url;
  };
  const fields = { name: "A b&c=d#e", path: "one/two three", link: "https://x.example/a?b=c" };
  assert.equal(
    urlOf("https://x.example/?q={{name}}&z=1", fields),
    "https://x.example/?q=A%20b%26c%3Dd%23e&z=1",
  );
  assert.equal(urlOf("https://x.example/{{path}}", fields), "https://x.example/one/two%20three");
  assert.equal(urlOf("{{link}}", fields), "https://x.example/a?b=c");
});
