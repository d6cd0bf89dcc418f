/**
 * Slack's published limits as a validator, written from the documentation and not from
 * our code: docs.slack.dev/reference/block-kit/blocks and …/methods/chat.postMessage.
 */

import assert from "node:assert/strict";
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from "../../src/domain/json.ts";

/** Fails unless Slack would take this body of a post, a reply or an edit, and nothing in it can ping. */
export function assertSlackTakes(body: string): void {
  const message = asObject(parseJson(body));
  const isEdit = message["ts"] !== undefined;
  const ownKeys = isEdit
    ? ["ts"]
    : ["thread_ts", "reply_broadcast", "unfurl_links", "unfurl_media"];
  assertKeys(message, ["channel", "text", "blocks", "parse", "link_names", ...ownKeys]);
  assertWellFormed(message);
  assert.match(asText(message["channel"]), /^[CGD][A-Z0-9]+$/);
  for (const ts of [message["ts"], message["thread_ts"]]) {
    if (ts !== undefined) assert.match(asText(ts), /^\d+\.\d+$/);
  }
  assertMrkdwn(message["text"], 4_000);
  assert.equal(message["parse"], "none");
  const flags = isEdit ? ["link_names"] : ["link_names", "unfurl_links", "unfurl_media"];
  for (const flag of flags) assert.equal(message[flag], false);
  if (message["blocks"] === undefined) return;
  const blocks = asArray(message["blocks"]);
  assertCount(blocks, 50);
  for (const block of blocks) assertBlock(asObject(block));
  const actionIds = blocks.flatMap(actionIdsOf);
  assert.equal(new Set(actionIds).size, actionIds.length, "action_ids repeat");
  assert.ok(JSON.stringify(blocks).length <= 9_000, "the blocks together are too long");
}

function assertBlock(block: JsonObject): void {
  switch (block["type"]) {
    case "header":
      assertKeys(block, ["type", "text"]);
      assertPlainText(block["text"], 150);
      return;
    case "section":
      assertKeys(block, ["type", "text", "fields"]);
      assert.ok(block["text"] !== undefined || block["fields"] !== undefined);
      if (block["text"] !== undefined) assertMrkdwnObject(block["text"], 3_000);
      if (block["fields"] !== undefined) {
        assertCount(asArray(block["fields"]), 10);
        for (const field of asArray(block["fields"])) assertMrkdwnObject(field, 2_000);
      }
      return;
    case "context":
      assertKeys(block, ["type", "elements"]);
      assertCount(asArray(block["elements"]), 10);
      for (const element of asArray(block["elements"])) assertMrkdwnObject(element, 2_000);
      return;
    case "actions":
      assertKeys(block, ["type", "elements"]);
      assertCount(asArray(block["elements"]), 25);
      for (const element of asArray(block["elements"])) assertButton(asObject(element));
      return;
    default:
      assert.fail(`unknown block ${JSON.stringify(block["type"])}`);
  }
}

function assertButton(button: JsonObject): void {
  assertKeys(button, ["type", "action_id", "text", "url"]);
  assert.equal(button["type"], "button");
  assertPlainText(button["text"], 75);
  const url = asText(button["url"]);
  assert.ok(url.length <= 3_000 && /^https?:/.test(new URL(url).protocol), url);
  const id = asText(button["action_id"]);
  assert.ok(id.length >= 1 && id.length <= 255);
}

function actionIdsOf(block: JsonValue): JsonValue[] {
  const { type, elements } = asObject(block);
  return type === "actions"
    ? asArray(elements).map((each) => asObject(each)["action_id"] ?? null)
    : [];
}

function assertPlainText(value: JsonValue | undefined, lengthMax: number): void {
  const object = asObject(value);
  assertKeys(object, ["type", "text", "emoji"]);
  assert.equal(object["type"], "plain_text");
  assertLength(asText(object["text"]), lengthMax);
}

function assertMrkdwnObject(value: JsonValue | undefined, lengthMax: number): void {
  const object = asObject(value);
  assertKeys(object, ["type", "text", "verbatim"]);
  assert.equal(object["type"], "mrkdwn");
  assert.equal(object["verbatim"], true);
  assertMrkdwn(object["text"], lengthMax);
}

/** Control sequences may only be links, entities must be whole. */
function assertMrkdwn(value: JsonValue | undefined, lengthMax: number): void {
  const text = asText(value);
  assertLength(text, lengthMax);
  const rest = text.replace(/<https?:\/\/[^<>|\s]+(?:\|[^<>|\n]+)?>/gi, "");
  assert.doesNotMatch(rest, /[<>]/, "an unescaped control sequence");
  assert.doesNotMatch(text.replace(/&(?:amp|lt|gt);/g, ""), /&/, "a bare or cut entity");
  if (text.startsWith("*Results*")) {
    assert.equal(text.match(/```/g)?.length, 2, "a row ends the code block");
  }
}

function assertLength(text: string, lengthMax: number): void {
  assert.ok(text.trim().length >= 1, "empty text");
  assert.ok(text.length <= lengthMax, `${text.length} characters, ${lengthMax} allowed`);
}

function assertCount(list: readonly JsonValue[], countMax: number): void {
  assert.ok(list.length >= 1 && list.length <= countMax, `${list.length} of ${countMax}`);
}

/** Every string in a JSON value holds whole code points only. */
export function assertWellFormed(value: JsonValue): void {
  if (typeof value === "string") assert.ok(value.isWellFormed(), "a lone surrogate");
  else if (Array.isArray(value)) value.forEach(assertWellFormed);
  else if (isJsonObject(value)) {
    for (const [name, item] of Object.entries(value)) {
      assert.ok(name.isWellFormed(), "a lone surrogate in a name");
      assertWellFormed(item);
    }
  }
}

export function assertKeys(object: JsonObject, allowed: readonly string[]): void {
  for (const name of Object.keys(object)) assert.ok(allowed.includes(name), `unknown key ${name}`);
}

export function asObject(value: JsonValue | undefined): JsonObject {
  assert.ok(isJsonObject(value), "not an object");
  return value;
}

export function asArray(value: JsonValue | undefined): JsonValue[] {
  assert.ok(Array.isArray(value), "not an array");
  return value;
}

export function asText(value: JsonValue | undefined): string {
  assert.ok(typeof value === "string", "not a string");
  return value;
}
