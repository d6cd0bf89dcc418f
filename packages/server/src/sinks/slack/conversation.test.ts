/** Whole conversations with the simulated Slack: one message per problem. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { openSlackTalk, type SlackTalk } from "../../../test/support/slack-talk.ts";

const channel = "security-alerts";
const minute = 60_000;

/** The channel as people see it: each top-level message's header and state line, replies below. */
function seen({ slack }: SlackTalk): string[] {
  return slack.messages(channel).map(({ text, threadTs, isBroadcast }) => {
    const place = threadTs === null ? "" : isBroadcast ? ">! " : "> ";
    return place + text.split("\n").slice(0, 2).join(" | ");
  });
}

test("the first trigger posts; repeats, acknowledge and resolve edit it and reply in its thread", async (t) => {
  const talk = await openSlackTalk(t);
  await talk.deliver(talk.alert());
  assert.deepEqual(seen(talk), ["🟠 High: Disk full | On db-1"]);
  talk.clock.advance(5 * minute);
  await talk.deliver(talk.alert());
  assert.match(
    seen(talk)[0] ?? "",
    /^🟠 High: Disk full \| \*Open\* · seen 2 times, 2026-01-01 00:00:00 to 00:05:00 UTC$/,
  );
  await talk.deliver(talk.alert({ action: "acknowledge" }));
  talk.clock.advance(10 * minute);
  const outcome = await talk.deliver(talk.alert({ action: "resolve" }));
  assert.deepEqual(outcome, { kind: "delivered", memory: {} });
  const [message, ...replies] = seen(talk);
  assert.match(
    message ?? "",
    /^✅ Resolved: Disk full \| 🟠 High · \*resolved\* .+ UTC after 15 min · seen 2 times/,
  );
  assert.match(replies[0] ?? "", /^> 🔁 Seen for the 2nd time, .+ UTC$/);
  assert.match(replies[1] ?? "", /^> 👀 Acknowledged/);
  assert.match(replies[2] ?? "", /^> ✅ Resolved after 15 min; it was seen 2 times/);
  assert.equal(replies.length, 3);
  assert.equal(talk.slack.messages(channel)[0]?.edits.length, 3);
});

test("after its resolve a problem begins anew", async (t) => {
  const talk = await openSlackTalk(t);
  for (const action of ["trigger", "resolve", "trigger"] as const) {
    await talk.deliver(talk.alert({ action }));
  }
  const tops = talk.slack.messages(channel).filter(({ threadTs }) => threadTs === null);
  assert.equal(tops.length, 2);
});

test("a graver severity replies with broadcast and stays; a lesser one does neither", async (t) => {
  const talk = await openSlackTalk(t);
  await talk.deliver(talk.alert({ severityId: 3 }));
  await talk.deliver(talk.alert({ severityId: 5 }));
  await talk.deliver(talk.alert({ severityId: 2 }));
  const [message, worse, lesser] = seen(talk);
  assert.match(message ?? "", /^🔴 Critical: Disk full/);
  assert.match(worse ?? "", /^>! 🔺 \*Now 🔴 Critical\*: Disk full/);
  assert.match(lesser ?? "", /^> 🔁 Seen for the 3rd time/);
});

test("an edit keeps the findings: a resolve shows the table and the buttons of the trigger", async (t) => {
  const talk = await openSlackTalk(t);
  const findings = {
    results_table: { columns: ["user"], rows: [{ user: "eve" }], total_row_count: 1 },
    "View in Scanner": "https://app.scanner.dev/x",
  };
  await talk.deliver(talk.alert({}, findings));
  await talk.deliver(talk.alert({ action: "resolve" }));
  const blocks = JSON.stringify(talk.slack.messages(channel)[0]?.blocks);
  assert.match(blocks, /✅ Resolved: Disk full/);
  assert.match(blocks, /eve/);
  assert.match(blocks, /View in Scanner/);
});

test("after 24 hours a repeat is a new message, and so is a resolve", async (t) => {
  const talk = await openSlackTalk(t);
  await talk.deliver(talk.alert());
  talk.clock.advance(24 * 60 * minute);
  await talk.deliver(talk.alert());
  assert.equal(seen(talk).length, 2);
  talk.clock.advance(24 * 60 * minute);
  await talk.deliver(talk.alert({ action: "resolve" }));
  assert.match(seen(talk)[2] ?? "", /^✅ Resolved: Disk full/);
  assert.deepEqual(talk.memories.get("disk"), {});
});

test("a message that was deleted is replaced by a new one", async (t) => {
  const talk = await openSlackTalk(t);
  await talk.deliver(talk.alert());
  const [first] = talk.slack.messages(channel);
  talk.slack.deleteMessage(channel, first?.ts ?? "");
  const repeat = await talk.deliver(talk.alert());
  assert.equal(repeat.kind, "delivered");
  assert.deepEqual(seen(talk), ["🟠 High: Disk full | On db-1"]);
  const [second] = talk.slack.messages(channel);
  talk.slack.deleteMessage(channel, second?.ts ?? "");
  assert.equal((await talk.deliver(talk.alert({ action: "resolve" }))).kind, "delivered");
  assert.match(seen(talk)[0] ?? "", /^✅ Resolved: Disk full/);
});

for (const error of [
  "cant_update_message",
  "edit_window_closed",
  "is_inactive",
  "block_mismatch",
]) {
  test(`an edit refused with ${error} is told in the thread, and not tried again`, async (t) => {
    const talk = await openSlackTalk(t);
    await talk.deliver(talk.alert());
    talk.slack.refuseNext(1, error, { path: "chat.update" });
    assert.equal((await talk.deliver(talk.alert())).kind, "delivered");
    await talk.deliver(talk.alert());
    await talk.deliver(talk.alert({ action: "resolve" }));
    assert.equal(talk.methods.filter((method) => method === "chat.update").length, 1);
    const [message, ...replies] = seen(talk);
    assert.match(message ?? "", /^🟠 High/);
    assert.match(replies[0] ?? "", /^> 🔁 Seen for the 2nd time/);
    assert.match(replies[1] ?? "", /^> 🔁 Seen for the 3rd time/);
    assert.match(replies[2] ?? "", /^> ✅ Resolved after/);
  });
}

test("blocks refused in an edit are edited in as plain text", async (t) => {
  const talk = await openSlackTalk(t);
  await talk.deliver(talk.alert());
  talk.slack.refuseNext(1, "invalid_blocks", { path: "chat.update" });
  const outcome = await talk.deliver(talk.alert());
  assert.match(outcome.detail ?? "", /degraded/);
  assert.ok(outcome.kind === "delivered" && outcome.isDegraded === true);
  assert.match(seen(talk)[0] ?? "", /^\*🟠 High: Disk full\* \| \*Open\* · seen 2 times/);
  assert.equal(seen(talk).length, 2);
});

for (const error of ["cannot_reply_to_message", "restricted_action_thread_locked"]) {
  test(`a reply refused with ${error} is a message of its own`, async (t) => {
    const talk = await openSlackTalk(t);
    const isReply = { where: (request: { body: string }) => request.body.includes("thread_ts") };
    await talk.deliver(talk.alert());
    talk.slack.refuseNext(1, error, isReply);
    await talk.deliver(talk.alert());
    assert.match(seen(talk)[1] ?? "", /^🟠 High: Disk full \| \*Open\* · seen 2 times/);
    talk.slack.refuseNext(1, error, isReply);
    await talk.deliver(talk.alert({ action: "resolve" }));
    assert.match(seen(talk)[2] ?? "", /^✅ Resolved: Disk full/);
  });
}

test("a retry repeats no step that was done and counts no trigger twice", async (t) => {
  const talk = await openSlackTalk(t);
  await talk.deliver(talk.alert());
  const [repeat, other] = [talk.alert(), talk.alert()];
  const deliveryId = "019b7600-0000-7000-8000-00000000000b";
  talk.slack.refuseNext(1, "service_unavailable", { path: "chat.postMessage" });
  assert.equal((await talk.deliver(repeat, { deliveryId })).kind, "retry");
  // Another trigger of the key comes in between.
  await talk.deliver(other);
  await talk.deliver(repeat, { deliveryId });
  assert.equal(talk.methods.filter((method) => method === "chat.update").length, 2);
  const [message, ...replies] = seen(talk);
  assert.match(message ?? "", /seen 3 times/);
  assert.match(replies[0] ?? "", /^> 🔁 Seen for the 3rd time/);
  assert.match(replies[1] ?? "", /^> 🔁 Seen for the 2nd time/);

  const closing = talk.alert({ action: "resolve" });
  talk.slack.refuseNext(1, "internal_error", { path: "chat.postMessage" });
  assert.equal((await talk.deliver(closing, { deliveryId: "closing" })).kind, "retry");
  await talk.deliver(closing, { deliveryId: "closing" });
  assert.equal(talk.methods.filter((method) => method === "chat.update").length, 3);
  assert.match(seen(talk).at(-1) ?? "", /^> ✅ Resolved/);
});

test("edits that are rate limited hold up no trigger, but a resolve waits for them", async (t) => {
  const talk = await openSlackTalk(t, { rates: { callsPerMinute: { "chat.update": 1 } } });
  for (let count = 0; count < 3; count++) {
    assert.equal((await talk.deliver(talk.alert())).kind, "delivered");
    talk.clock.advance(2_000);
  }
  assert.match(seen(talk)[0] ?? "", /seen 2 times/);
  assert.match(seen(talk)[2] ?? "", /^> 🔁 Seen for the 3rd time/);
  const limited = await talk.deliver(talk.alert({ action: "resolve" }), { deliveryId: "closing" });
  assert.ok(limited.kind === "retry" && limited.reason === "rate_limited");
  talk.clock.advance(limited.retryAfterMs ?? 0);
  await talk.deliver(talk.alert({ action: "resolve" }), { deliveryId: "closing" });
  assert.match(seen(talk)[0] ?? "", /^✅ Resolved: Disk full \| .* seen 3 times/);
});

test("triggers told together are one message with their count, or one edit and one reply", async (t) => {
  const talk = await openSlackTalk(t);
  const burst = (count: number, more = {}) => ({
    earlier: Array.from({ length: count - 1 }, () => talk.alert(more)),
  });
  await talk.deliver(talk.alert({ severityId: 3 }), burst(60));
  assert.equal(seen(talk).length, 1);
  assert.match(seen(talk)[0] ?? "", /^🟠 High: Disk full \| \*Open\* · seen 60 times/);
  talk.clock.advance(60_000);
  await talk.deliver(talk.alert(), burst(40, { severityId: 5 }));
  assert.deepEqual(talk.methods, ["chat.postMessage", "chat.update", "chat.postMessage"]);
  assert.match(seen(talk)[0] ?? "", /^🔴 Critical: Disk full \| .*seen 100 times/);
  assert.match(seen(talk)[1] ?? "", /Now 🔴 Critical.*Seen 40 times more, 100 in all/);
});

test("what fired and resolved before it could be posted is one message", async (t) => {
  const talk = await openSlackTalk(t);
  await talk.deliver(talk.alert(), { isResolveWaiting: true });
  await talk.deliver(talk.alert(), { isResolveWaiting: true });
  const resolved = await talk.deliver(talk.alert({ action: "resolve" }));
  assert.ok(resolved.kind === "delivered");
  assert.match(resolved.detail ?? "", /told already/);
  assert.deepEqual(resolved.memory, {});
  assert.equal(seen(talk).length, 1);
  assert.match(
    seen(talk)[0] ?? "",
    /^✅ Fired and resolved: Disk full \| 🟠 High · \*resolved\* before it could be posted · seen 2 times/,
  );
  await talk.deliver(talk.alert());
  assert.equal(seen(talk)[1], "🟠 High: Disk full | On db-1");
});

test("a resolve that waits behind a repeat of an open message is told by itself", async (t) => {
  const talk = await openSlackTalk(t);
  await talk.deliver(talk.alert());
  await talk.deliver(talk.alert(), { isResolveWaiting: true });
  await talk.deliver(talk.alert({ action: "resolve" }));
  assert.match(seen(talk)[0] ?? "", /^✅ Resolved/);
  assert.match(seen(talk)[2] ?? "", /^> ✅ Resolved/);
});

test("alerts that share a key only by default are messages of their own; a resolve edits them all", async (t) => {
  const talk = await openSlackTalk(t);
  const byDefault = { hasExplicitKey: false, dedupKey: "rule-1" };
  for (let count = 0; count < 22; count++) await talk.deliver(talk.alert(byDefault));
  assert.equal(seen(talk).length, 22);
  assert.ok(JSON.stringify(talk.memories.get("rule-1")).length < 20_000);
  const acknowledged = await talk.deliver(talk.alert({ ...byDefault, action: "acknowledge" }));
  assert.equal(acknowledged.kind, "delivered");
  await talk.deliver(talk.alert({ ...byDefault, action: "resolve" }));
  const headers = seen(talk).map((line) => line.split(":")[0]);
  assert.equal(headers.filter((header) => header === "✅ Resolved").length, 20);
  assert.deepEqual(headers.slice(0, 2), ["🟠 High", "🟠 High"]);
  assert.equal(headers.length, 22, "no reply and no new message");
});

test("a resolve or acknowledge with nothing open posts a message that says so", async (t) => {
  const talk = await openSlackTalk(t);
  await talk.deliver(talk.alert({ action: "acknowledge" }));
  await talk.deliver(talk.alert({ action: "resolve" }));
  assert.deepEqual(seen(talk), [
    "👀 Acknowledged: Disk full | On db-1",
    "✅ Resolved: Disk full | On db-1",
  ]);
});

test("a message in a channel the sink has left is still closed, and no reason to call the sink broken", async (t) => {
  const talk = await openSlackTalk(t);
  await talk.deliver(talk.alert());
  const settings = { slack_integration_id: "x", channel_id: "C0OUTSIDE01", channel_name: null };
  await talk.deliver(talk.alert(), { settings });
  assert.equal(talk.slack.messages("not-invited").length, 1, "a repeat begins anew there");
  await talk.deliver(talk.alert({ dedupKey: "two" }));
  talk.slack.refuseNext(2, "channel_not_found", { path: "chat.update" });
  const closed = await talk.deliver(talk.alert({ dedupKey: "two", action: "resolve" }), {
    settings,
  });
  assert.equal(closed.kind, "delivered");
  assert.match(talk.slack.messages("not-invited")[1]?.text ?? "", /^✅ Resolved/);
});

test("a second acknowledge of default keys has nothing to send", async (t) => {
  const talk = await openSlackTalk(t);
  const byDefault = { hasExplicitKey: false };
  await talk.deliver(talk.alert(byDefault));
  for (let count = 0; count < 2; count++) {
    const outcome = await talk.deliver(talk.alert({ ...byDefault, action: "acknowledge" }));
    assert.equal(outcome.kind, "delivered");
  }
  assert.deepEqual(talk.methods, ["chat.postMessage", "chat.update"]);
});

test("when no edit of a resolve is taken, the newest message gets a reply", async (t) => {
  const talk = await openSlackTalk(t);
  const byDefault = { hasExplicitKey: false };
  await talk.deliver(talk.alert(byDefault));
  await talk.deliver(talk.alert(byDefault));
  talk.slack.changeChannel(channel, { isEditWindowClosed: true });
  await talk.deliver(talk.alert({ ...byDefault, action: "resolve" }));
  assert.equal(seen(talk).length, 3);
  assert.match(seen(talk)[2] ?? "", /^> ✅ Resolved/);
});
