/**
 * What a Teams message may be, written from the documentation and not from our code:
 * learn.microsoft.com, connectors/teams (28 KB) and the Adaptive Card schema 1.5. No text is
 * where Markdown or mentions would be read.
 */

import assert from "node:assert/strict";
import { type JsonObject, type JsonValue, parseJson } from "../../src/domain/json.ts";
import { asArray, asObject, assertKeys, assertWellFormed, asText } from "./slack-limits.ts";

/** Fails unless a workflow could post this body, and nobody is mentioned. */
export function assertTeamsTakes(body: string): void {
  assert.ok(Buffer.byteLength(body) <= 28 * 1024, `${Buffer.byteLength(body)} bytes`);
  assert.doesNotMatch(body, /<\/?at\b/i);
  const message = asObject(parseJson(body));
  assertWellFormed(message);
  assertKeys(message, ["type", "attachments"]);
  assert.equal(message["type"], "message");
  const [attachment, ...more] = asArray(message["attachments"]).map(asObject);
  assert.ok(attachment !== undefined && more.length === 0);
  assert.equal(attachment["contentType"], "application/vnd.microsoft.card.adaptive");
  const card = asObject(attachment["content"]);
  assertKeys(card, ["$schema", "type", "version", "fallbackText", "msteams", "body", "actions"]);
  assert.deepEqual(card["msteams"], { width: "Full" });
  assert.ok(asText(card["fallbackText"]) !== "");
  for (const element of asArray(card["body"])) assertElement(asObject(element));
  const actions = card["actions"] === undefined ? [] : asArray(card["actions"]);
  assert.ok(actions.length <= 6, `${actions.length} actions`);
  for (const action of actions) assertOpenUrl(asObject(action));
}

function assertElement(element: JsonObject): void {
  switch (element["type"]) {
    case "Container":
      for (const item of notEmpty(element["items"])) assertElement(item);
      return;
    case "RichTextBlock":
      for (const run of notEmpty(element["inlines"])) assertRun(run);
      return;
    case "Table":
      assertTable(element);
      return;
    default:
      assert.fail(`${String(element["type"])} would read Markdown, or is unknown`);
  }
}

function assertTable(table: JsonObject): void {
  const columns = notEmpty(table["columns"]);
  for (const row of notEmpty(table["rows"])) {
    const cells = notEmpty(row["cells"]);
    assert.equal(cells.length, columns.length, "cells of a row");
    for (const cell of cells) for (const item of notEmpty(cell["items"])) assertElement(item);
  }
}

function assertRun(run: JsonObject): void {
  assert.equal(run["type"], "TextRun");
  assert.ok(asText(run["text"]) !== "", "an empty run");
  if (run["selectAction"] !== undefined) assertOpenUrl(asObject(run["selectAction"]));
}

function assertOpenUrl(action: JsonObject): void {
  assertKeys(action, ["type", "title", "url"]);
  assert.equal(action["type"], "Action.OpenUrl");
  assert.ok(asText(action["title"]).trim() !== "");
  assert.match(new URL(asText(action["url"])).protocol, /^https?:$/);
}

function notEmpty(value: JsonValue | undefined): JsonObject[] {
  const list = asArray(value).map(asObject);
  assert.ok(list.length > 0, "an empty list");
  return list;
}
