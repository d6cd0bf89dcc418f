import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { hostileAlert } from "../../../test/support/hostile-alerts.ts";
import { answered, inputFor, readSink } from "../../../test/support/sink-steps.ts";
import { assertSlackTakes } from "../../../test/support/slack-limits.ts";
import { openSlackTalk } from "../../../test/support/slack-talk.ts";
import { Secret } from "../../secret.ts";
import type { RollUpInput } from "../sink-type.ts";
import { slack } from "./slack.ts";

const channel = "security-alerts";
const { rollUp } = slack;
const texts = (blocks: unknown) => JSON.stringify(blocks);

test("a roll-up counts by severity, names the worst first with their keys, and counts the rest", async (t) => {
  const talk = await openSlackTalk(t);
  const alerts = Array.from({ length: 500 }, (_, index) =>
    talk.alert({
      name: `Alert ${index}`,
      dedupKey: `key-${index}`,
      severityId: index % 100 === 7 ? 4 : 2,
    }),
  );
  const outcome = await talk.rollUp(alerts);
  assert.equal(outcome.kind, "delivered");
  assert.match(outcome.detail ?? "", /500 alerts/);
  const [message] = talk.slack.messages(channel);
  assert.match(message?.text ?? "", /500 alerts rolled up: 🟠 High \*5\* · 🔵 Low \*495\*/);
  const shown = texts(message?.blocks);
  assert.ok(shown.indexOf("Alert 407") < shown.indexOf("Alert 0*"));
  assert.match(shown, /`key-407`/);
  assert.match(shown, /_and 470 more_/);
  assert.match(shown, /Received 2026-01-01 00:00:00 UTC/);
});

test("the same alert many times is one line", async (t) => {
  const talk = await openSlackTalk(t);
  await talk.rollUp(Array.from({ length: 40 }, () => talk.alert({ severityId: 3 })));
  const shown = texts(talk.slack.messages(channel)[0]?.blocks);
  assert.match(shown, /🟡 Medium: \*Disk full\* ×40 {2}`disk`/);
  assert.doesNotMatch(shown, /more_/);
});

test("a rolled-up alert is resolved and acknowledged in the roll-up's thread, whatever its key", async (t) => {
  const talk = await openSlackTalk(t);
  const byDefault = { dedupKey: "rule-1", hasExplicitKey: false };
  await talk.deliver(talk.alert(byDefault));
  await talk.rollUp([talk.alert({ dedupKey: "own" }), talk.alert(byDefault)]);
  const rollUpTs = talk.slack.messages(channel)[1]?.ts ?? "";
  await talk.deliver(talk.alert({ dedupKey: "own", action: "acknowledge" }));
  await talk.deliver(talk.alert({ dedupKey: "own", action: "resolve" }));
  await talk.deliver(talk.alert({ ...byDefault, action: "resolve" }));
  const replies = talk.slack.thread(channel, rollUpTs).map(({ text }) => text.split("\n")[0]);
  assert.deepEqual(replies, [
    "👀 Acknowledged: *Disk full*",
    "✅ Resolved: *Disk full*",
    "✅ Resolved: *Disk full*",
  ]);
  // What was posted before the roll-up is still edited.
  assert.match(talk.slack.messages(channel)[0]?.text ?? "", /^✅ Resolved/);
  assert.equal(talk.slack.messages(channel)[1]?.edits.length, 0);
  assert.equal(talk.slack.messages(channel).length, 5);
});

test("a trigger after its roll-up is a message, and the resolve tells both places", async (t) => {
  const talk = await openSlackTalk(t);
  await talk.rollUp([talk.alert(), talk.alert()]);
  await talk.deliver(talk.alert());
  await talk.deliver(talk.alert({ action: "resolve" }));
  const messages = talk.slack.messages(channel).map(({ text }) => text.split(/[:\n]/)[0]);
  assert.deepEqual(messages, ["📦 2 alerts rolled up", "✅ Resolved", messages[2], "✅ Resolved"]);
  assert.match(messages[2] ?? "", /^✅ Resolved after/);
});

test("the gravest, acknowledges, resolves and what continues an open message are not rolled up", async (t) => {
  const talk = await openSlackTalk(t);
  assert.ok(rollUp.admits(talk.alert(), {}));
  for (const severityId of [5, 6] as const) {
    assert.equal(rollUp.admits(talk.alert({ severityId }), {}), false);
  }
  for (const action of ["acknowledge", "resolve"] as const) {
    assert.equal(rollUp.admits(talk.alert({ action }), {}), false);
  }
  await talk.deliver(talk.alert());
  const memory = talk.memories.get("disk") ?? {};
  assert.equal(rollUp.admits(talk.alert(), memory), false);
  assert.ok(rollUp.admits(talk.alert({ hasExplicitKey: false }), memory));
});

test("a refused roll-up loses nothing: each alert goes out by itself, and only once so", async (t) => {
  const talk = await openSlackTalk(t);
  const alerts = [talk.alert({ dedupKey: "a" }), talk.alert({ dedupKey: "b" })];
  talk.slack.refuseNext(2, "invalid_blocks");
  assert.equal((await talk.rollUp(alerts)).kind, "retry");
  const memory = talk.memories.get("a") ?? {};
  assert.equal(rollUp.admits(talk.alert({ dedupKey: "a" }), memory), false);
  talk.memories.set("a", { is_told_alone: true });
  await talk.deliver(talk.alert({ dedupKey: "a", hasExplicitKey: false }));
  assert.equal(talk.memories.get("a")?.["is_told_alone"], undefined);
});

test("a roll-up whose blocks are refused goes out as plain text", async (t) => {
  const talk = await openSlackTalk(t);
  talk.slack.refuseNext(1, "invalid_blocks");
  const outcome = await talk.rollUp([talk.alert({ dedupKey: "a" }), talk.alert({ dedupKey: "b" })]);
  assert.ok(outcome.kind === "delivered" && outcome.isDegraded === true);
  const [message] = talk.slack.messages("security-alerts");
  assert.match(message?.text ?? "", /2 alerts rolled up/);
  assert.ok(talk.memories.get("a")?.["roll_ups"] !== undefined);
});

test("what is wrong with the sink is told of a roll-up too", async (t) => {
  const talk = await openSlackTalk(t, {
    sinkArgs: { channel_id: "C0OUTSIDE01" },
    scopes: ["chat:write"],
  });
  const outcome = await talk.rollUp([talk.alert(), talk.alert()]);
  assert.ok(outcome.kind === "rejected" && outcome.isSinkFault === true);
  assert.match(outcome.detail, /Invite the app/);
});

test("a roll-up of hostile alerts keeps every limit and pings nobody", () => {
  const sink = readSink(slack, {
    channel_id: "C12345678",
    slack_integration_id: "00000000-0000-0000-0000-000000000001",
  });
  const {
    alert: _,
    earlier: __,
    isResolveWaiting: ___,
    ...rest
  } = inputFor({
    ...sink,
    secrets: { bot_token: new Secret("xoxb-1-2-abcdef") },
  });
  fc.assert(
    fc.property(fc.array(hostileAlert, { minLength: 2, maxLength: 60 }), (alerts) => {
      const input: RollUpInput = { ...rest, alerts, memory: {} };
      assertSlackTakes(rollUp.step(input).body);
      const told = rollUp.outcome(answered({ ok: true, channel: "C1", ts: "1.2" }), input);
      assert.ok(JSON.stringify(told.memory).length < 1_000);
    }),
    { numRuns: 40 },
  );
});

test("the pace is one post per second and channel, whichever sink posts", () => {
  const slack_integration_id = "00000000-0000-0000-0000-000000000001";
  const byId = readSink(slack, { channel_id: "C12345678", slack_integration_id });
  assert.deepEqual(slack.pace(byId), {
    key: `slack/${slack_integration_id}/C12345678`,
    burst: 1,
    perSecond: 1,
  });
  const byName = readSink(slack, { channel: "#alerts", slack_integration_id });
  assert.equal(slack.pace(byName).key, `slack/${slack_integration_id}/#alerts`);
});
