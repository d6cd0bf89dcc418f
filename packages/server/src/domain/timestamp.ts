import { type JsonValue, numberText } from "./json.ts";

/** An instant that keeps nanoseconds, which a double cannot hold since 1970. */
export interface Timestamp {
  /** Whole seconds since the Unix epoch. */
  readonly epochS: number;
  /** 0 to 999,999,999, counted forward from `epochS`. */
  readonly nanos: number;
}

/**
 * Reads an alert's time: RFC 3339 text, or an integer whose unit follows from its digit
 * count. Up to 11 digits are seconds, up to 14 milliseconds, up to 17 microseconds, up to
 * 20 nanoseconds: in each unit that covers 1973 to 5138, except seconds, which start at 1970.
 * @returns undefined for anything else.
 */
export function readTimestamp(value: JsonValue | undefined): Timestamp | undefined {
  if (typeof value === "string") return fromRfc3339(value);
  const digits = numberText(value);
  return digits === undefined ? undefined : fromDigits(digits);
}

const integerPattern = /^\d{1,20}$/;

function fromDigits(digits: string): Timestamp | undefined {
  if (!integerPattern.test(digits)) return undefined;
  const fractionDigits = fractionDigitsOf(digits.length);
  const whole = digits.slice(0, digits.length - fractionDigits);
  const fraction = digits.slice(digits.length - fractionDigits);
  return { epochS: Number(whole), nanos: Number(fraction.padEnd(9, "0")) };
}

function fractionDigitsOf(digitCount: number): 0 | 3 | 6 | 9 {
  if (digitCount <= 11) return 0;
  if (digitCount <= 14) return 3;
  return digitCount <= 17 ? 6 : 9;
}

const rfc3339Pattern =
  /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/** RFC 3339 section 5.6; digits beyond nanoseconds are dropped, a leap second counts as the next. */
function fromRfc3339(text: string): Timestamp | undefined {
  const match = rfc3339Pattern.exec(text);
  if (match === null) return undefined;
  const [, day = "", hour, minute, second, fraction = "", sign, offsetHour, offsetMinute] = match;
  const dayMs = Date.parse(`${day}T00:00:00Z`);
  // Date.parse rolls 30 February over; a date that does not come back is not a date.
  if (Number.isNaN(dayMs) || new Date(dayMs).getUTCDate() !== Number(day.slice(8)))
    return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  if (Number(offsetHour ?? 0) > 23 || Number(offsetMinute ?? 0) > 59) return undefined;
  const offsetS = (Number(offsetHour ?? 0) * 60 + Number(offsetMinute ?? 0)) * 60;
  const localS = dayMs / 1000 + (Number(hour) * 60 + Number(minute)) * 60 + Number(second);
  const epochS = localS - (sign === "-" ? -offsetS : offsetS);
  // An offset may lead out of the years 0 to 9999, which RFC 3339 cannot write.
  if (epochS < epochSMin || epochS >= epochSEnd) return undefined;
  return { epochS, nanos: Number(fraction.slice(0, 9).padEnd(9, "0")) };
}

const epochSMin = Date.UTC(-1, 12) / 1000;
const epochSEnd = Date.UTC(10_000, 0) / 1000;

/** Milliseconds since the epoch, the rest cut off. */
export function timestampMs(timestamp: Timestamp): number {
  return timestamp.epochS * 1000 + Math.floor(timestamp.nanos / 1_000_000);
}

/** RFC 3339 in UTC with this many digits after the second, e.g. `2026-04-20T21:51:13.702Z`. */
export function formatTimestamp(timestamp: Timestamp, fractionDigits: 0 | 3 | 6 | 9): string {
  const seconds = new Date(timestamp.epochS * 1000).toISOString().slice(0, -5);
  if (fractionDigits === 0) return `${seconds}Z`;
  const fraction = String(timestamp.nanos).padStart(9, "0").slice(0, fractionDigits);
  return `${seconds}.${fraction}Z`;
}

/** The instant that is this many milliseconds after the epoch. */
export function timestampFromMs(ms: number): Timestamp {
  const epochS = Math.floor(ms / 1000);
  return { epochS, nanos: (Math.floor(ms) - epochS * 1000) * 1_000_000 };
}
