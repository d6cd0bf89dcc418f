import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  brokenAfterFailures,
  brokenAfterMs,
  healthAfter,
  healthySince,
  probeDelaysMs,
  type SinkHealth,
  type SinkSign,
} from "./sink-health.ts";

const start = Date.UTC(2026, 0, 1);
const healthy = healthySince(start);
const delivered: SinkSign = { kind: "delivered", reason: null, detail: null };
const failure: SinkSign = { kind: "failure", reason: "timeout", detail: "No answer." };
const fault: SinkSign = { kind: "sink_fault", reason: "auth_failed", detail: "Renew the key." };

function failTimes(count: number, overMs: number): SinkHealth {
  let health = healthy;
  for (let index = 0; index < count; index++) {
    health = healthAfter(health, failure, start + (overMs * index) / Math.max(count - 1, 1));
  }
  return health;
}

test("a failure makes a sink failing, and a delivery heals it", () => {
  const failing = healthAfter(healthy, failure, start + 5);
  assert.partialDeepStrictEqual(failing, { state: "failing", since: start + 5, failureCount: 1 });
  assert.deepEqual(healthAfter(failing, delivered, start + 9), healthySince(start + 9));
});

test("many failures in a short moment, or few over a long one, do not break a sink", () => {
  assert.equal(failTimes(100, brokenAfterMs - 1).state, "failing");
  assert.equal(failTimes(brokenAfterFailures - 1, 3_600_000).state, "failing");
  assert.equal(failTimes(brokenAfterFailures, brokenAfterMs).state, "broken");
});

test("a fault of the sink's own breaks it at once, with the cure", () => {
  assert.deepEqual(healthAfter(healthy, fault, start + 1), {
    state: "broken",
    since: start + 1,
    reason: "auth_failed",
    cure: "Renew the key.",
    failureCount: 1,
    nextProbeAt: start + 1 + (probeDelaysMs[0] ?? 0),
    probeCount: 0,
  });
});

test("probes of a broken sink back off, and since stays when it broke", () => {
  let health = healthAfter(healthy, fault, start);
  let now = start;
  for (let probe = 1; probe < 10; probe++) {
    now = health.nextProbeAt ?? 0;
    health = healthAfter(health, failure, now);
    const delayMs = probeDelaysMs[Math.min(probe, probeDelaysMs.length - 1)] ?? 0;
    assert.equal(health.nextProbeAt, now + delayMs);
    assert.equal(health.since, start);
  }
  assert.equal(healthAfter(health, delivered, now).state, "healthy");
});

test("whatever comes, a probe time stands exactly where a sink is broken", () => {
  const signs = fc.array(fc.constantFrom(delivered, failure, fault), { maxLength: 60 });
  fc.assert(
    fc.property(signs, fc.integer({ min: 0, max: 100_000 }), (list, stepMs) => {
      let health = healthy;
      list.forEach((sign, index) => {
        health = healthAfter(health, sign, start + index * stepMs);
        assert.equal(health.nextProbeAt !== null, health.state === "broken");
        assert.equal(health.reason === null, health.state === "healthy");
        assert.equal(health.failureCount === 0, health.state === "healthy");
      });
    }),
  );
});

test("a sink that works and takes its time is slow, not broken, and quick again with a margin", () => {
  const delivered = (durationMs: number) =>
    ({ kind: "delivered", reason: null, detail: null, durationMs }) as const;
  const healthy = healthySince(start);
  assert.equal(healthAfter(healthy, delivered(10_000), start + 1), healthy);
  const slow = healthAfter(healthy, delivered(29_000), start + 1);
  assert.deepEqual(slow, { ...healthy, isSlow: true });
  assert.equal(healthAfter(slow, delivered(6_000), start + 2), slow);
  assert.deepEqual(healthAfter(slow, delivered(4_000), start + 3), healthy);
});
