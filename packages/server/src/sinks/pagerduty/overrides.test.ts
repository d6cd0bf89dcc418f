import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { assertPagerDutyTakes } from "../../../test/support/pagerduty-limits.ts";
import { alertOf } from "../../../test/support/sample-alerts.ts";
import { inputFor, readSink } from "../../../test/support/sink-steps.ts";
import { isJsonObject, type JsonObject, parseJson } from "../../domain/json.ts";
import { readAlert } from "../../domain/read-alert.ts";
import { pagerduty } from "./pagerduty.ts";

const sink = readSink(pagerduty, { integration_key: "e93facc04764012d7bfb002500d5d1a6" });

type Entries = readonly (readonly [label: string, value: string])[];

/** The event that intake and sink make of an alert with this template. */
function eventOf(info: Entries, more: { actions?: Entries; fields?: JsonObject } = {}) {
  const entries = (list: Entries) => list.map(([label, value]) => ({ label, value }));
  const read = readAlert(
    {
      tenant_id: "acme",
      id: "a1",
      name: "Disk full",
      severity: "Low",
      ...more.fields,
      alert_template: { info: entries(info), actions: entries(more.actions ?? []) },
    },
    { uid: "01900000-0000-7000-8000-000000000001", now: Date.UTC(2026, 0, 1) },
  );
  assert.ok(read.ok);
  const fields = parseJson(read.alert.body);
  assert.ok(isJsonObject(fields));
  const { body } = pagerduty.step(inputFor(sink, { alert: alertOf(fields, read.alert) }));
  assertPagerDutyTakes(body);
  return JSON.parse(body);
}

test("template entries override paths of the event, everything else is a detail", () => {
  const event = eventOf(
    [
      ["Host", "{{host}}"],
      ["@pagerduty.payload.summary", "{{name}} on {{host}}"],
      ["@pagerduty.payload.source", "{{host}}"],
      ["@pagerduty.payload.severity", "Critical"],
      ["@pagerduty.payload.timestamp", "1776721873702228890"],
      ["@pagerduty.payload.component", "disk"],
      ["@pagerduty.payload.group", "web"],
      ["@pagerduty.payload.class", "capacity"],
      ["@pagerduty.payload.custom_details.team.name", "sre"],
      ["@pagerduty.client", "Acme"],
      ["@pagerduty.client_url", "https://acme.example/{{host}}"],
    ],
    { fields: { host: "web-1" } },
  );
  const { custom_details, ...payload } = event.payload;
  assert.deepEqual(payload, {
    summary: "Disk full on web-1",
    source: "web-1",
    severity: "critical",
    timestamp: "2026-04-20T21:51:13.702Z",
    component: "disk",
    group: "web",
    class: "capacity",
  });
  assert.deepEqual(custom_details, {
    Host: "web-1",
    "team.name": "sre",
    id: "a1",
    severity: "Low",
    host: "web-1",
  });
  assert.deepEqual([event.client, event.client_url], ["Acme", "https://acme.example/web-1"]);
});

test("an alert's severity by name is understood where PagerDuty's words are asked for", () => {
  const expected = [
    ["High", "error"],
    ["WARNING", "warning"],
    ["{{severity}}", "info"],
  ] as const;
  for (const [value, severity] of expected) {
    assert.equal(eventOf([["@pagerduty.payload.severity", value]]).payload.severity, severity);
  }
});

test("what PagerDuty would refuse keeps its default and is named among the details", () => {
  const event = eventOf([
    ["@pagerduty.payload.severity", "very bad"],
    ["@pagerduty.payload.timestamp", "yesterday"],
    ["@pagerduty.payload.source", " "],
    ["@pagerduty.client_url", "javascript:alert(1)"],
    ["@pagerduty.payload.nonsense", "x"],
    ["@pagerduty.payload.constructor", "x"],
    ["@pagerduty.images[0].src", "http://plain.example/x.png"],
    ["@pagerduty.payload.custom_details", "no object"],
  ]);
  assert.deepEqual([event.payload.severity, event.payload.source], ["info", "scanner.dev"]);
  assert.equal(event.client_url, undefined);
  assert.equal(event.images, undefined);
  const note: string = event.payload.custom_details.event_sinks_note;
  assert.equal(note.match(/@pagerduty\./g)?.length, 8);
  assert.equal(event.payload.summary, "Disk full", "nothing of the alert is missing");
});

test("the routing key is never the template's", () => {
  const event = eventOf([["@pagerduty.routing_key", "f".repeat(32)]]);
  assert.equal(event.routing_key, "e93facc04764012d7bfb002500d5d1a6");
  assert.equal(event.payload.custom_details.event_sinks_note, undefined);
});

test("the key and the action are what was settled at intake", () => {
  const event = eventOf([["@pagerduty.dedup_key", "{{host}}"]], { fields: { host: "web-1" } });
  assert.equal(event.dedup_key, "web-1");
  const resolve = eventOf([["@pagerduty.event_action", "resolve"]]);
  assert.equal(resolve.event_action, "resolve");
  assert.equal(resolve.payload, undefined);
});

test("actions are links, once each; a value that is no URL is a detail", () => {
  const event = eventOf([], {
    actions: [
      ["Runbook", "https://wiki.example/{{host}}"],
      ["Call", "the owner of {{host}}"],
    ],
    fields: { host: "web-1", "View in Scanner": "https://app.scanner.dev/x" },
  });
  assert.deepEqual(event.links, [
    { href: "https://wiki.example/web-1", text: "Runbook" },
    { href: "https://app.scanner.dev/x", text: "View in Scanner" },
  ]);
  assert.deepEqual([event.client, event.client_url], ["Scanner", "https://app.scanner.dev/x"]);
  assert.equal(event.payload.custom_details.Call, "the owner of web-1");
  assert.equal(event.payload.custom_details.Runbook, undefined);
});

test("links and images can be named one by one", () => {
  const event = eventOf(
    [
      ["@pagerduty.links[0].text", "Read this"],
      ["@pagerduty.links[1].href", "https://b.example/"],
      ["@pagerduty.links[7].text", "no URL"],
      ["@pagerduty.images[0].src", "https://img.example/x.png"],
      ["@pagerduty.images[0].alt", "a graph"],
    ],
    { actions: [["Runbook", "https://a.example/"]] },
  );
  assert.deepEqual(event.links, [
    { href: "https://a.example/", text: "Read this" },
    { href: "https://b.example/" },
  ]);
  assert.deepEqual(event.images, [{ src: "https://img.example/x.png", alt: "a graph" }]);
});

test("a label with the name of a field wins among the details", () => {
  const event = eventOf([["host", "the one called {{host}}"]], { fields: { host: "web-1" } });
  assert.equal(event.payload.custom_details.host, "the one called web-1");
});

test("details given as JSON replace all others", () => {
  const event = eventOf(
    [
      ["Host", "{{host}}"],
      ["@pagerduty.payload.custom_details", "{{results_table.rows[0]}}"],
      ["@pagerduty.payload.custom_details.more", "1"],
    ],
    {
      fields: {
        host: "web-1",
        results_table: { columns: ["name"], rows: [{ name: "row", n: 2 }] },
      },
    },
  );
  assert.deepEqual(event.payload.custom_details, { name: "row", n: 2, more: "1" });
});

test("when details had to shrink, the summary says so", () => {
  const rows = Array.from({ length: 20_000 }, (_, n) => ({ n, text: "x".repeat(40) }));
  const fields = { name: "n".repeat(2_000), results_table: { columns: ["n"], rows } };
  const { summary } = eventOf([["Host", "h"]], { fields }).payload;
  assert.match(summary, /… \(details shortened\)$/);
  assert.equal(eventOf([["Host", "h"]]).payload.summary, "Disk full");
});

test("no template makes an event that PagerDuty refuses", () => {
  const paths = [
    "payload.summary",
    "payload.source",
    "payload.severity",
    "payload.timestamp",
    "payload.component",
    "payload.custom_details",
    "payload.custom_details.x",
    "client",
    "client_url",
    "links[0].href",
    "links[3].text",
    "images[0].src",
    "images[0].href",
    "dedup_key",
    "event_action",
    "routing_key",
    "payload",
    "",
  ];
  const label = fc.oneof(
    fc.string(),
    fc.constantFrom(...paths).map((path) => `@pagerduty.${path}`),
  );
  const value = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.webUrl({ validSchemes: ["https", "http"] }),
    fc.constantFrom(
      "high",
      "resolve",
      "{{name}}",
      "{{x}}",
      '{"a":[1]}',
      "2026-01-01T00:00:00Z",
      "é".repeat(9_000),
    ),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(label, value)),
      fc.array(fc.tuple(label, value)),
      (info, actions) => {
        eventOf(info, { actions });
      },
    ),
  );
});
