/**
 * `@pagerduty.` entries of a template: each replaces a path of the event's body. What
 * PagerDuty would refuse is not used, and said among the details: a page with a default in it
 * is worth more than a refused one.
 */

import { httpUrl } from "../../domain/http-url.ts";
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from "../../domain/json.ts";
import { severityFromName } from "../../domain/severity.ts";
import type { RenderedTemplate } from "../../domain/template.ts";
import { formatTimestamp, readTimestamp } from "../../domain/timestamp.ts";
import { cleanLine } from "../text.ts";
import { linkCountMax, severities, summaryLengthMax } from "./event-limits.ts";

type Reader = (value: string) => JsonValue | undefined;

const line: Reader = (value) => cleanLine(value, summaryLengthMax) || undefined;
const url: Reader = (value) => httpUrl(value.trim());
const httpsUrl: Reader = (value) => {
  const found = httpUrl(value.trim());
  return found?.startsWith("https:") === true ? found : undefined;
};

const payloadReaders: Readonly<Record<string, Reader>> = {
  summary: line,
  source: line,
  severity: readSeverity,
  timestamp: readTime,
  component: line,
  group: line,
  class: line,
};

const topReaders: Readonly<Record<string, Reader>> = { client: line, client_url: url };

const itemReaders: Readonly<Record<"links" | "images", Readonly<Record<string, Reader>>>> = {
  links: { href: url, text: line },
  images: { src: httpsUrl, href: url, alt: line },
};

/** Settled when the alert came in (`domain/template-intake.ts`), or never. */
const settledElsewhere: ReadonlySet<string> = new Set(["routing_key", "dedup_key", "event_action"]);

export interface Overrides {
  readonly payload: JsonObject;
  /** `client`, `client_url`. */
  readonly top: JsonObject;
  /** What replaces fields of the item at this index. */
  readonly links: ReadonlyMap<number, JsonObject>;
  readonly images: ReadonlyMap<number, JsonObject>;
  /** All of `custom_details`; null when it is not replaced. */
  readonly details: JsonObject | null;
  /** Single details. */
  readonly detailFields: readonly (readonly [string, string])[];
  /** Paths that PagerDuty does not have or whose value it would refuse. */
  readonly unused: readonly string[];
}

export function readOverrides(entries: RenderedTemplate["pagerduty"]): Overrides {
  const payload: JsonObject = {};
  const top: JsonObject = {};
  const items = { links: new Map<number, JsonObject>(), images: new Map<number, JsonObject>() };
  const detailFields: [string, string][] = [];
  let details: JsonObject | null = null;
  const unused: string[] = [];
  for (const { path, value } of entries) {
    if (settledElsewhere.has(path)) continue;
    const detail = after(path, "payload.custom_details.");
    const inPayload = after(path, "payload.");
    if (detail !== undefined) detailFields.push([detail, value]);
    else if (path === "payload.custom_details") {
      details = readObject(value) ?? details;
      if (readObject(value) === undefined) unused.push(path);
    } else if (inPayload !== undefined) {
      if (!put(payload, payloadReaders, inPayload, value)) unused.push(path);
    } else if (!put(top, topReaders, path, value) && !putItem(items, path, value)) {
      unused.push(path);
    }
  }
  return { payload, top, ...items, details, detailFields, unused };
}

function after(path: string, prefix: string): string | undefined {
  return path.startsWith(prefix) && path !== prefix ? path.slice(prefix.length) : undefined;
}

function put(
  into: JsonObject,
  readers: Readonly<Record<string, Reader>>,
  name: string,
  value: string,
): boolean {
  const read = Object.hasOwn(readers, name) ? readers[name]?.(value) : undefined;
  if (read === undefined) return false;
  into[name] = read;
  return true;
}

/** `links[0].href` and the like. */
function putItem(
  items: Readonly<Record<"links" | "images", Map<number, JsonObject>>>,
  path: string,
  value: string,
): boolean {
  const match = /^(links|images)\[(\d{1,2})\]\.(\w+)$/.exec(path);
  if (match === null) return false;
  const list = match[1] === "links" ? "links" : "images";
  const index = Number(match[2]);
  if (index >= linkCountMax) return false;
  const item = items[list].get(index) ?? {};
  if (!put(item, itemReaders[list], match[3] ?? "", value)) return false;
  items[list].set(index, item);
  return true;
}

function readObject(value: string): JsonObject | undefined {
  try {
    const read = parseJson(value);
    return isJsonObject(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** PagerDuty's own words, or the name of an alert's severity: `{{severity}}` is what people write. */
function readSeverity(value: string): string | undefined {
  const name = value.trim();
  const own = Object.values(severities).find((one) => one === name.toLowerCase());
  if (own !== undefined) return own;
  const severityId = severityFromName(name);
  return severityId === undefined ? undefined : severities[severityId];
}

function readTime(value: string): string | undefined {
  const text = value.trim();
  const time = readTimestamp(/^[1-9]\d{0,19}$/.test(text) ? JSON.rawJSON(text) : text);
  return time === undefined ? undefined : formatTimestamp(time, 3);
}
