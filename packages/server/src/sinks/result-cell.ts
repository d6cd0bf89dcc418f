import { type JsonObject, type JsonValue, numberText, stringifyJson } from "../domain/json.ts";
import { cleanLine, cutText } from "./text.ts";

/** A row's own value in a column, which may be called `constructor`. */
export function cellOf(row: JsonObject, column: string): JsonValue | undefined {
  return Object.hasOwn(row, column) ? row[column] : undefined;
}

/** One cell of a results table as a line of text, digits kept, at most `lengthMax` UTF-16 units. */
export function cellText(value: JsonValue | undefined, lengthMax: number): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return cutText(cleanLine(value, lengthMax * 4), lengthMax);
  const digits = numberText(value);
  if (digits !== undefined) return cutText(digits, lengthMax);
  return cutText(cleanLine(shortJson(value), lengthMax * 4), lengthMax);
}

/** JSON text, or a word for what is nested too deeply to be written. */
function shortJson(value: JsonValue): string {
  try {
    return stringifyJson(value);
  } catch {
    return "(nested too deeply to show)";
  }
}
