/**
 * PagerDuty's published limits as a validator, written from the documentation and not from
 * our code: developer-docs, docs/events-API-v2/01-Overview.md and 02-Trigger-Events.md.
 */

import assert from "node:assert/strict";
import { type JsonObject, type JsonValue, parseJson } from "../../src/domain/json.ts";
import { asArray, asObject, assertKeys, assertWellFormed, asText } from "./slack-limits.ts";

/** Fails unless the Events API v2 would take this body of enqueue. */
export function assertPagerDutyTakes(body: string): void {
  assert.ok(Buffer.byteLength(body) <= 512_000, `${Buffer.byteLength(body)} bytes`);
  const event = asObject(parseJson(body));
  assertWellFormed(event);
  assert.match(asText(event["routing_key"]), /^[A-Za-z0-9]{32}$/);
  const key = asText(event["dedup_key"]);
  assert.ok(key.length >= 1 && key.length <= 255, `dedup_key has ${key.length} characters`);
  const action = asText(event["event_action"]);
  if (action !== "trigger") {
    assert.ok(action === "acknowledge" || action === "resolve", action);
    assertKeys(event, ["routing_key", "event_action", "dedup_key"]);
    return;
  }
  assertKeys(event, [
    "routing_key",
    "event_action",
    "dedup_key",
    "payload",
    "links",
    "images",
    "client",
    "client_url",
  ]);
  assertPayload(asObject(event["payload"]));
  for (const link of event["links"] === undefined ? [] : asArray(event["links"])) {
    const { href, text } = asObject(link);
    assertUrl(href);
    if (text !== undefined) assert.ok(asText(text).length >= 1);
  }
  for (const image of event["images"] === undefined ? [] : asArray(event["images"])) {
    assert.match(new URL(asText(asObject(image)["src"])).protocol, /^https:$/);
  }
  assert.ok(asText(event["client"]).length >= 1);
  if (event["client_url"] !== undefined) assertUrl(event["client_url"]);
}

function assertPayload(payload: JsonObject): void {
  const required = ["summary", "source", "severity", "timestamp", "custom_details"];
  const optional = ["component", "group", "class"];
  assertKeys(payload, [...required, ...optional]);
  for (const name of optional) {
    if (payload[name] !== undefined) assert.ok(asText(payload[name]).length >= 1);
  }
  const summary = asText(payload["summary"]);
  assert.ok(summary.length >= 1 && summary.length <= 1_024, `summary: ${summary.length}`);
  assert.ok(asText(payload["source"]).length >= 1);
  assert.match(asText(payload["severity"]), /^(critical|error|warning|info)$/);
  assert.match(asText(payload["timestamp"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  asObject(payload["custom_details"]);
}

function assertUrl(value: JsonValue | undefined): void {
  assert.match(new URL(asText(value)).protocol, /^https?:$/);
}
