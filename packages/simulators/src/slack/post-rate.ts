/** A token bucket per channel: a steady rate with a small burst after quiet. */
export interface TokenBuckets {
  /** Null when the post may pass (and is counted), else how long until one may, in ms. */
  take(key: string, now: number): number | null;
}

export function createTokenBuckets(perSecond: number, burst: number): TokenBuckets {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take(key, now) {
      if (!Number.isFinite(perSecond)) return null;
      const bucket = buckets.get(key) ?? { tokens: burst, at: now };
      const refilled = bucket.tokens + (Math.max(now - bucket.at, 0) / 1000) * perSecond;
      const tokens = Math.min(burst, refilled);
      // A hair's breadth of tolerance: a caller that waits exactly as told must not lose to rounding.
      const isAllowed = tokens >= 1 - 1e-9;
      buckets.set(key, { tokens: isAllowed ? tokens - 1 : tokens, at: now });
      return isAllowed ? null : ((1 - tokens) / perSecond) * 1000;
    },
  };
}
