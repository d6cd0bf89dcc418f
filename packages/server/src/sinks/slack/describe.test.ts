import assert from "node:assert/strict";
import { test } from "node:test";
import { duration, ordinal, utcRange } from "./describe.ts";

test("a time span is told in its two largest units", () => {
  const spans = [0, 999, 61_000, 3_600_000, 7_500_000, 90_061_000, 86_400_000 * 3 + 5_000];
  assert.deepEqual(spans.map(duration), [
    "less than a second",
    "less than a second",
    "1 min 1 s",
    "1 h",
    "2 h 5 min",
    "1 d 1 h",
    "3 d",
  ]);
  assert.equal(duration(-5), "less than a second");
});

test("ordinals end as they are read", () => {
  assert.deepEqual([1, 2, 3, 4, 11, 12, 13, 21, 102, 111, 1_003].map(ordinal), [
    "1st",
    "2nd",
    "3rd",
    "4th",
    "11th",
    "12th",
    "13th",
    "21st",
    "102nd",
    "111th",
    "1,003rd",
  ]);
});

test("a range names its day once", () => {
  const noon = Date.UTC(2026, 3, 20, 12);
  assert.equal(utcRange(noon, noon), "2026-04-20 12:00:00 UTC");
  assert.equal(utcRange(noon, noon + 60_000), "2026-04-20 12:00:00 to 12:01:00 UTC");
  assert.equal(utcRange(noon, noon + 86_400_000), "2026-04-20 12:00:00 to 2026-04-21 12:00:00 UTC");
});
