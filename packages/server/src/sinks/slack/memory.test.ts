import assert from "node:assert/strict";
import { test } from "node:test";
import {
  memoryLimits,
  type OpenMessage,
  progressOf,
  readMemory,
  withoutProgress,
  withProgress,
  writeMemory,
} from "./memory.ts";

const message = (index: number, bodyLength = 10): OpenMessage => ({
  channel: "C1",
  ts: `1503435956.${String(index).padStart(6, "0")}`,
  postedAt: 1,
  firstAt: 2,
  lastAt: 3,
  count: 4,
  severityId: 5,
  state: "acknowledged",
  stateSince: 6,
  isJoined: true,
  isEditable: false,
  name: `message ${index}`,
  summary: "summary",
  body: [{ type: "section", text: "x".repeat(bodyLength) }],
});

const empty = readMemory({});

test("memory comes back as it was written", () => {
  const memory = withProgress(
    {
      ...empty,
      messages: [message(1), message(2)],
      rollUps: [{ channel: "C1", ts: "1.2" }],
      isResolveTold: true,
      isToldAlone: true,
    },
    "one",
    { ordinal: 3, isWorse: true, replied: ["1.2"], refused: ["1.3"], degraded: "no_text" },
  );
  assert.deepEqual(readMemory(JSON.parse(JSON.stringify(writeMemory(memory)))), memory);
  assert.deepEqual(writeMemory(empty), {});
});

test("memory in an unknown shape counts as forgotten", () => {
  const odd = {
    messages: [null, {}, { ts: "1.2", channel: "C1", state: "odd", posted_at: 1, name: "x" }, "x"],
    roll_ups: "no",
    progress: [{ delivery_id: 1 }, 7],
    degraded: "an older version's mark",
  };
  assert.deepEqual(readMemory(odd), empty);
});

test("the newest messages stay, the oldest of them without their bodies", () => {
  const messages = Array.from({ length: 30 }, (_, index) => message(index, 1_500));
  const kept = readMemory(writeMemory({ ...empty, messages })).messages;
  assert.equal(kept.length, memoryLimits.messagesMax);
  assert.equal(kept.at(-1)?.name, "message 29");
  assert.equal(kept.at(-1)?.body.length, 1);
  assert.equal(kept[0]?.body.length, 0);
  const whole = JSON.stringify(writeMemory({ ...empty, messages }));
  assert.ok(whole.length < memoryLimits.bodiesLengthMax + 20 * 400);
});

test("progress is kept for so many deliveries, and gone with the delivery", () => {
  let memory = empty;
  for (let index = 0; index < 15; index++) {
    memory = withProgress(memory, `delivery ${index}`, { ordinal: index });
  }
  assert.equal(memory.progress.length, memoryLimits.progressMax);
  assert.equal(progressOf(memory, "delivery 14").ordinal, 14);
  assert.equal(progressOf(memory, "delivery 0").ordinal, null);
  assert.equal(progressOf(withoutProgress(memory, "delivery 14"), "delivery 14").ordinal, null);
});
