import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isJsonObject, type JsonObject, parseJson } from "./json.ts";
import { readAlert } from "./read-alert.ts";

const uid = "01900000-0000-7000-8000-000000000001";
const now = Date.UTC(2026, 3, 20);
const least = { tenant_id: "acme", name: "Disk full" };

function fieldsOf(json: string): JsonObject {
  const value = parseJson(json);
  assert.ok(isJsonObject(value));
  return value;
}

function accepted(fields: JsonObject) {
  const read = readAlert(fields, { uid, now });
  assert.ok(read.ok, read.ok ? "" : read.problem.message);
  return read;
}

function refused(fields: JsonObject) {
  const read = readAlert(fields, { uid, now });
  assert.ok(!read.ok, "was accepted");
  return read.problem;
}

/** As Scanner's webhook sink posts it. */
const sample = `{"id":"f520b9b7-c005-4f4a-821f-ffedcbf22438","detection_rule_id":"f28eaed5-7e91-4883-b633-3279b052206a",
"tenant_id":"116f7376-5997-48db-a656-b882d42f853e","severity_id":5,"severity":"Critical","name":"AWS CloudTrail - Account closure",
"description":"Detects AWS account closure","query_text":"q","tags":["tactics.ta0040.impact"],
"detected_in_time_range":{"start":"2026-04-20T21:51:13.702228890Z","end":"2026-04-20T21:51:13.702228890Z"},
"timestamp":1776721873702228890,"staging":false,
"results_table":{"columns":["@q.count"],"rows":[{"@q.count":1}],"total_row_count":1},"View in Scanner":"https://app.scanner.dev/x"}`;

test("a real alert is read without a warning and its body keeps every field, order and digit", () => {
  const { alert, eventSinkIds, warnings } = accepted(fieldsOf(sample));
  assert.deepEqual(warnings, []);
  assert.equal(eventSinkIds, null);
  const { body, ...rest } = alert;
  assert.deepEqual(rest, {
    uid,
    tenantId: "116f7376-5997-48db-a656-b882d42f853e",
    id: "f520b9b7-c005-4f4a-821f-ffedcbf22438",
    name: "AWS CloudTrail - Account closure",
    action: "trigger",
    dedupKey: "f28eaed5-7e91-4883-b633-3279b052206a",
    hasExplicitKey: false,
    severityId: 5,
    tags: ["tactics.ta0040.impact"],
    staging: false,
    template: null,
    receivedAt: now,
  });
  const compact = sample.replaceAll("\n", "");
  assert.equal(body, `${compact.slice(0, -1)},"event-sinks-hops":1}`);
});

test("an alert without an id gets ours, first in the body, and it is the dedup key", () => {
  const { alert } = accepted({ ...least, id: null });
  assert.equal(alert.id, uid);
  assert.equal(alert.dedupKey, uid);
  assert.equal(
    alert.body,
    `{"id":"${uid}","tenant_id":"acme","name":"Disk full","event-sinks-hops":1}`,
  );
});

test("the dedup key is the explicit one, else the rule's id, else the alert's id", () => {
  const all = { ...least, id: "i", detection_rule_id: "r", dedup_key: "k" };
  const { dedup_key: _, ...noKey } = all;
  const { detection_rule_id: __, ...idOnly } = noKey;
  assert.deepEqual([accepted(all).alert.dedupKey, accepted(all).alert.hasExplicitKey], ["k", true]);
  assert.equal(accepted(noKey).alert.dedupKey, "r");
  assert.equal(accepted(noKey).alert.hasExplicitKey, false);
  assert.equal(accepted(idOnly).alert.dedupKey, "i");
});

test("the named sinks and the template are taken out of the body, its labels added", () => {
  const template = { info: [{ label: "n", value: "{{name}}" }] };
  const read = accepted({
    ...least,
    id: "1",
    event_sink_ids: ["b", "a", "b"],
    alert_template: template,
    x: 1,
  });
  assert.deepEqual(read.eventSinkIds, ["b", "a"]);
  assert.equal(read.alert.template, JSON.stringify({ ...template, actions: [], added: ["n"] }));
  assert.equal(
    read.alert.body,
    '{"tenant_id":"acme","name":"Disk full","id":"1","x":1,"n":"Disk full","event-sinks-hops":1}',
  );
});

test("each strict field that is wrong is refused by name", () => {
  const long = "x".repeat(256);
  const wrong: [JsonObject, string][] = [
    [{ name: "n" }, "tenant_id"],
    [{ ...least, tenant_id: "a b" }, "tenant_id"],
    [{ ...least, tenant_id: "acme\n" }, "tenant_id"],
    [{ ...least, tenant_id: "" }, "tenant_id"],
    [{ ...least, tenant_id: 7 }, "tenant_id"],
    [{ tenant_id: "acme" }, "name"],
    [{ ...least, name: "" }, "name"],
    [{ ...least, name: ["n"] }, "name"],
    [{ ...least, id: 7 }, "id"],
    [{ ...least, id: "" }, "id"],
    [{ ...least, id: long }, "id"],
    [{ ...least, dedup_key: 7 }, "dedup_key"],
    [{ ...least, dedup_key: long }, "dedup_key"],
    [{ ...least, event_sink_ids: null }, "event_sink_ids"],
    [{ ...least, event_sink_ids: "a" }, "event_sink_ids"],
    [{ ...least, event_sink_ids: [1] }, "event_sink_ids"],
    [{ ...least, event_sink_ids: Array.from({ length: 1001 }, String) }, "event_sink_ids"],
  ];
  for (const [fields, path] of wrong) {
    const problem = refused(fields);
    assert.equal(problem.path, path);
    assert.equal(problem.code, "invalid_request");
    assert.ok(problem.message.includes(`\`${path}\``), problem.message);
  }
});

test("a known field of another type is passed on, counts as absent and is named", () => {
  const odd: JsonObject = {
    action: "blocked",
    detection_rule_id: 7,
    description: ["d"],
    severity_id: "5",
    severity: 5,
    query_text: {},
    tags: "one",
    detected_in_time_range: "yesterday",
    timestamp: "yesterday",
    staging: "true",
    results_table: [],
    alert_template: "t",
  };
  const { alert, warnings } = accepted({ ...least, id: "1", ...odd });
  assert.deepEqual(
    warnings.map((warning) => /^`(\w+)`/.exec(warning)?.[1]).sort(),
    Object.keys(odd).sort(),
  );
  assert.deepEqual(
    [alert.action, alert.dedupKey, alert.severityId, alert.tags, alert.staging, alert.template],
    ["trigger", "1", 0, [], false, null],
  );
  const { "event-sinks-hops": hops, ...rest } = fieldsOf(alert.body);
  assert.deepEqual(rest, { ...least, id: "1", ...odd });
  assert.equal(hops, 1);
});

test("null in a known field is the same as leaving it out", () => {
  const { alert, warnings } = accepted({ ...least, action: null, tags: null, severity: null });
  assert.deepEqual(warnings, []);
  assert.equal(alert.action, "trigger");
});

test("severity comes from the number or the name, and the number counts when they disagree", () => {
  const severity = (fields: JsonObject) => accepted({ ...least, ...fields }).alert.severityId;
  assert.equal(severity({ severity_id: 99 }), 99);
  assert.equal(severity({ severity: "information" }), 1);
  assert.equal(severity({ severity: "FATAL" }), 6);
  assert.equal(severity({ severity_id: "x", severity: "Low" }), 2);
  const { alert, warnings } = accepted({ ...least, severity_id: 3, severity: "Low" });
  assert.equal(alert.severityId, 3);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", /`severity` \(Low\) and `severity_id` \(3, Medium\) disagree/);
});

test("hops are counted at the end of the body, and the sixth round is refused", () => {
  const hops = (value: JsonObject[string]) => ({ ...least, id: "1", "event-sinks-hops": value });
  assert.match(accepted({ "event-sinks-hops": 2, ...least }).alert.body, /,"event-sinks-hops":3}$/);
  assert.match(accepted(hops(5)).alert.body, /,"event-sinks-hops":6}$/);
  assert.match(accepted(hops("2")).alert.body, /,"event-sinks-hops":3}$/);
  assert.match(accepted(hops([])).alert.body, /,"event-sinks-hops":1}$/);
  assert.match(accepted(hops(-9)).alert.body, /,"event-sinks-hops":1}$/);
  for (const many of [6, "6", 1e300, JSON.rawJSON("99999999999999999999")]) {
    assert.equal(refused(hops(many)).code, "too_many_hops");
  }
});

test("a field called __proto__ is a field like any other", () => {
  const { alert } = accepted(fieldsOf('{"tenant_id":"a","name":"n","id":"1","__proto__":{"x":1}}'));
  assert.match(alert.body, /"__proto__":\{"x":1\}/);
  const { alert: named } = accepted(fieldsOf('{"tenant_id":"a","name":"n","__proto__":{"x":1}}'));
  assert.match(named.body, /"__proto__":\{"x":1\}/);
});

test("whatever else an alert holds is neither refused nor changed", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (extras) => {
      const fields = fieldsOf(JSON.stringify({ ...extras, ...least, id: "1" }));
      for (const strict of ["event_sink_ids", "dedup_key", "alert_template", "event-sinks-hops"]) {
        delete fields[strict];
      }
      const { "event-sinks-hops": _, ...rest } = fieldsOf(accepted(fields).alert.body);
      assert.equal(JSON.stringify(rest), JSON.stringify(fields));
    }),
  );
});
