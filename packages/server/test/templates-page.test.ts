/** Every example of docs/templates.md is rendered here; the page cannot promise what is not so. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from "../src/domain/json.ts";
import { readAlert } from "../src/domain/read-alert.ts";
import { readTemplate, renderTemplate, templateLimits } from "../src/domain/template.ts";
import { renderText } from "../src/domain/template-text.ts";
import { alertFields } from "../src/engine/attempt.ts";
import { pagerduty } from "../src/sinks/pagerduty/pagerduty.ts";
import { inputFor, readSink } from "./support/sink-steps.ts";

const page = readFileSync(new URL("../../../docs/templates.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/^```json (\w+)\n(.*?)^```/gms)].map(
  ([, kind = "", json = ""]) => ({
    kind,
    value: parseJson(json),
  }),
);

function object(value: JsonValue | undefined): JsonObject {
  assert.ok(isJsonObject(value));
  return value;
}

const fields = object(blocks.find(({ kind }) => kind === "alert")?.value);

function take(template: JsonValue) {
  const read = readAlert(
    { ...fields, alert_template: template },
    { uid: "01900000-0000-7000-8000-000000000001", now: 0 },
  );
  assert.ok(read.ok);
  assert.deepEqual(read.warnings, []);
  return alertFields(read.alert);
}

test("each path in the table shows what the table says", () => {
  const [section = ""] = page.split("## Info and actions");
  const rows = [...section.matchAll(/^\| `(.*?)` \| `(.*?)` \|$/gm)];
  assert.ok(rows.length > 10);
  for (const [, written = "", shown = ""] of rows) {
    assert.equal(renderText(written, fields), shown, written);
  }
});

test("each template becomes what stands below it", () => {
  let template: JsonValue = null;
  let checkedCount = 0;
  for (const { kind, value } of blocks) {
    if (kind === "template") template = value;
    if (kind === "template" || kind === "alert") continue;
    checkedCount += 1;
    const alert = take(template);
    if (kind === "dedup_key") assert.equal(alert.dedupKey, value);
    else if (kind === "rendered") assert.deepEqual(renderedOf(alert), value);
    else if (kind === "pagerduty") assertHolds(eventOf(alert), value);
    else assert.fail(`an example of an unknown kind: ${kind}`);
  }
  assert.equal(checkedCount, 3);
});

test("the limits are those of the code", () => {
  const [, limits = ""] = page.split("## Limits");
  for (const value of Object.values(templateLimits)) {
    assert.ok(limits.includes(value.toLocaleString("en-US")), String(value));
  }
});

function renderedOf(alert: ReturnType<typeof take>) {
  const { info, actions } = renderTemplate(readTemplate(alert.template), alert.fields());
  return { info: info.map(({ label, value }) => ({ label, value })), actions };
}

function eventOf(alert: ReturnType<typeof take>): JsonValue {
  const sink = readSink(pagerduty, { integration_key: "e93facc04764012d7bfb002500d5d1a6" });
  return parseJson(pagerduty.step(inputFor(sink, { alert })).body);
}

/** Everything that is expected is there; there may be more. */
function assertHolds(actual: JsonValue | undefined, expected: JsonValue): void {
  if (!isJsonObject(expected)) {
    assert.deepEqual(actual, expected);
    return;
  }
  for (const [name, value] of Object.entries(expected)) assertHolds(object(actual)[name], value);
}
