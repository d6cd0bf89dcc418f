/**
 * `custom_details`: what a responder reads beside the summary. PagerDuty refuses events
 * over 512,000 bytes, so an alert's own fields are made to fit: result rows go first,
 * then long texts are cut, and at the worst only what leads back to the alert is left.
 * What was left out is said in the details themselves.
 */

import { isJsonObject, type JsonObject, type JsonValue, stringifyJson } from "../../domain/json.ts";
import { cutText } from "../text.ts";

/** Said in other places of the event, or ours alone. */
const leftOut: ReadonlySet<string> = new Set([
  "name",
  "tenant_id",
  "severity_id",
  "action",
  "dedup_key",
  "staging",
  "event-sinks-hops",
  "event_sink_ids",
  "alert_template",
]);

const noteField = "event_sinks_note";
const fieldNameLengthMax = 256;
/** More than a responder reads, and what bounds the work on a hostile alert. */
const fieldCountMax = 500;
/** Deeper than people read, and far from where serialising would run out of stack. */
const depthMax = 24;
/** Tried in turn until the event fits. */
const textLengthsMax = [Number.POSITIVE_INFINITY, 10_000, 1_000, 200];

export interface DetailsInput {
  /** The alert's. */
  readonly fields: JsonObject;
  /** What the template wants to be shown; goes first, and before a field of the same name. */
  readonly shown: ReadonlyMap<string, JsonValue>;
  /** Names of fields that the event carries as links. */
  readonly linked: ReadonlySet<string>;
  /** Template paths that could not be used, to be said. */
  readonly unused: readonly string[];
  /** How many bytes the JSON text of the details may have. */
  readonly bytesMax: number;
}

export interface Details {
  readonly details: JsonObject;
  /** Something of the alert is not in them. */
  readonly isShortened: boolean;
}

/** Makes the details fit. */
export function customDetails(input: DetailsInput): Details {
  const { shown, bytesMax } = input;
  const rest = Object.entries(input.fields).filter(
    ([name]) => !shown.has(name) && !leftOut.has(name) && !input.linked.has(name),
  );
  const entries = [...shown, ...rest];
  const fields = Object.fromEntries(entries.slice(0, fieldCountMax));
  const unshownCount = Math.max(entries.length - fieldCountMax, 0);
  const unusedNote = noteOfUnused(input.unused);
  for (const textLengthMax of textLengthsMax) {
    const details = boundObject(fields, textLengthMax, 0);
    const isTextCut = textLengthMax !== Number.POSITIVE_INFINITY;
    if (!isTextCut && unshownCount === 0) {
      const whole = unusedNote === "" ? details : { ...details, [noteField]: unusedNote };
      if (bytesOf(whole) <= bytesMax) return { details: whole, isShortened: false };
    }
    const fitted = withFewerRows(details, bytesMax, { isTextCut, unshownCount, unusedNote });
    if (fitted !== undefined) return { details: fitted, isShortened: true };
  }
  return { details: boundObject(leastDetails(input.fields), 200, 0), isShortened: true };
}

function noteOfUnused(paths: readonly string[]): string {
  if (paths.length === 0) return "";
  const names = paths.slice(0, 10).map((path) => `@pagerduty.${cutText(path, 100)}`);
  return `Not used, since PagerDuty would refuse it: ${names.join(", ")}.`;
}

function leastDetails(fields: JsonObject): JsonObject {
  const { id = null, detection_rule_id = null, description = null } = fields;
  const note = "Shortened to fit into a PagerDuty event: the other fields were left out.";
  return { id, detection_rule_id, description, [noteField]: note };
}

interface Cuts {
  readonly isTextCut: boolean;
  /** Fields left out. */
  readonly unshownCount: number;
  /** Said as well; empty for nothing. */
  readonly unusedNote: string;
}

/** Keeps as many result rows as fit, undefined when not even none would do. */
function withFewerRows(details: JsonObject, bytesMax: number, cuts: Cuts): JsonObject | undefined {
  const table = details["results_table"];
  const rows = isJsonObject(table) && Array.isArray(table["rows"]) ? table["rows"] : [];
  const withRows = (count: number): JsonObject => ({
    ...details,
    ...(isJsonObject(table) && rows.length > 0
      ? { results_table: { ...table, rows: rows.slice(0, count) } }
      : {}),
    [noteField]: noteOf(count, rows.length, cuts),
  });
  let spareBytes = bytesMax - bytesOf(withRows(0));
  if (spareBytes < 0) return undefined;
  let count = 0;
  for (const row of rows) {
    // The digits of the count in the note may grow, and a comma joins the rows.
    spareBytes -= bytesOf(row) + 2;
    if (spareBytes < 0) break;
    count += 1;
  }
  return withRows(count);
}

function noteOf(shownRowCount: number, rowCount: number, cuts: Cuts): string {
  const notes = ["Shortened to fit into a PagerDuty event."];
  if (shownRowCount < rowCount) notes.push(`${shownRowCount} of ${rowCount} result rows.`);
  if (cuts.isTextCut) notes.push("Long texts are cut.");
  if (cuts.unshownCount > 0) notes.push(`${cuts.unshownCount} fields are left out.`);
  if (cuts.unusedNote !== "") notes.push(cuts.unusedNote);
  return notes.join(" ");
}

function bytesOf(value: JsonValue): number {
  return Buffer.byteLength(stringifyJson(value));
}

/** A copy with cut texts and bounded depth, in well-formed Unicode; numbers keep their digits. */
function boundValue(value: JsonValue, textLengthMax: number, depth: number): JsonValue {
  if (typeof value === "string") return cutText(value, textLengthMax).toWellFormed();
  if (typeof value !== "object" || value === null) return value;
  // A number may have a megabyte of digits.
  if (JSON.isRawJSON(value)) {
    return value.rawJSON.length > 40 ? cutText(value.rawJSON, textLengthMax) : value;
  }
  if (depth === depthMax) return "(nested too deeply to show)";
  if (Array.isArray(value)) return value.map((item) => boundValue(item, textLengthMax, depth + 1));
  return isJsonObject(value) ? boundObject(value, textLengthMax, depth) : null;
}

function boundObject(object: JsonObject, textLengthMax: number, depth: number): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [
      cutText(name, fieldNameLengthMax).toWellFormed(),
      boundValue(value, textLengthMax, depth + 1),
    ]),
  );
}
