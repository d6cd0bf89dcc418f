import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inputFor, readSink } from "../../../test/support/sink-steps.ts";
import { pagerDutyAnswers } from "./answer.ts";
import { pagerduty } from "./pagerduty.ts";

const sink = readSink(pagerduty, { integration_key: "e93facc04764012d7bfb002500d5d1a6" });

test("each row of the table is what the answer leads to, and a refusal tells the cure", () => {
  for (const row of pagerDutyAnswers) {
    const outcome = pagerduty.outcome({ ...row.sample, headers: {} }, inputFor(sink));
    assert.equal(outcome.kind, row.outcome, row.answer);
    if (outcome.kind === "delivered") continue;
    assert.equal(outcome.reason, row.reason, row.answer);
    if (outcome.kind !== "rejected") continue;
    assert.ok(outcome.detail.endsWith(row.cure), outcome.detail);
    assert.equal(outcome.isSinkFault ?? false, row.class === "sink fault", row.answer);
  }
});

test("no two rows answer the same, and every cure is a sentence", () => {
  assert.equal(new Set(pagerDutyAnswers.map(({ answer }) => answer)).size, pagerDutyAnswers.length);
  for (const { cure } of pagerDutyAnswers) assert.match(cure, /^[A-Z].*\.$/s);
});

test("a 400 that is only about the event leaves the sink healthy", () => {
  const body = '{"message":"Event object is invalid","errors":["\'payload.severity\' is invalid"]}';
  const outcome = pagerduty.outcome({ status: 400, headers: {}, body }, inputFor(sink));
  assert.ok(outcome.kind === "rejected" && outcome.isSinkFault === undefined);
  assert.match(outcome.detail, /'payload\.severity' is invalid/);
});

test("the documentation shows the table as it is", () => {
  const page = readFileSync(new URL("pagerduty.md", import.meta.url), "utf8");
  const lines = pagerDutyAnswers.map(({ answer, class: kind, outcome, reason, cure }) => {
    const delivery = reason === null ? outcome : `${outcome}, \`${reason}\``;
    return `| ${answer} | ${kind} | ${delivery} | ${cure} |`;
  });
  const [, section = ""] = page.split("## What answers mean");
  const shown = section.split("\n").filter((line) => line.startsWith("| "));
  assert.deepEqual(shown.slice(1), lines);
});
