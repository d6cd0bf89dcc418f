import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Slots } from "./slots.ts";

interface TestLane {
  readonly tenantId: string;
  readonly name: string;
  attemptCount: number;
}

const limits = { sharedAttemptsMax: 320, attemptsMax: 640 };
const laneOf = (tenantId: string, name = "") => ({ tenantId, name, attemptCount: 0 });

/** Takes as much as it gets, up to a lane's own 32. */
function fill(slots: Slots<TestLane>, lane: TestLane, wanted = 32): number {
  while (lane.attemptCount < wanted && slots.take(lane)) lane.attemptCount += 1;
  return lane.attemptCount;
}

function give(slots: Slots<TestLane>, lane: TestLane): void {
  slots.give(lane);
  lane.attemptCount -= 1;
}

test("the fuller the budget, the less a lane gets, and a new one always gets its first", () => {
  const slots = new Slots<TestLane>(limits);
  const taken = Array.from({ length: 100 }, (_, n) => fill(slots, laneOf(`tenant-${n}`)));
  assert.ok((taken[0] ?? 0) >= 16);
  assert.deepEqual(
    taken,
    taken.toSorted((a, b) => b - a),
  );
  assert.equal(taken.at(-1), 1);
  assert.ok(slots.count <= limits.sharedAttemptsMax + 100);
  assert.equal(fill(slots, laneOf("newcomer")), 1);
});

test("a tenant with a thousand hanging sinks leaves another its share", () => {
  const slots = new Slots<TestLane>(limits);
  for (let n = 0; n < 400; n++) fill(slots, laneOf("greedy"));
  const before = slots.count;
  assert.ok(before <= limits.attemptsMax);
  assert.equal(fill(slots, laneOf("modest")), 1);
  // Without that many first attempts a tenant gets no more than half of what is shared.
  const calm = new Slots<TestLane>(limits);
  for (let n = 0; n < 20; n++) fill(calm, laneOf("greedy"));
  assert.ok(fill(calm, laneOf("modest")) > 5);
});

test("where not even one each is left, lanes wait in turn, tenant by tenant", () => {
  const slots = new Slots<TestLane>({ sharedAttemptsMax: 4, attemptsMax: 4 });
  const holding = Array.from({ length: 4 }, () => laneOf("greedy"));
  for (const lane of holding) assert.ok(fill(slots, lane, 1) === 1);
  for (const name of ["g1", "g2", "g3"]) assert.equal(slots.take(laneOf("greedy", name)), false);
  assert.equal(slots.take(laneOf("modest", "m1")), false);
  assert.equal(slots.next(), undefined, "all is taken");
  const turns: string[] = [];
  for (const lane of holding) {
    give(slots, lane);
    const next = slots.next();
    assert.ok(next !== undefined);
    turns.push(next.name);
    assert.equal(fill(slots, next, 1), 1);
  }
  assert.deepEqual(turns, ["g1", "m1", "g2", "g3"]);
});

test("whatever is taken and given, limits hold and every lane that waits gets its turn", () => {
  const steps = fc.array(fc.tuple(fc.nat(11), fc.boolean()), { maxLength: 300 });
  fc.assert(
    fc.property(steps, (list) => {
      const slots = new Slots<TestLane>({ sharedAttemptsMax: 16, attemptsMax: 20 });
      const lanes = Array.from({ length: 12 }, (_, n) => laneOf(`t${n % 3}`, `${n}`));
      const waiting = new Set<TestLane>();
      for (const [index, isTaking] of list) {
        const lane = lanes[index];
        if (lane === undefined) continue;
        if (isTaking && !slots.take(lane)) waiting.add(lane);
        else if (isTaking) lane.attemptCount += 1;
        else if (lane.attemptCount > 0) give(slots, lane);
        const sum = lanes.reduce((total, { attemptCount }) => total + attemptCount, 0);
        assert.equal(slots.count, sum);
        assert.ok(sum <= 20);
      }
      for (const lane of lanes) while (lane.attemptCount > 0) give(slots, lane);
      const woken = new Set<TestLane>();
      for (let lane = slots.next(); lane !== undefined; lane = slots.next()) woken.add(lane);
      assert.deepEqual(woken, waiting);
    }),
  );
});
