import assert from "node:assert/strict";
import { test } from "node:test";
import { latencyAt, latencyBoundsMs, latencyBucketCount, latencyBucketOf } from "./latency.ts";

const countsOf = (times: readonly number[]) => {
  const counts = Array<number>(latencyBucketCount).fill(0);
  for (const ms of times) counts[latencyBucketOf(ms)] = (counts[latencyBucketOf(ms)] ?? 0) + 1;
  return counts;
};

test("a time belongs to the bucket that ends with it or after it", () => {
  assert.equal(latencyBucketOf(-5), 0);
  for (const [index, bound] of latencyBoundsMs.entries()) {
    assert.equal(latencyBucketOf(bound), index);
    assert.equal(latencyBucketOf(bound + 0.5), index + 1);
  }
});

test("a percentile lies in the bucket of the time that it is", () => {
  const times = Array.from({ length: 1_000 }, (_, index) => index + 0.5);
  const counts = countsOf(times);
  for (const share of [0.01, 0.5, 0.9, 0.95, 0.99, 1]) {
    const found = latencyAt(counts, share) ?? Number.NaN;
    const real = times[Math.ceil(share * times.length) - 1] ?? Number.NaN;
    assert.ok(Math.abs(found - real) <= 1, `${share}: ${found}, really ${real}`);
  }
});

test("nothing counted has no percentile, and what is past all bounds has the last", () => {
  assert.equal(latencyAt(countsOf([]), 0.5), null);
  assert.equal(latencyAt(countsOf([1e12]), 0.5), latencyBoundsMs.at(-1));
});
