import {
  formatTimestamp,
  readTimestamp,
  timestampFromMs,
  timestampMs,
} from "../../domain/timestamp.ts";
import { ApiError } from "../../errors.ts";

/** Whole seconds, as the documented API writes the times of what is managed. */
export function wholeSeconds(ms: number): string {
  return formatTimestamp(timestampFromMs(ms), 0);
}

/** Milliseconds, for what happens: alerts, deliveries, attempts. */
export function milliseconds(ms: number): string {
  return formatTimestamp(timestampFromMs(ms), 3);
}

/**
 * When a change counts as made: now, but at least a whole second after the change before,
 * so that `updated_at` moves on every change, even on two within a second.
 */
export function changedAt(now: number, previous: number): number {
  const nextSecond = (Math.floor(previous / 1_000) + 1) * 1_000;
  return Math.max(now, nextSecond);
}

/** A bound of a search: RFC 3339, or digits as in an alert's `timestamp`. Null when absent. */
export function readBound(name: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  // A plus that nobody percent-encoded arrives as a space.
  const time = text.replace(/ (\d\d:\d\d)$/, "+$1");
  const timestamp = readTimestamp(/^(0|[1-9]\d*)$/.test(time) ? JSON.rawJSON(time) : time);
  if (timestamp !== undefined) return timestampMs(timestamp);
  throw new ApiError(
    "invalid_request",
    `\`${name}\` must be a time as RFC 3339, e.g. 2026-04-20T21:51:13Z, or an integer of s, ms, µs or ns.`,
    { details: [{ path: name, message: "Not a time." }] },
  );
}
