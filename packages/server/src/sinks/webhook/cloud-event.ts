/**
 * CloudEvents 1.0 (cloudevents/spec: spec.md, formats/json-format.md and
 * bindings/http-protocol-binding.md, read 2026-11): an alert as an event, in the binding's
 * structured or binary form.
 */

import type { SinkAlert } from "../../domain/alert.ts";
import { formatTimestamp, readTimestamp, timestampFromMs } from "../../domain/timestamp.ts";

export const cloudEventFormats = ["cloudevents_structured", "cloudevents_binary"] as const;

export type CloudEventFormat = (typeof cloudEventFormats)[number];

export interface EncodedEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The request that carries an alert as an event.
 * @param data - JSON text: the alert, or what the sink's payload made of it.
 */
export function encodeCloudEvent(
  format: CloudEventFormat,
  alert: SinkAlert,
  data: string,
): EncodedEvent {
  const attributes = attributesOf(alert);
  if (format === "cloudevents_structured") {
    const head = JSON.stringify({ ...attributes, datacontenttype: "application/json" });
    return {
      headers: { "content-type": "application/cloudevents+json; charset=UTF-8" },
      body: `${head.slice(0, -1)},"data":${data}}`,
    };
  }
  const headers = Object.entries(attributes).map(([name, value]) => [
    `ce-${name}`,
    percentEncode(value),
  ]);
  return {
    headers: { "content-type": "application/json", ...Object.fromEntries(headers) },
    body: data,
  };
}

/** Context attributes, spec.md; source and id together are unique, and stay over retries and replays. */
function attributesOf(alert: SinkAlert): Record<string, string> {
  return {
    specversion: "1.0",
    id: alert.uid,
    source: `urn:event-sinks:tenant:${alert.tenantId}`,
    type: `event-sinks.alert.${alert.action}`,
    subject: attributeText(alert.dedupKey),
    time: timeOf(alert),
  };
}

/** When it happened, in no more digits than there are: some readers stop at milliseconds. */
function timeOf(alert: SinkAlert): string {
  const time = readTimestamp(alert.fields()["timestamp"]) ?? timestampFromMs(alert.receivedAt);
  return formatTimestamp(time, time.nanos % 1_000_000 === 0 ? 3 : 9);
}

/** Type system, spec.md: a String holds no control characters, noncharacters or lone surrogates. */
function attributeText(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\p{Noncharacter_Code_Point}]/gu, "\ufffd");
}

/** Section 3.1.3.2 of the HTTP binding: space, quote, percent and all beyond printable ASCII. */
function percentEncode(text: string): string {
  return text.replace(/[^\x21\x23\x24\x26-\x7e]/gu, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
      .join(""),
  );
}
