import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { pagerDutyAnswers } from "./pagerduty/answer.ts";
import { platformErrorsPage } from "./platform-errors.ts";
import { slackErrors } from "./slack/errors.ts";

const page = new URL("../../../../docs/reference/platform-errors.md", import.meta.url);

test("the page is what the tables say (write it with scripts/write-platform-errors.ts)", () => {
  assert.equal(readFileSync(page, "utf8"), platformErrorsPage());
});

test("each error of Slack's and each answer of PagerDuty's has a row with its cure", () => {
  const rows = platformErrorsPage()
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.slice(2, -2).split(" | "));
  for (const { error, cure, reaction } of slackErrors) {
    const found = rows.filter(([first]) => first === `\`${error}\`` || first === error);
    assert.equal(found.length, 1, error);
    assert.equal(found[0]?.at(-1), cure);
    assert.equal(found[0]?.at(-2), reaction);
  }
  for (const { answer, cure } of pagerDutyAnswers) {
    assert.equal(rows.find(([first]) => first === answer)?.at(-1), cure, answer);
  }
  for (const row of rows) assert.ok([4, 6].includes(row.length), row.join(" | "));
});
