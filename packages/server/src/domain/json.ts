/**
 * JSON that keeps every digit.
 *
 * Detection alerts carry integers above 2^53 (Scanner's `timestamp` is in
 * nanoseconds), which `JSON.parse` would round. Where a text holds a run of 16
 * digits or more, it is parsed with the numbers' source text at hand, and each
 * number that a double cannot hold becomes a raw JSON value that `JSON.stringify`
 * writes back digit for digit. Other texts take the plain, five times faster path.
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

const longDigitRun = /\d{16}/;

/** Parses JSON text. Throws `SyntaxError` when it is not JSON, `RangeError` when nested too deeply. */
export function parseJson(text: string): JsonValue {
  if (!longDigitRun.test(text)) return JSON.parse(text) as JsonValue;
  return JSON.parse(text, keepDigits) as JsonValue;
}

function keepDigits(_key: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== "number" || context.source === undefined) return value;
  return String(value) === context.source || !longDigitRun.test(context.source)
    ? value
    : JSON.rawJSON(context.source);
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
