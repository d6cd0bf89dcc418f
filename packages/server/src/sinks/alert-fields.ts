/**
 * What people want to see of an alert, read from its fields. A field may hold anything:
 * a known name with an unexpected type counts as absent here, never as an error.
 */

import { httpUrl } from "../domain/http-url.ts";
import { isJsonObject, type JsonObject, type JsonValue, numberText } from "../domain/json.ts";
import { isKnownField } from "../domain/known-fields.ts";

/** Something to open: a button in Slack, a link in PagerDuty. */
export interface AlertLink {
  readonly label: string;
  readonly url: string;
}

/** The unknown top-level fields whose value is an http(s) URL, in order. URLs come out as WHATWG writes them. */
export function alertLinks(fields: JsonObject): AlertLink[] {
  const links: AlertLink[] = [];
  for (const [label, value] of Object.entries(fields)) {
    const url = isKnownField(label) ? undefined : httpUrl(value);
    if (url !== undefined) links.push({ label, url });
  }
  return links;
}

/** A field's text, or undefined when it holds none. */
export function textField(fields: JsonObject, name: string): string | undefined {
  const value = fields[name];
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

export interface ResultsTable {
  readonly columns: readonly string[];
  readonly rows: readonly JsonObject[];
  /** What was found in all; at least the number of rows given. */
  readonly totalRowCount: number;
}

/** The `results_table` field, or undefined when it holds no rows. */
export function resultsTable(fields: JsonObject): ResultsTable | undefined {
  const table = fields["results_table"];
  if (!isJsonObject(table) || !Array.isArray(table["rows"])) return undefined;
  const given = table["rows"];
  if (given.length === 0) return undefined;
  const named = Array.isArray(table["columns"])
    ? table["columns"].filter((column) => typeof column === "string")
    : [];
  const rows = given.map((row) => readRow(row, named));
  const total = Number(numberText(table["total_row_count"]));
  return {
    columns: named.length > 0 ? named : columnsOf(rows),
    rows,
    totalRowCount: Number.isSafeInteger(total) ? Math.max(total, rows.length) : rows.length,
  };
}

/** Rows are objects keyed by column in what Scanner sends; arrays in column order are read too. */
function readRow(row: JsonValue, columns: readonly string[]): JsonObject {
  if (isJsonObject(row)) return row;
  if (!Array.isArray(row)) return { value: row };
  return Object.fromEntries(row.map((value, index) => [columns[index] ?? String(index), value]));
}

/** Enough rows to know the columns of a table that does not name them. */
const rowsRead = 50;

function columnsOf(rows: readonly JsonObject[]): string[] {
  return [...new Set(rows.slice(0, rowsRead).flatMap((row) => Object.keys(row)))];
}
