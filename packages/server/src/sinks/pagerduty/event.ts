/** The body of an Events API v2 request. */

import { createHash } from "node:crypto";
import type { SinkAlert } from "../../domain/alert.ts";
import type { JsonObject, JsonValue } from "../../domain/json.ts";
import { stringifyJson } from "../../domain/json.ts";
import type { SeverityId } from "../../domain/severity.ts";
import { formatTimestamp, readTimestamp, timestampFromMs } from "../../domain/timestamp.ts";
import { type AlertLink, alertLinks } from "../alert-fields.ts";
import { cleanLine, cutText } from "../text.ts";
import { customDetails } from "./details.ts";

/** PagerDuty's limits: developer-docs, events-API-v2 01-Overview.md and 02-Trigger-Events.md. */
export const summaryLengthMax = 1_024;
export const dedupKeyLengthMax = 255;
/** They write "512 KB"; decimal is the safe reading, as in Alertmanager. */
export const eventBytesMax = 512_000;

/** Our own, since PagerDuty names none: what keeps links from eating up the details. */
const linkCountMax = 25;
const linksLengthMax = 40_000;
const linkTextLengthMax = 256;

const severities: Readonly<Record<SeverityId, "critical" | "error" | "warning" | "info">> = {
  0: "critical",
  1: "info",
  2: "info",
  3: "warning",
  4: "error",
  5: "critical",
  6: "critical",
  99: "critical",
};

/** The request's JSON text, at most `eventBytesMax` bytes. Acknowledge and resolve need only the key. */
export function eventBody(alert: SinkAlert, routingKey: string): string {
  const head = {
    routing_key: routingKey,
    event_action: alert.action,
    dedup_key: fitDedupKey(alert.dedupKey),
  };
  return stringifyJson(alert.action === "trigger" ? triggerEvent(alert, head) : head);
}

/** A longer key keeps its beginning and gets a hash for the rest: two keys must not become one incident. */
function fitDedupKey(key: string): string {
  if (key.length <= dedupKeyLengthMax) return key.toWellFormed();
  const hash = createHash("sha256").update(key).digest("hex");
  return cutText(key, dedupKeyLengthMax - hash.length).toWellFormed() + hash;
}

function triggerEvent(alert: SinkAlert, head: JsonObject): JsonObject {
  const fields = alert.fields();
  const links = pickLinks(alertLinks(fields));
  const eventWith = (details: JsonObject): JsonObject => ({
    ...head,
    payload: {
      summary: cleanLine(alert.name, summaryLengthMax) || "Alert",
      source: "scanner.dev",
      severity: severities[alert.severityId],
      timestamp: alertTime(alert, fields),
      custom_details: details,
    },
    ...(links.length === 0
      ? {}
      : { links: links.map(({ label, url }) => ({ href: url, text: linkText(label) })) }),
    ...clientOf(links),
  });
  const spareBytes = eventBytesMax - Buffer.byteLength(stringifyJson(eventWith({})));
  return eventWith(customDetails(fields, new Set(links.map(({ label }) => label)), spareBytes));
}

/** ISO 8601 with milliseconds, the precision PagerDuty's own examples have. */
function alertTime(alert: SinkAlert, fields: JsonObject): JsonValue {
  const time = readTimestamp(fields["timestamp"]) ?? timestampFromMs(alert.receivedAt);
  return formatTimestamp(time, 3);
}

function pickLinks(links: readonly AlertLink[]): AlertLink[] {
  const picked: AlertLink[] = [];
  let spareLength = linksLengthMax;
  for (const link of links) {
    if (picked.length === linkCountMax) break;
    if (link.url.length > spareLength) continue;
    spareLength -= link.url.length;
    picked.push(link);
  }
  return picked;
}

function linkText(label: string): string {
  return cleanLine(label, linkTextLengthMax) || "Open";
}

/**
 * PagerDuty shows the client as a link "View in <client>", so a field called `View in
 * Scanner` names the client and where it leads.
 */
function clientOf(links: readonly AlertLink[]): JsonObject {
  for (const { label, url } of links) {
    const name = /^view in (.+)$/is.exec(linkText(label))?.[1];
    if (name !== undefined) return { client: name, client_url: url };
  }
  return { client: "Event Sinks" };
}
