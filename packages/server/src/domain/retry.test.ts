import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  deliveryAgeMsMax,
  nextTryAt,
  readRetryAfterMs,
  retryAfterMsMax,
  retryDelaysMs,
} from "./retry.ts";

const now = Date.UTC(2026, 0, 1);
const base = { createdAt: now, now, isRateLimit: false, random: 0.5 };

test("failures wait 5 s, 30 s, 2 m, 10 m, 30 m, 1 h, 2 h, 4 h, 8 h, then 12 h each", () => {
  const delaysS = Array.from({ length: 12 }, (_, index) => {
    const at = nextTryAt({ ...base, failureCount: index + 1 });
    return at === null ? null : (at - now) / 1000;
  });
  assert.deepEqual(delaysS, [5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 43200, 43200, 43200]);
});

test("jitter stays within a fifth either way", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (failureCount, random) => {
        const delay = retryDelaysMs[Math.min(failureCount, retryDelaysMs.length) - 1] ?? 0;
        const waited = (nextTryAt({ ...base, failureCount, random }) ?? 0) - now;
        assert.ok(waited >= delay * 0.8 - 1 && waited <= delay * 1.2 + 1, `${waited} of ${delay}`);
      },
    ),
  );
});

test("after a failure the later of schedule and Retry-After counts", () => {
  assert.equal(nextTryAt({ ...base, failureCount: 1, retryAfterMs: 60_000 }), now + 60_000);
  assert.equal(nextTryAt({ ...base, failureCount: 3, retryAfterMs: 1_000 }), now + 120_000);
});

test("a rate limit is waited for as long as asked, however often it failed before", () => {
  const limited = { ...base, isRateLimit: true };
  assert.equal(nextTryAt({ ...limited, failureCount: 5, retryAfterMs: 2_000 }), now + 2_000);
  assert.equal(nextTryAt({ ...limited, failureCount: 0 }), now + 5_000);
});

test("a Retry-After of zero does not make a hot loop", () => {
  const limited = { ...base, isRateLimit: true, failureCount: 0, retryAfterMs: 0 };
  assert.equal(nextTryAt(limited), now + 1_000);
});

test("no try comes after 72 hours, and no wait is longer than a day", () => {
  const old = { ...base, failureCount: 12, now: now + deliveryAgeMsMax - 1_000 };
  assert.equal(nextTryAt(old), null);
  const patient = nextTryAt({ ...base, failureCount: 1, retryAfterMs: 10 * retryAfterMsMax });
  assert.equal(patient, now + retryAfterMsMax);
});

test("Retry-After is read as seconds or as a date, and nothing else", () => {
  assert.equal(readRetryAfterMs("7", now), 7_000);
  assert.equal(readRetryAfterMs(new Date(now + 9_000).toUTCString(), now), 9_000);
  assert.equal(readRetryAfterMs(new Date(now - 9_000).toUTCString(), now), 0);
  assert.equal(readRetryAfterMs("999999999", now), retryAfterMsMax);
  assert.equal(readRetryAfterMs("soon", now), undefined);
  assert.equal(readRetryAfterMs(undefined, now), undefined);
});
