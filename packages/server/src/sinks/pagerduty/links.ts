/** `links`, `images` and the client of an event. */

import type { JsonObject } from "../../domain/json.ts";
import type { AlertLink } from "../alert-fields.ts";
import { cleanLine } from "../text.ts";
import { linkCountMax, linksLengthMax, linkTextLengthMax } from "./event-limits.ts";

export interface Links {
  readonly items: JsonObject[];
  /** Labels of what became a link, so that the details need not repeat it. */
  readonly labels: ReadonlySet<string>;
}

/**
 * The links of an event: as many as fit, each label once.
 * @param replaced fields of `@pagerduty.links[n]`.
 */
export function linksOf(
  links: readonly AlertLink[],
  replaced: ReadonlyMap<number, JsonObject>,
): Links {
  const labels = new Set<string>();
  const items: JsonObject[] = [];
  for (const { label, url } of links) {
    if (items.length === linkCountMax) break;
    if (labels.has(label) || !fits([...items, { href: url }])) continue;
    labels.add(label);
    items.push({ href: url, text: linkText(label) });
  }
  return { items: withReplaced(items, replaced, "href"), labels };
}

/** The images of an event; PagerDuty wants https. */
export function imagesOf(replaced: ReadonlyMap<number, JsonObject>): JsonObject[] {
  return withReplaced([], replaced, "src");
}

/** Items in their places with fields replaced; what has no URL, or no room, is left out. */
function withReplaced(
  items: readonly JsonObject[],
  replaced: ReadonlyMap<number, JsonObject>,
  urlField: string,
): JsonObject[] {
  if (replaced.size === 0) return [...items];
  const merged: JsonObject[] = [];
  for (let index = 0; index < linkCountMax; index++) {
    const item = { ...items[index], ...replaced.get(index) };
    if (item[urlField] === undefined) continue;
    if (fits([...merged, item])) merged.push(item);
  }
  return merged;
}

function fits(items: readonly JsonObject[]): boolean {
  const lengths = items.flatMap((item) => Object.values(item)).map((value) => String(value).length);
  return lengths.reduce((sum, length) => sum + length, 0) <= linksLengthMax;
}

function linkText(label: string): string {
  return cleanLine(label, linkTextLengthMax) || "Open";
}

/**
 * PagerDuty shows the client as a link "View in <client>", so a field called `View in
 * Scanner` names the client and where it leads.
 */
export function clientOf(links: readonly JsonObject[]): JsonObject {
  for (const { text, href } of links) {
    const name = /^view in (.+)$/is.exec(String(text))?.[1];
    if (name !== undefined && href !== undefined) return { client: name, client_url: href };
  }
  return { client: "Event Sinks" };
}
