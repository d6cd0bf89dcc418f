import assert from "node:assert/strict";
import { test } from "node:test";
import { Lanes } from "./lane.ts";
import { engineLimits } from "./limits.ts";

const lane = (eventSinkId: string) => ({ tenantId: "acme", eventSinkId });
const idsOf = (lanes: readonly { eventSinkId: string }[]) =>
  lanes.map(({ eventSinkId }) => eventSinkId);

test("lanes are claimed when their time has come, the longest overdue first", () => {
  const lanes = new Lanes();
  lanes.expect(lane("late"), 300);
  lanes.expect(lane("early"), 100);
  lanes.expect(lane("future"), 900);
  assert.equal(lanes.nextAlarmAt(), 100);
  assert.deepEqual(idsOf(lanes.startClaiming(500, 10)), ["early", "late"]);
  assert.equal(lanes.nextAlarmAt(), 900);
});

test("a lane that claims is not claimed again until the claim ends", () => {
  const lanes = new Lanes();
  lanes.expect(lane("a"), 100);
  const [state] = lanes.startClaiming(100, 10);
  assert.ok(state !== undefined);
  lanes.expect(lane("a"), 100);
  assert.deepEqual(lanes.startClaiming(200, 10), []);
  lanes.endClaiming(state, null);
  assert.deepEqual(idsOf(lanes.startClaiming(200, 10)), ["a"], "what was told meanwhile");
});

test("what a claim leaves and what was told meanwhile: the earlier counts", () => {
  const lanes = new Lanes();
  lanes.expect(lane("a"), 100);
  const [state] = lanes.startClaiming(100, 10);
  assert.ok(state !== undefined);
  lanes.expect(lane("a"), 400);
  lanes.endClaiming(state, 700);
  assert.equal(lanes.nextAlarmAt(), 400);
});

test("a lane without room waits until a delivery is done", () => {
  const lanes = new Lanes();
  const state = lanes.get(lane("a"));
  state.leaseCount = engineLimits.leasesPerLaneMax;
  lanes.expect(state, 100);
  assert.equal(lanes.nextAlarmAt(), null);
  state.leaseCount = engineLimits.leasesPerLaneMax - engineLimits.claimMin;
  lanes.roomFreed(state);
  assert.equal(lanes.nextAlarmAt(), 100);
});

test("an idle lane is forgotten", () => {
  const lanes = new Lanes();
  lanes.roomFreed(lanes.get(lane("a")));
  assert.deepEqual([...lanes.all()], []);
});

test("alarms do not pile up while a retry is far off and other deliveries come and go", () => {
  const lanes = new Lanes();
  const state = lanes.get(lane("a"));
  lanes.expect(state, 1_000_000);
  for (let index = 0; index < 100_000; index++) lanes.roomFreed(state);
  assert.equal(lanes.alarmCount, 1);
});
