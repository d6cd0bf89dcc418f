/**
 * JSON that keeps every digit.
 *
 * Detection alerts carry integers above 2^53 (Scanner's `timestamp` is in
 * nanoseconds), and fractions longer than a double can hold, which `JSON.parse` would
 * round. Where a text may hold such a number, it is parsed with the numbers' source
 * text at hand, and each number that would be written differently becomes a raw JSON
 * value, which `JSON.stringify` writes back as it came. Other texts take the plain,
 * five times faster path.
 */

export type JsonValue = string | number | boolean | null | RawNumber | JsonValue[] | JsonObject;

export interface JsonObject {
  [key: string]: JsonValue;
}

/** A number kept as its source text: what `JSON.rawJSON` makes. */
export interface RawNumber {
  readonly rawJSON: string;
}

declare global {
  interface JSON {
    rawJSON(text: string): RawNumber;
    isRawJSON(value: unknown): value is RawNumber;
    parse(
      text: string,
      reviver: (
        this: unknown,
        key: string,
        value: unknown,
        context: { source?: string },
      ) => unknown,
    ): unknown;
  }
}

/** An exponent where a number may stand. */
const exponent = /[:[,\s]-?\d[\d.]*[eE]/;

/** Digits, a point among them or not, that a double may not hold: as many in a row. */
const longNumberChars = 16;

/**
 * Whether so many digits stand in a row. Any such row covers a multiple of its length, so only those places
 * are looked at: a pattern that looks everywhere took longer than parsing the text.
 */
function hasLongNumber(text: string): boolean {
  for (let at = longNumberChars - 1; at < text.length; at += longNumberChars) {
    if (!isOfNumber(text.charCodeAt(at))) continue;
    let start = at;
    let end = at + 1;
    while (isOfNumber(text.charCodeAt(start - 1))) start -= 1;
    while (isOfNumber(text.charCodeAt(end))) end += 1;
    if (end - start >= longNumberChars) return true;
  }
  return false;
}

/** A digit or a point; `NaN`, beyond the text, is neither. */
function isOfNumber(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 46;
}

/** Parses JSON text. Throws `SyntaxError` when it is not JSON, `RangeError` when nested too deeply. */
export function parseJson(text: string): JsonValue {
  if (!hasLongNumber(text) && !exponent.test(text)) return JSON.parse(text) as JsonValue;
  return JSON.parse(text, keepDigits) as JsonValue;
}

function keepDigits(_key: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== "number" || context.source === undefined) return value;
  return String(value) === context.source ? value : JSON.rawJSON(context.source);
}

/** Writes JSON text; raw numbers come out as they were read. */
export function stringifyJson(value: JsonValue): string {
  return JSON.stringify(value);
}

/** True for a JSON object: not null, not an array, not a raw number. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value)
  );
}

/** The digits of a number, however it is held; undefined for anything else. */
export function numberText(value: JsonValue | undefined): string | undefined {
  if (typeof value === "number") return String(value);
  return JSON.isRawJSON(value) ? value.rawJSON : undefined;
}
