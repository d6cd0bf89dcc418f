/**
 * Text with `{{…}}` in it: plain paths into an alert, filled in one pass.
 *
 * What stands between the braces is looked up and never run; what was filled in is never
 * looked at again, so an attacker's log line that reads `{{…}}` stays just that. Every
 * part of the work is bounded: text, path, look-ups, JSON written.
 */

import { cutText } from "./cut-text.ts";
import { isJsonObject, type JsonObject, type JsonValue, numberText } from "./json.ts";

/** UTF-16 units of one value once it is filled in, unless the caller says otherwise. */
export const templateValueLengthMax = 10_000;

/** Longer than any path into an alert that people write; also bounds the look-ups. */
const pathLengthMax = 512;

/** Keys tried for one path; only a structure made to be slow needs more. */
const lookUpsMax = 1_000;

/** Beyond this depth JSON is shown as `…`. */
const depthMax = 64;

export interface RenderedText {
  readonly text: string;
  /** Paths that led nowhere, as they were written. */
  readonly missing: readonly string[];
}

/**
 * Fills in every `{{path}}` of a text. A path that leads nowhere is visible as
 * `(missing: path)`. Braces that are never closed are text.
 * @param lengthMax UTF-16 units of the result; what is longer is cut and ends with `…`.
 */
export function renderText(
  text: string,
  fields: JsonObject,
  lengthMax: number = templateValueLengthMax,
): string {
  return renderTextNoting(text, fields, lengthMax).text;
}

/** How a value is written where it stands; `before` is what the text says up to there. */
export type EncodeValue = (value: string, before: string) => string;

/** The same, telling what was missing. */
export function renderTextNoting(
  text: string,
  fields: JsonObject,
  lengthMax: number = templateValueLengthMax,
  encode: EncodeValue = (value) => value,
): RenderedText {
  const missing: string[] = [];
  let rendered = "";
  let at = 0;
  while (rendered.length <= lengthMax) {
    const open = text.indexOf("{{", at);
    const close = open === -1 ? -1 : text.indexOf("}}", open + 2);
    if (close === -1) {
      rendered += text.slice(at);
      break;
    }
    rendered += text.slice(at, open);
    const path = text.slice(open + 2, close).trim();
    const value = findValue(path, fields);
    if (value === undefined) {
      const shown = cutText(path, 100);
      missing.push(shown);
      rendered += `(missing: ${shown})`;
    } else rendered += encode(valueText(value, lengthMax), rendered);
    at = close + 2;
  }
  return { text: cutText(rendered, lengthMax), missing };
}

/** The path when a text is one `{{path}}` and nothing else; undefined otherwise. */
export function onlyPath(text: string): string | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith("{{") || trimmed.indexOf("}}") !== trimmed.length - 2) return undefined;
  return trimmed.slice(2, -2).trim();
}

/**
 * The value at a path such as `results_table.rows[0].userIdentity.arn`, with or without
 * `@alert.` before it. Keys may hold dots and brackets themselves: the longest key that
 * leads on wins. A name that the alert does not have is looked for in its only result row.
 * @returns undefined when the path leads nowhere.
 */
export function findValue(path: string, fields: JsonObject): JsonValue | undefined {
  if (path.length > pathLengthMax || path === "") return undefined;
  const budget = { lookUps: lookUpsMax };
  const prefix = "@alert.";
  if (path.startsWith(prefix)) return follow(path.slice(prefix.length), fields, budget);
  const found = follow(path, fields, budget);
  if (found !== undefined) return found;
  const row = onlyRow(fields);
  return row === undefined ? undefined : follow(path, row, budget);
}

/** With several rows nobody could tell which one was meant. */
function onlyRow(fields: JsonObject): JsonObject | undefined {
  const table = fields["results_table"];
  const rows = isJsonObject(table) ? table["rows"] : undefined;
  const row = Array.isArray(rows) && rows.length === 1 ? rows[0] : undefined;
  return isJsonObject(row) ? row : undefined;
}

type Budget = { lookUps: number };

/** The value below `value` at the rest of a path; `rest` is never empty. */
function follow(rest: string, value: JsonValue, budget: Budget): JsonValue | undefined {
  if (Array.isArray(value)) return followIndex(rest, value, budget);
  if (!isJsonObject(value)) return undefined;
  for (let end = rest.length; end > 0; end = previousBreak(rest, end)) {
    budget.lookUps -= 1;
    if (budget.lookUps < 0) return undefined;
    const key = rest.slice(0, end);
    if (!Object.hasOwn(value, key)) continue;
    const found = goOn(rest.slice(end), value[key], budget);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The last place before `end` where a key could stop. */
function previousBreak(rest: string, end: number): number {
  return Math.max(rest.lastIndexOf(".", end - 1), rest.lastIndexOf("[", end - 1));
}

function followIndex(rest: string, items: readonly JsonValue[], budget: Budget) {
  const index = /^\[(\d{1,9})\]/.exec(rest);
  if (index === null) return undefined;
  return goOn(rest.slice(index[0].length), items[Number(index[1])], budget);
}

function goOn(rest: string, value: JsonValue | undefined, budget: Budget): JsonValue | undefined {
  if (rest === "" || value === undefined) return value;
  if (rest.startsWith("[")) return follow(rest, value, budget);
  return rest.length > 1 && rest.startsWith(".") ? follow(rest.slice(1), value, budget) : undefined;
}

/**
 * A value as people read it: text as it is, numbers with every digit, objects and arrays as
 * compact JSON. No more than about `lengthMax` UTF-16 units are written, however large the value.
 */
export function valueText(value: JsonValue, lengthMax: number): string {
  const text = typeof value === "string" ? value : jsonText(value, lengthMax, 0);
  return cutText(text, lengthMax);
}

/** JSON text; once it is longer than `lengthMax` it stops anywhere, as its end is cut off anyway. */
function jsonText(value: JsonValue, lengthMax: number, depth: number): string {
  if (typeof value === "string") return JSON.stringify(cutText(value, Math.max(lengthMax, 0) + 1));
  if (typeof value === "boolean" || value === null) return String(value);
  const digits = numberText(value);
  if (digits !== undefined) return digits;
  if (depth === depthMax) return "…";
  if (Array.isArray(value)) return `[${arrayText(value, lengthMax - 1, depth + 1)}]`;
  return isJsonObject(value) ? `{${objectText(value, lengthMax - 1, depth + 1)}}` : "";
}

function arrayText(items: readonly JsonValue[], lengthMax: number, depth: number): string {
  let text = "";
  for (const item of items) {
    if (text.length > lengthMax) break;
    if (text !== "") text += ",";
    text += jsonText(item, lengthMax - text.length, depth);
  }
  return text;
}

function objectText(object: JsonObject, lengthMax: number, depth: number): string {
  let text = "";
  for (const [key, value] of Object.entries(object)) {
    if (text.length > lengthMax) break;
    if (text !== "") text += ",";
    text += `${JSON.stringify(cutText(key, lengthMax + 1))}:`;
    text += jsonText(value, lengthMax - text.length, depth);
  }
  return text;
}
