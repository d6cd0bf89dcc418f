/** The body of an Events API v2 request. */

import { createHash } from "node:crypto";
import type { SinkAlert } from "../../domain/alert.ts";
import type { JsonObject, JsonValue } from "../../domain/json.ts";
import { stringifyJson } from "../../domain/json.ts";
import {
  authorFields,
  type RenderedTemplate,
  readTemplate,
  renderTemplate,
} from "../../domain/template.ts";
import { formatTimestamp, readTimestamp, timestampFromMs } from "../../domain/timestamp.ts";
import { alertLinks } from "../alert-fields.ts";
import { cleanLine, cutText } from "../text.ts";
import { customDetails } from "./details.ts";
import { dedupKeyLengthMax, eventBytesMax, severities, summaryLengthMax } from "./event-limits.ts";
import { clientOf, imagesOf, linksOf } from "./links.ts";
import { type Overrides, readOverrides } from "./overrides.ts";

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
  const isBlank = key.trim() === "";
  if (key.length <= dedupKeyLengthMax && !isBlank) return key.toWellFormed();
  const hash = createHash("sha256").update(key).digest("hex");
  return isBlank ? hash : cutText(key, dedupKeyLengthMax - hash.length).toWellFormed() + hash;
}

/** Said at the end of the summary, which is what a phone shows. */
const shortenedMark = " (details shortened)";

function triggerEvent(alert: SinkAlert, head: JsonObject): JsonObject {
  const template = readTemplate(alert.template);
  const rendered = renderTemplate(template, alert.fields());
  const fields = authorFields(template, alert.fields());
  const overrides = readOverrides(rendered.pagerduty);
  const buttons = rendered.actions.flatMap(({ label, url }) =>
    url === null ? [] : { label, url },
  );
  const links = linksOf([...buttons, ...alertLinks(fields)], overrides.links);
  const images = imagesOf(overrides.images);
  const eventWith = (details: JsonObject, isShortened: boolean): JsonObject => ({
    ...head,
    payload: payloadOf(alert, fields, overrides, details, isShortened),
    ...(links.items.length === 0 ? {} : { links: links.items }),
    ...(images.length === 0 ? {} : { images }),
    ...clientOf(links.items),
    ...overrides.top,
  });
  const spareBytes = eventBytesMax - Buffer.byteLength(stringifyJson(eventWith({}, true)));
  const { details, isShortened } = customDetails({
    fields: overrides.details === null ? fields : {},
    shown: shownDetails(rendered, overrides, links.labels),
    linked: links.labels,
    unused: overrides.unused,
    bytesMax: spareBytes,
  });
  return eventWith(details, isShortened);
}

function payloadOf(
  alert: SinkAlert,
  fields: JsonObject,
  overrides: Overrides,
  details: JsonObject,
  isShortened: boolean,
): JsonObject {
  const { summary, source, severity, timestamp, ...others } = overrides.payload;
  const title = typeof summary === "string" ? summary : alert.name;
  const mark = isShortened ? shortenedMark : "";
  return {
    summary: (cleanLine(title, summaryLengthMax - mark.length) || "Alert") + mark,
    source: source ?? "scanner.dev",
    severity: severity ?? severities[alert.severityId],
    timestamp: timestamp ?? alertTime(alert, fields),
    ...others,
    custom_details: details,
  };
}

/** ISO 8601 with milliseconds, the precision PagerDuty's own examples have. */
function alertTime(alert: SinkAlert, fields: JsonObject): JsonValue {
  const time = readTimestamp(fields["timestamp"]) ?? timestampFromMs(alert.receivedAt);
  return formatTimestamp(time, 3);
}

/** What the template wants among the details: its entries, unless they are links, and its overrides. */
function shownDetails(
  { info, actions }: RenderedTemplate,
  { details, detailFields }: Overrides,
  linked: ReadonlySet<string>,
): ReadonlyMap<string, JsonValue> {
  const shown = new Map<string, JsonValue>(Object.entries(details ?? {}));
  const texts = [...info, ...actions.filter(({ label }) => !linked.has(label))];
  for (const { label, value } of details === null ? texts : []) {
    if (!shown.has(label)) shown.set(label, value);
  }
  for (const [name, value] of detailFields) shown.set(name, value);
  return shown;
}
