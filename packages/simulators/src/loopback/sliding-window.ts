/** Counts calls per key over the last `windowMs`; the vendors' "n per minute". */
export interface SlidingWindow {
  /** Null when the call may pass (and is counted), else how long until one may, in ms. */
  take(key: string, now: number): number | null;
}

export function createSlidingWindow(countMax: number, windowMs: number): SlidingWindow {
  const callsByKey = new Map<string, number[]>();
  return {
    take(key, now) {
      const calls = (callsByKey.get(key) ?? []).filter((at) => at > now - windowMs);
      callsByKey.set(key, calls);
      const oldest = calls[0];
      if (calls.length >= countMax && oldest !== undefined) return oldest + windowMs - now;
      calls.push(now);
      return null;
    },
  };
}
