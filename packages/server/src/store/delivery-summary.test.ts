import assert from "node:assert/strict";
import { test } from "node:test";
import { type GroupRow, summarizedMax, toSummary } from "./delivery-summary.ts";

const group = (change: Partial<GroupRow>): GroupRow => ({
  ...{ event_sink_id: "one", state: "failed", reason: "timeout", count: 1 },
  ...{ oldest_at: 1, newest_at: 2, ...change },
});

test("a summary of more than is looked at says so, whichever sink is asked for", () => {
  const half = group({ count: summarizedMax / 2 });
  const other = group({ event_sink_id: "two", count: summarizedMax / 2 });
  assert.equal(toSummary([[half, other], [half]], null).isPartial, false);
  const more = group({ event_sink_id: "two", count: summarizedMax / 2 + 1 });
  assert.equal(toSummary([[half, more], []], "one").isPartial, true);
  assert.equal(toSummary([[], [half, more]], null).isPartial, true);
});

test("the largest group comes first", () => {
  const rows = [[group({ count: 2 })], [group({ count: 7, state: "held" })]];
  const counts = toSummary(rows, null).groups.map(({ count }) => count);
  assert.deepEqual(counts, [7, 2]);
});
