import assert from "node:assert/strict";
import { test } from "node:test";
import { alertOf } from "../../test/support/sample-alerts.ts";
import type { SeverityId } from "../domain/severity.ts";
import type { RollUp } from "../sinks/sink-type.ts";
import type { LeasedDelivery } from "../store/store.ts";
import { noteResolve, shareMemory, takeNext } from "./lane-work.ts";

function leased(id: string, severityId: SeverityId = 3, dedupKey = id): LeasedDelivery {
  return {
    id,
    tenantId: "acme",
    eventSinkId: "sink",
    lease: "lease",
    alert: alertOf({ id, name: id }, { severityId, dedupKey }),
    attemptCount: 0,
    failureCount: 0,
    createdAt: 0,
    memory: {},
    isResolveWaiting: false,
  };
}

const rollUp: RollUp = {
  backlogMin: 3,
  alertsMax: 4,
  admits: ({ severityId }) => severityId < 5,
  step: () => {
    throw new Error("not asked here");
  },
  outcome: () => ({ kind: "delivered" }),
  remember: (_known, left) => left,
};

const idsOf = (deliveries: readonly LeasedDelivery[]) => deliveries.map(({ id }) => id);

test("the oldest goes first, and Critical and Fatal before everything", () => {
  const waiting = [leased("a"), leased("b", 5), leased("c"), leased("d", 6)];
  const order = [1, 2, 3, 4].flatMap(() => idsOf(takeNext(waiting, null)));
  assert.deepEqual(order, ["b", "d", "a", "c"]);
  assert.deepEqual(takeNext(waiting, null), []);
});

test("a backlog goes out as roll-ups of bounded size, the gravest alone", () => {
  const waiting = [leased("a"), leased("b"), leased("x", 5), leased("c"), leased("d"), leased("e")];
  assert.deepEqual(idsOf(takeNext(waiting, rollUp)), ["x"]);
  assert.deepEqual(idsOf(takeNext(waiting, rollUp)), ["a", "b", "c", "d"]);
  assert.deepEqual(idsOf(takeNext(waiting, rollUp)), ["e"]);
});

test("fewer than the minimum go out one by one", () => {
  const waiting = [leased("a"), leased("b")];
  assert.deepEqual(idsOf(takeNext(waiting, rollUp)), ["a"]);
});

test("Other and Unknown say nothing of gravity and do not jump the queue", () => {
  const waiting = [leased("a"), leased("b", 99), leased("c", 0)];
  assert.deepEqual(idsOf(takeNext(waiting, null)), ["a"]);
});

test("memory reaches what waits of the same key only", () => {
  const waiting = [leased("a", 3, "k"), leased("b", 3, "other"), leased("c", 3, "k")];
  shareMemory(waiting, new Map([["k", { ts: "1" }]]));
  assert.deepEqual(
    waiting.map(({ memory }) => memory),
    [{ ts: "1" }, {}, { ts: "1" }],
  );
});

test("a stored resolve is noted on what waits before it", () => {
  const waiting = [leased("a", 3, "k"), leased("b", 3, "other")];
  noteResolve(waiting, "k");
  assert.deepEqual(
    waiting.map(({ isResolveWaiting }) => isResolveWaiting),
    [true, false],
  );
});
