/**
 * How long deliveries took, counted in buckets, so that a million of them take as much room as one.
 */

/** Upper bounds, ms; what took longer than the last is in one more bucket. */
export const latencyBoundsMs = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 15_000, 60_000, 300_000, 3_600_000,
  86_400_000,
] as const;

export const latencyBucketCount = latencyBoundsMs.length + 1;

export function latencyBucketOf(ms: number): number {
  const index = latencyBoundsMs.findIndex((bound) => ms <= bound);
  return index < 0 ? latencyBoundsMs.length : index;
}

/**
 * The time that so large a share took at most, as well as buckets tell: within one, times are taken
 * to be spread evenly. Null when nothing was counted.
 * @param share from 0 to 1, e.g. 0.99.
 */
export function latencyAt(counts: readonly number[], share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let left = share * total;
  for (const [index, count] of counts.entries()) {
    if (count === 0 || left > count) {
      left -= count;
      continue;
    }
    const from = latencyBoundsMs[index - 1] ?? 0;
    const to = latencyBoundsMs[index] ?? from;
    return from + (to - from) * (left / count);
  }
  return latencyBoundsMs.at(-1) ?? null;
}
