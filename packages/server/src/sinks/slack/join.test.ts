import assert from "node:assert/strict";
import { test } from "node:test";
import { openSlackTalk } from "../../../test/support/slack-talk.ts";

const outside = { channel_id: "C0OUTSIDE01" };

test("a public channel is joined once when the app may, and the post goes out", async (t) => {
  const scopes = ["chat:write", "channels:join"];
  const talk = await openSlackTalk(t, { sinkArgs: outside, scopes });
  assert.equal((await talk.deliver(talk.alert())).kind, "delivered");
  assert.deepEqual(talk.methods, ["chat.postMessage", "conversations.join", "chat.postMessage"]);
  await talk.deliver(talk.alert({ dedupKey: "other" }));
  assert.equal(talk.methods.length, 4);
});

test("without the scope the sink is at fault, and the cure names the channel", async (t) => {
  const talk = await openSlackTalk(t, { sinkArgs: outside, scopes: ["chat:write"] });
  const outcome = await talk.deliver(talk.alert());
  assert.ok(outcome.kind === "rejected" && outcome.isSinkFault === true);
  assert.match(outcome.detail, /Invite the app to C0OUTSIDE01: .*\/invite @/);
  assert.equal(talk.methods.length, 3);
  // Somebody gives the app the scope: the next try joins.
  const again = await talk.deliver(talk.alert());
  assert.equal(again.kind, "rejected");
  assert.equal(talk.methods.filter((method) => method === "conversations.join").length, 2);
});

test("once joined in vain, the app does not join again in the same attempt", async (t) => {
  const talk = await openSlackTalk(t, { sinkArgs: outside });
  talk.slack.changeChannel("not-invited", { postError: "not_in_channel" });
  const outcome = await talk.deliver(talk.alert());
  assert.ok(outcome.kind === "rejected");
  assert.deepEqual(talk.methods, ["chat.postMessage", "conversations.join", "chat.postMessage"]);
});

test("a rate limit while joining is waited for", async (t) => {
  const scopes = ["chat:write", "channels:join"];
  const talk = await openSlackTalk(t, { sinkArgs: outside, scopes });
  talk.slack.refuseNext(1, "ratelimited", { path: "conversations.join" });
  const limited = await talk.deliver(talk.alert(), { deliveryId: "one" });
  assert.ok(limited.kind === "retry" && limited.reason === "rate_limited");
  assert.equal((await talk.deliver(talk.alert(), { deliveryId: "one" })).kind, "delivered");
  assert.equal(talk.methods.filter((method) => method === "conversations.join").length, 2);
});

test("a private channel the app is not in names the cure", async (t) => {
  const talk = await openSlackTalk(t, { sinkArgs: { channel_id: "C0PRIVATE01" } });
  const outcome = await talk.deliver(talk.alert());
  assert.ok(outcome.kind === "rejected" && outcome.isSinkFault === true);
  assert.match(outcome.detail, /private.*\/invite @/);
});
