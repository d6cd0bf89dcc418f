const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Delays before the 2nd, 3rd, … try, in ms; the last one repeats until the age limit. */
export const retryDelaysMs: readonly number[] = [
  5 * second,
  30 * second,
  2 * minute,
  10 * minute,
  30 * minute,
  1 * hour,
  2 * hour,
  4 * hour,
  8 * hour,
  12 * hour,
];

/** A delivery older than this is not tried again. */
export const deliveryAgeMsMax = 72 * hour;

/** A platform's wish to wait longer than this is cut to it. */
export const retryAfterMsMax = 24 * hour;

/** Delays vary by this share either way, so that retries of many deliveries spread out. */
const jitterShare = 0.2;

/** Without a Retry-After, or with one of zero, a rate limit is waited for this long at least. */
const rateLimitDelayMsMin = 1 * second;

export interface RetryInput {
  /** Tries that failed so far, the last one included; waiting for a rate limit is none. */
  readonly failureCount: number;
  /** The platform only asked to slow down. */
  readonly isRateLimit: boolean;
  readonly createdAt: number;
  readonly now: number;
  /** What the platform asked for, in ms from now. */
  readonly retryAfterMs?: number | undefined;
  /** 0 ≤ random < 1. */
  readonly random: number;
  /** The sink's own delays, used up after the last; null or left out: `retryDelaysMs`. */
  readonly delaysMs?: readonly number[] | null;
}

/**
 * When to try next (ms since the epoch), or null when the delivery has used up its time or its tries.
 * A rate limit is waited for exactly as long as the platform asked; after a failure the
 * later of the schedule and the platform's wish counts.
 */
export function nextTryAt(input: RetryInput): number | null {
  if (!hasTryLeft(input)) return null;
  const at = input.now + delayMs(input);
  return at > input.createdAt + deliveryAgeMsMax ? null : at;
}

/** Whether the sink's own schedule has another try; a rate limit uses none up. */
export function hasTryLeft({
  delaysMs,
  failureCount,
  isRateLimit,
}: Pick<RetryInput, "delaysMs" | "failureCount" | "isRateLimit">): boolean {
  return isRateLimit || failureCount <= (delaysMs?.length ?? Number.POSITIVE_INFINITY);
}

function delayMs(input: RetryInput): number {
  const wishMs =
    input.retryAfterMs === undefined ? undefined : Math.min(input.retryAfterMs, retryAfterMsMax);
  if (input.isRateLimit) {
    return Math.max(wishMs ?? scheduledDelayMs(1, input.random), rateLimitDelayMsMin);
  }
  return Math.max(wishMs ?? 0, scheduledDelayMs(input.failureCount, input.random, input.delaysMs));
}

function scheduledDelayMs(
  failureCount: number,
  random: number,
  own?: readonly number[] | null,
): number {
  const delaysMs = own ?? retryDelaysMs;
  const base = delaysMs[Math.min(failureCount, delaysMs.length) - 1] ?? 0;
  return Math.round(base * (1 - jitterShare + 2 * jitterShare * random));
}

/**
 * Reads a Retry-After header (RFC 9110 section 10.2.3: seconds or an HTTP date).
 * @returns ms to wait from `now`, never negative, at most a day; undefined when absent or unreadable.
 */
export function readRetryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * second : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), retryAfterMsMax);
}
