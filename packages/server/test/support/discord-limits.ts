/**
 * Discord's published limits as a validator, written from the documentation and not from our
 * code: docs.discord.com, Webhook resource (Execute Webhook) and Message resource (Embed
 * limits). Stricter than Discord: lengths in UTF-16 units, nothing unknown, no mentions.
 */

import assert from "node:assert/strict";
import { type JsonObject, type JsonValue, parseJson } from "../../src/domain/json.ts";
import { asArray, asObject, assertKeys, assertWellFormed, asText } from "./slack-limits.ts";

/** Fails unless Execute Webhook would take this body, and nobody is mentioned. */
export function assertDiscordTakes(body: string): void {
  const message = asObject(parseJson(body));
  assertWellFormed(message);
  assertKeys(message, ["embeds", "allowed_mentions"]);
  assert.deepEqual(message["allowed_mentions"], { parse: [] });
  const [embed, ...more] = asArray(message["embeds"]).map(asObject);
  assert.ok(embed !== undefined && more.length === 0);
  assertKeys(embed, ["title", "description", "color", "fields", "footer", "timestamp"]);
  const markdown = [
    textOf(embed["title"], 256),
    ...(embed["description"] === undefined ? [] : [textOf(embed["description"], 4_096)]),
    ...fieldTexts(asArray(embed["fields"])),
  ];
  const texts = [...markdown, textOf(asObject(embed["footer"])["text"], 2_048)];
  const total = texts.reduce((sum, text) => sum + text.length, 0);
  assert.ok(total <= 6_000, `${total} characters in all`);
  const color = Number(embed["color"]);
  assert.ok(Number.isInteger(color) && color >= 0 && color <= 0xffffff);
  assert.match(asText(embed["timestamp"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  for (const text of texts) assert.doesNotMatch(text, /@(everyone|here)/i);
  for (const text of markdown) assert.doesNotMatch(withoutUrls(text), /(?<!\\)<(@|#|:|t:|id:)/);
}

function fieldTexts(fields: JsonValue[]): string[] {
  assert.ok(fields.length <= 25, `${fields.length} fields`);
  return fields.flatMap((each) => {
    const field: JsonObject = asObject(each);
    assertKeys(field, ["name", "value", "inline"]);
    return [textOf(field["name"], 256), textOf(field["value"], 1_024)];
  });
}

function textOf(value: JsonValue | undefined, lengthMax: number): string {
  const text = asText(value);
  assert.ok(text.trim() !== "", "a blank text");
  assert.ok(text.length <= lengthMax, `${text.length} of ${lengthMax} characters`);
  return text;
}

/** A code block is shown as it is; a URL holds no `<`. */
function withoutUrls(text: string): string {
  return text.replace(/```[\s\S]*?```/g, "").replace(/https?:\/\/[^\s<>]+/g, "");
}
