import assert from "node:assert/strict";
import { test } from "node:test";
import { assertPagerDutyTakes } from "../../../test/support/pagerduty-limits.ts";
import { alertOf, sampleAlert } from "../../../test/support/sample-alerts.ts";
import { inputFor, problemOf, readSink, withAction } from "../../../test/support/sink-steps.ts";
import type { SinkAlert } from "../../domain/alert.ts";
import type { JsonObject, JsonValue } from "../../domain/json.ts";
import type { SeverityId } from "../../domain/severity.ts";
import { pagerduty } from "./pagerduty.ts";

const key = "e93facc04764012d7bfb002500d5d1a6";
const sink = readSink(pagerduty, { integration_key: key });

function bodyOf(alert: SinkAlert): string {
  const { body } = pagerduty.step(inputFor(sink, { alert }));
  assertPagerDutyTakes(body);
  return body;
}

const eventOf = (alert: SinkAlert) => JSON.parse(bodyOf(alert));

function alertWith(fields: JsonObject, more: Partial<SinkAlert> = {}): SinkAlert {
  return alertOf({ id: "a1", name: "An alert", ...fields }, more);
}

test("only 32 letters and digits are an integration key", () => {
  for (const integration_key of ["", key.slice(1), `${key}0`, `${key.slice(1)}-`, ` ${key}`]) {
    const problem = problemOf(pagerduty.readArgs({ integration_key }, null));
    assert.equal(problem?.path, "PagerDuty.integration_key");
  }
  assert.deepEqual(sink.settings, {});
  assert.equal(JSON.parse(pagerduty.step(inputFor(sink)).body).routing_key, key);
});

test("the severity follows the alert's", () => {
  const expected: [SeverityId, string][] = [
    [0, "critical"],
    [1, "info"],
    [2, "info"],
    [3, "warning"],
    [4, "error"],
    [5, "critical"],
    [6, "critical"],
    [99, "critical"],
  ];
  for (const [severityId, severity] of expected) {
    assert.equal(eventOf(alertWith({}, { severityId })).payload.severity, severity);
  }
});

test("the timestamp is the alert's in ISO 8601, or when it came", () => {
  const expected: [JsonValue, string][] = [
    ["2026-04-20T23:51:13.702228890+02:00", "2026-04-20T21:51:13.702Z"],
    [1776721873, "2026-04-20T21:51:13.000Z"],
    ["soon", "2026-04-20T21:51:14.000Z"],
    [null, "2026-04-20T21:51:14.000Z"],
  ];
  for (const [timestamp, iso] of expected) {
    assert.equal(eventOf(alertWith({ timestamp })).payload.timestamp, iso);
  }
});

test("acknowledge and resolve carry the key and nothing of the alert", () => {
  for (const action of ["acknowledge", "resolve"] as const) {
    assert.deepEqual(eventOf(withAction(sampleAlert("scanner-alert"), action)), {
      routing_key: key,
      event_action: action,
      dedup_key: "f28eaed5-7e91-4883-b633-3279b052206a",
    });
  }
});

test("numbers keep every digit in the details", () => {
  assert.match(bodyOf(sampleAlert("scanner-alert")), /"timestamp":1776721873702228890,/);
});

test("URLs become links and do not repeat in the details", () => {
  const event = eventOf(
    alertWith({
      Runbook: "https://wiki.example/rb",
      Note: "plain",
      "View in Grafana": "http://g/",
    }),
  );
  assert.deepEqual(event.links, [
    { href: "https://wiki.example/rb", text: "Runbook" },
    { href: "http://g/", text: "View in Grafana" },
  ]);
  assert.equal(event.client, "Grafana");
  assert.equal(event.client_url, "http://g/");
  assert.deepEqual(event.payload.custom_details, { id: "a1", Note: "plain" });
});

test("rows that do not fit are left out and counted", () => {
  const rows = Array.from({ length: 2_000 }, (_, index) => ({ index, text: "x".repeat(1_000) }));
  const event = eventOf(
    alertWith({ results_table: { columns: ["index", "text"], rows, total_row_count: 2_000 } }),
  );
  const { results_table, event_sinks_note } = event.payload.custom_details;
  const shown = results_table.rows.length;
  assert.ok(shown > 450 && shown < 512, `${shown} rows`);
  assert.match(event_sinks_note, new RegExp(`\\b${shown} of 2000 result rows`));
});

test("long texts are cut when leaving out rows is not enough, and it is said", () => {
  const event = eventOf(alertWith({ description: "é".repeat(900_000), query_text: "short" }));
  const { description, query_text, event_sinks_note } = event.payload.custom_details;
  assert.equal(description.length, 10_000);
  assert.equal(query_text, "short");
  assert.match(event_sinks_note, /Long texts are cut/);
});

test("hundreds of fields are shown, the rest is counted", () => {
  const fields = Object.fromEntries(Array.from({ length: 9_000 }, (_, index) => [`f${index}`, 1]));
  const { custom_details } = eventOf(alertWith(fields)).payload;
  assert.equal(custom_details.f400, 1);
  assert.match(custom_details.event_sinks_note, /8501 fields are left out/);
});

test("what cannot be made to fit still leads back to the alert", () => {
  const { custom_details } = eventOf(alertWith({ numbers: Array(300_000).fill(1) })).payload;
  assert.equal(custom_details.id, "a1");
  assert.match(custom_details.event_sinks_note, /left out/);
});

test("a long summary is cut without splitting a character", () => {
  const { summary } = eventOf(alertWith({ name: "💥".repeat(2_000) })).payload;
  assert.ok(summary.length <= 1_024 && summary.endsWith("💥…"));
});

test("two keys that are too long stay two incidents", () => {
  const [one, other] = ["a", "b"].map(
    (end) => eventOf(alertWith({}, { dedupKey: "k".repeat(300) + end })).dedup_key,
  );
  assert.equal(one.length, 255);
  assert.notEqual(one, other);
});

test("a refusal carries PagerDuty's own words", () => {
  const body = JSON.stringify({
    status: "invalid event",
    message: "Event object is invalid",
    errors: ["'payload.severity' is invalid", "'client' is too long"],
  });
  const outcome = pagerduty.outcome({ status: 400, headers: {}, body }, inputFor(sink));
  assert.match(outcome.detail ?? "", /is invalid; 'payload.severity' is invalid; 'client' is too/);
});
