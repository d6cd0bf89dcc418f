import assert from "node:assert/strict";
import { test } from "node:test";
import { alertOf } from "../../test/support/sample-alerts.ts";
import type { SeverityId } from "../domain/severity.ts";
import type { RollUp } from "../sinks/sink-type.ts";
import type { LeasedDelivery } from "../store/store.ts";
import { type Group, noteResolve, shareMemory, takeNext } from "./lane-work.ts";

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
    replayedAt: null,
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

const plain = { rollUp: null, joinsRepeats: false };
const rolling = { rollUp, joinsRepeats: true };

const idsOf = (group: Group | null) => group?.deliveries.map(({ id }) => id) ?? [];

/** A trigger of an explicit key. */
function repeat(id: string, dedupKey: string, more: Partial<LeasedDelivery> = {}): LeasedDelivery {
  const delivery = leased(id, 3, dedupKey);
  return { ...delivery, alert: { ...delivery.alert, hasExplicitKey: true }, ...more };
}

test("the oldest goes first, and Critical and Fatal before everything", () => {
  const waiting = [leased("a"), leased("b", 5), leased("c"), leased("d", 6)];
  const order = [1, 2, 3, 4].flatMap(() => idsOf(takeNext(waiting, plain)));
  assert.deepEqual(order, ["b", "d", "a", "c"]);
  assert.equal(takeNext(waiting, plain), null);
});

test("a backlog goes out as roll-ups of bounded size, the gravest alone", () => {
  const waiting = [leased("a"), leased("b"), leased("x", 5), leased("c"), leased("d"), leased("e")];
  assert.deepEqual(idsOf(takeNext(waiting, rolling)), ["x"]);
  assert.deepEqual(idsOf(takeNext(waiting, rolling)), ["a", "b", "c", "d"]);
  assert.deepEqual(idsOf(takeNext(waiting, rolling)), ["e"]);
});

test("fewer than the minimum go out one by one", () => {
  const waiting = [leased("a"), leased("b")];
  assert.deepEqual(idsOf(takeNext(waiting, rolling)), ["a"]);
});

test("triggers of one explicit key are one problem, told by the newest", () => {
  const burst = ["a", "b", "c", "d", "e"].map((id) => repeat(id, "k"));
  const waiting = [...burst.slice(0, 2), leased("x"), ...burst.slice(2)];
  const group = takeNext(waiting, rolling);
  assert.deepEqual(idsOf(group), ["a", "b", "c", "d", "e"]);
  assert.equal(group?.kind, "repeats");
  assert.equal(group.lead.id, "e");
  assert.deepEqual(idsOf(takeNext(waiting, rolling)), ["x"]);
});

test("what was tried before does not join what was not, and other actions join nothing", () => {
  const waiting = [repeat("a", "k", { attemptCount: 1 }), repeat("b", "k"), repeat("c", "k")];
  assert.deepEqual(idsOf(takeNext(waiting, rolling)), ["a"]);
  assert.deepEqual(idsOf(takeNext(waiting, rolling)), ["b", "c"]);
  const resolve = repeat("r", "k");
  const closing = [{ ...resolve, alert: { ...resolve.alert, action: "resolve" as const } }];
  assert.deepEqual(idsOf(takeNext([...closing, repeat("d", "k")], rolling)), ["r"]);
  assert.deepEqual(idsOf(takeNext([repeat("e", "k"), repeat("f", "k")], plain)), ["e"]);
});

test("Other and Unknown say nothing of gravity and do not jump the queue", () => {
  const waiting = [leased("a"), leased("b", 99), leased("c", 0)];
  assert.deepEqual(idsOf(takeNext(waiting, plain)), ["a"]);
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
