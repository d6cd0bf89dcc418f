import type { Pace } from "../sinks/sink-type.ts";

/** Buckets kept; those that are full say nothing and are the first to go. */
const bucketsMax = 10_000;

interface Bucket {
  tokens: number;
  updatedAt: number;
  /** A platform's Retry-After: nothing goes out before. */
  heldUntil: number;
}

/**
 * Keeps requests below what a platform takes: a bucket for each key, shared by all sinks
 * that the platform counts together.
 */
export class Paces {
  readonly #buckets = new Map<string, Bucket>();

  /** When a request may go out: `now` or earlier means at once, and then it is counted. */
  take(pace: Pace, now: number): number {
    return this.takeAll([pace], now);
  }

  /** The same by all of several paces: it counts in each, or in none. */
  takeAll(paces: readonly Pace[], now: number): number {
    const at = this.readyAt(paces, now);
    if (at > now) return at;
    for (const pace of paces) this.#refilled(pace, now).tokens -= 1;
    return now;
  }

  /** When a request may go out by all of several paces, without counting it. */
  readyAt(paces: readonly Pace[], now: number): number {
    return paces.reduce((latest, pace) => {
      return Math.max(latest, readyAt(this.#refilled(pace, now), pace, now));
    }, now);
  }

  /** The platform asked for quiet until then; afterwards the bucket starts almost empty. */
  hold(pace: Pace, until: number, now: number): void {
    const bucket = this.#refilled(pace, now);
    bucket.heldUntil = Math.max(bucket.heldUntil, until);
    bucket.tokens = Math.min(bucket.tokens, 1);
    bucket.updatedAt = bucket.heldUntil;
  }

  #refilled(pace: Pace, now: number): Bucket {
    let bucket = this.#buckets.get(pace.key);
    if (bucket === undefined) {
      if (this.#buckets.size >= bucketsMax) this.#forgetFull(now);
      bucket = { tokens: pace.burst, updatedAt: now, heldUntil: 0 };
      this.#buckets.set(pace.key, bucket);
    }
    // A clock that was set back must not keep a bucket from filling for as long as the jump.
    if (bucket.heldUntil > now + holdMsMax) bucket.heldUntil = now + holdMsMax;
    const passedMs = now - Math.min(bucket.updatedAt, now);
    if (passedMs > 0 || bucket.updatedAt > now + holdMsMax) {
      bucket.tokens = Math.min(pace.burst, bucket.tokens + (passedMs / 1000) * pace.perSecond);
      bucket.updatedAt = now;
    }
    return bucket;
  }

  #forgetFull(now: number): void {
    for (const [key, bucket] of this.#buckets) {
      if (bucket.heldUntil <= now && now - bucket.updatedAt > 60_000) this.#buckets.delete(key);
    }
  }
}

function readyAt({ heldUntil, tokens }: Bucket, { perSecond }: Pace, now: number): number {
  if (heldUntil > now) return heldUntil;
  return tokens >= 1 ? now : now + Math.ceil(((1 - tokens) * 1000) / perSecond);
}

/** A Retry-After is obeyed up to a day (`domain/retry.ts`). */
export const holdMsMax = 24 * 3_600_000;
