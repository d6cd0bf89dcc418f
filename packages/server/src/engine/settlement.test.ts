import assert from "node:assert/strict";
import { test } from "node:test";
import { alertOf } from "../../test/support/sample-alerts.ts";
import { healthySince } from "../domain/sink-health.ts";
import type { LeasedDelivery, Settlement } from "../store/store.ts";
import type { FinalOutcome } from "./attempt.ts";
import { settlementOf } from "./settlement.ts";

const arrived = Date.UTC(2026, 0, 1);
const day = 24 * 3_600_000;

const delivery: LeasedDelivery = {
  id: "delivery",
  tenantId: "acme",
  eventSinkId: "sink",
  lease: "lease",
  alert: alertOf({ id: "a", name: "a" }),
  attemptCount: 3,
  failureCount: 2,
  createdAt: arrived,
  replayedAt: null,
  memory: {},
  isResolveWaiting: false,
};

function settle(
  outcome: FinalOutcome,
  now: number,
  changes: Partial<LeasedDelivery> = {},
): Settlement {
  const health = healthySince(arrived);
  return settlementOf({
    delivery: { ...delivery, ...changes },
    findings: {
      startedAt: now,
      durationMs: 1,
      outcome,
      exchanges: [],
      memory: undefined,
      learned: undefined,
    },
    memory: undefined,
    before: health,
    after: health,
    now,
    random: 0.5,
  });
}

const fault: FinalOutcome = {
  kind: "rejected",
  reason: "auth_failed",
  detail: "Renew the key.",
  isSinkFault: true,
};

test("a fault of the sink's holds a delivery for 30 days, as due as it came, then it has expired", () => {
  const held = settle(fault, arrived + 30 * day - 1);
  assert.deepEqual([held.state, held.reason, held.dueAt], ["pending", "auth_failed", arrived]);
  assert.equal(held.failureCount, delivery.failureCount, "it is no failure of the delivery's");
  const over = settle(fault, arrived + 30 * day);
  assert.deepEqual([over.state, over.reason, over.dueAt], ["failed", "expired", null]);
});

test("what is replayed has its whole time again, and its attempts say so", () => {
  const refused: FinalOutcome = { kind: "retry", reason: "server_error", detail: "Mend it." };
  const late = arrived + 40 * day;
  assert.equal(settle(refused, late).reason, "expired");
  const replayed = settle(refused, late, { replayedAt: late - 1 });
  assert.deepEqual([replayed.state, replayed.attempt.isReplay], ["pending", true]);
  assert.equal(settle(refused, late).attempt.isReplay, undefined);
});

test("a refused content ends a delivery with the platform's reason, however young it is", () => {
  const refused: FinalOutcome = {
    kind: "rejected",
    reason: "payload_refused",
    detail: "Too long.",
  };
  const settled = settle(refused, arrived + 1);
  assert.deepEqual([settled.state, settled.reason], ["failed", "payload_refused"]);
});

test("a 410 promises no next try, since its sink is paused", () => {
  const gone: FinalOutcome = { ...fault, reason: "gone", pausesSink: true };
  const settled = settle(gone, arrived + 1);
  assert.equal(settled.pausesSink, true);
  assert.equal(settled.attempt.nextTryAt, null);
});

test("what finds its sink broken is tried again with the next probe, and not hours later", () => {
  const before = { ...healthySince(arrived), state: "broken" as const, nextProbeAt: arrived };
  const after = { ...before, nextProbeAt: arrived + 30_000, probeCount: 1 };
  const input = {
    delivery: { ...delivery, failureCount: 8 },
    findings: {
      ...{ startedAt: arrived, durationMs: 1, exchanges: [], memory: undefined },
      ...{ learned: undefined },
    },
    ...{ memory: undefined, now: arrived, random: 0.5 },
  };
  const retry = (
    reason: "server_error" | "rate_limited",
    health: typeof after,
    retryAfterMs = 0,
  ) => {
    const outcome: FinalOutcome = { kind: "retry", reason, detail: "", retryAfterMs };
    const findings = { ...input.findings, outcome };
    return settlementOf({ ...input, findings, before, after: health });
  };
  const probe = retry("server_error", after);
  assert.equal(probe.dueAt, arrived + 30_000);
  assert.equal(probe.attempt.nextTryAt, arrived + 30_000);
  // A rate limit is no probe's verdict, and whatever time the platform asks for is obeyed.
  assert.equal(retry("rate_limited", before, 3_600_000).dueAt, arrived + 3_600_000);
  assert.equal(retry("server_error", after, 3_600_000).dueAt, arrived + 3_600_000);
  assert.equal(retry("server_error", after, 1_000).dueAt, arrived + 30_000);
});
