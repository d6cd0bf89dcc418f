import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageChannel } from "node:worker_threads";
import { takeBatch } from "./take-batch.ts";
import type { QueuedCall } from "./worker-ports.ts";

const { port1: port } = new MessageChannel();
const client = { port, offersPerLane: null };

function call(id: number, name: QueuedCall["name"], records = 1): QueuedCall {
  const field = name === "acceptAlerts" ? "alerts" : "settlements";
  return { id, name, input: { [field]: Array.from({ length: records }) }, client };
}

const idsOf = (calls: readonly QueuedCall[]) => calls.map(({ id }) => id);

test("settles and claims go before the new alerts that came earlier", () => {
  const calls = [
    call(1, "acceptAlerts", 100),
    call(2, "settle", 30),
    call(3, "acceptAlerts", 100),
    call(4, "claim"),
  ];
  assert.deepEqual(idsOf(takeBatch(calls)), [2, 4, 1, 3]);
  assert.deepEqual(calls, []);
});

test("a batch takes a bounded share of new alerts, in their order", () => {
  const calls = Array.from({ length: 10 }, (_, id) => call(id, "acceptAlerts", 100));
  calls.splice(3, 0, call(99, "settle", 5));
  assert.deepEqual(idsOf(takeBatch(calls)), [99, 0, 1]);
  assert.deepEqual(idsOf(takeBatch(calls)), [2, 3]);
  // A small one must not overtake a large one that waits.
  const mixed = [
    call(1, "acceptAlerts", 200),
    call(2, "acceptAlerts", 200),
    call(3, "acceptAlerts"),
  ];
  assert.deepEqual(idsOf(takeBatch(mixed)), [1]);
  assert.deepEqual(idsOf(takeBatch(mixed)), [2, 3]);
});

test("one call larger than the share goes alone, and neither class starves the other", () => {
  const calls = [
    ...Array.from({ length: 30 }, (_, id) => call(id, "settle", 100)),
    call(100, "acceptAlerts", 1_000),
    call(101, "acceptAlerts"),
  ];
  assert.deepEqual(idsOf(takeBatch(calls)), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 100]);
  assert.deepEqual(idsOf(takeBatch(calls)), [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 101]);
  assert.equal(takeBatch(calls).length, 10);
  assert.deepEqual(takeBatch(calls), []);
});
