import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { callSlack } from "../../test/slack-test-client.ts";
import { createTokenBuckets } from "./post-rate.ts";
import { defaultSlackToken as token } from "./slack-config.ts";
import { type SlackSimulator, startSlackSimulator } from "./slack-simulator.ts";

const channel = "C0ALERTS001";
const form = "application/x-www-form-urlencoded";
let now = Date.UTC(2026, 0, 1);
const clock = { now: () => now, setTimer: () => ({ cancel: () => undefined }) };
let simulator: SlackSimulator | undefined;

beforeEach(async () => {
  await simulator?.stop();
  simulator = await startSlackSimulator({ clock });
});
after(() => simulator?.stop());

function sim(): SlackSimulator {
  assert.ok(simulator);
  return simulator;
}

type Options = Parameters<typeof callSlack>[3];
const call = (method: string, args: unknown = {}, options: Options = { token }) =>
  callSlack(sim(), method, args, options);
const post = (args: object = {}) => call("chat.postMessage", { channel, text: "hi", ...args });
const quiet = () => {
  now += 60_000;
};

async function assertRefused(method: string, args: unknown, error: string, options?: Options) {
  const answer = await call(method, args, options);
  assert.equal(answer.status, 200);
  assert.equal(answer.body["ok"], false);
  assert.equal(answer.body.error, error);
  return answer;
}

test("auth.test names team and bot", async () => {
  const { status, body, headers } = await call("auth.test");
  assert.equal(status, 200);
  assert.equal(body["ok"], true);
  assert.equal(body["team_id"], "T0SIMULATED");
  assert.equal(body["bot_id"], "B0SIMULATED");
  assert.match(headers.get("x-oauth-scopes") ?? "", /chat:write/);
});

test("tokens: none, unknown, revoked, and none in a JSON body or a query", async () => {
  await assertRefused("auth.test", {}, "not_authed", {});
  await assertRefused("auth.test", {}, "invalid_auth", { token: "xoxb-other" });
  await assertRefused("auth.test", { token }, "not_authed", {});
  const byQuery = await fetch(`${sim().url}auth.test?token=${token}`);
  assert.deepEqual(await byQuery.json(), { ok: false, error: "not_authed" });
  assert.equal((await call("auth.test", { token }, { type: form })).body["ok"], true);
  sim().setTokenError(token, "token_revoked");
  await assertRefused("auth.test", {}, "token_revoked");
  sim().setTokenError(token, null);
  assert.equal((await call("auth.test")).body["ok"], true);
});

test("a missing scope is named together with those the token has", async () => {
  const workspace = {
    id: "T1",
    name: "n",
    domain: "d",
    channels: [{ id: channel, name: "a", isMember: true }],
    tokens: [{ token: "xoxb-few", scopes: ["channels:read"] }],
  };
  const few = await startSlackSimulator({ workspaces: [workspace] });
  try {
    const { body } = await callSlack(
      few,
      "chat.postMessage",
      { channel, text: "hi" },
      { token: "xoxb-few" },
    );
    assert.deepEqual(body, {
      ok: false,
      error: "missing_scope",
      needed: "chat:write",
      provided: "channels:read",
    });
  } finally {
    await few.stop();
  }
  await assertRefused("conversations.join", { channel }, "missing_scope");
  await assertRefused("chat.postMessage", { channel, text: "x", username: "Me" }, "missing_scope");
});

test("an unknown method says so", async () => {
  const { body } = await assertRefused("chat.shout", {}, "unknown_method");
  assert.equal(body["req_method"], "chat.shout");
});

test("bodies that cannot be read are refused, charsets remarked on", async () => {
  await assertRefused("chat.postMessage", "{", "invalid_json");
  await assertRefused("chat.postMessage", '{"text":"\\ud800"}', "invalid_json");
  await assertRefused("chat.postMessage", "[]", "json_not_object");
  await assertRefused("chat.postMessage", "a", "invalid_post_type", { token, type: "text/html" });
  await assertRefused("chat.postMessage", "{}", "invalid_charset", {
    token,
    type: "application/json; charset=utf-7",
  });
  await assertRefused("chat.postMessage", { "channel[0]": 1 }, "invalid_arg_name");
  const bare = await call("auth.test", {}, { token, type: "application/json" });
  assert.equal(bare.body["warning"], "missing_charset");
  assert.deepEqual(bare.body["response_metadata"], { warnings: ["missing_charset"] });
  const superfluous = await call(
    "auth.test",
    { a: "b" },
    { token, type: `${form}; charset=utf-8` },
  );
  assert.equal(superfluous.body["warning"], "superfluous_charset");
  const fine = await call("auth.test");
  assert.equal(fine.body["warning"], undefined);
});

test("a post is kept and answered with channel id, ts and message", async () => {
  const { body } = await call("chat.postMessage", { channel: "#security-alerts", text: "hi" });
  assert.equal(body["channel"], channel);
  assert.match(String(body["ts"]), /^\d{10}\.\d{6}$/);
  const [message] = sim().messages("security-alerts");
  assert.equal(message?.text, "hi");
  assert.equal(message?.ts, body["ts"]);
  assert.equal(message?.postedAt, now);
});

test("a form body with JSON in blocks works as well", async () => {
  const blocks = JSON.stringify([{ type: "divider" }]);
  const { body } = await call(
    "chat.postMessage",
    { channel, text: "a", blocks },
    { token, type: form },
  );
  assert.equal(body["ok"], true);
  assert.deepEqual(sim().messages(channel)[0]?.blocks, [{ type: "divider" }]);
});

test("each kind of channel refuses posts in its own words", async () => {
  const to = (id: string) => ({ channel: id, text: "hi" });
  await assertRefused("chat.postMessage", to("C0NOWHERE"), "channel_not_found");
  await assertRefused("chat.postMessage", to("C0PRIVATE02"), "channel_not_found");
  await assertRefused("chat.postMessage", to("C0OUTSIDE01"), "not_in_channel");
  await assertRefused("chat.postMessage", to("C0ARCHIVED1"), "is_archived");
  assert.equal((await call("chat.postMessage", to("C0PRIVATE01"))).body["ok"], true);
  sim().changeChannel(channel, { postError: "restricted_action_read_only_channel" });
  await assertRefused("chat.postMessage", to(channel), "restricted_action_read_only_channel");
  const { body } = await assertRefused("chat.postMessage", { text: "x" }, "invalid_arguments");
  assert.deepEqual(body["response_metadata"], {
    messages: ["[ERROR] missing required field: channel"],
  });
});

test("chat:write.public and channels:join each open a public channel", async () => {
  const scopes = ["chat:write", "chat:write.public", "channels:join", "channels:read"];
  const channels = [
    { id: "C1", name: "public" },
    { id: "C2", name: "secret", isPrivate: true },
    { id: "C3", name: "inside", isPrivate: true, isMember: true },
    { id: "C4", name: "gone", isArchived: true },
  ];
  const workspace = {
    id: "T1",
    name: "n",
    domain: "d",
    channels,
    tokens: [{ token: "t", scopes }],
  };
  const open = await startSlackSimulator({ workspaces: [workspace] });
  try {
    const at = (method: string, id: string) =>
      callSlack(open, method, { channel: id, text: "hi" }, { token: "t" });
    assert.equal((await at("chat.postMessage", "C1")).body["ok"], true);
    assert.equal((await at("conversations.join", "C1")).body["ok"], true);
    const again = await at("conversations.join", "C1");
    assert.equal(again.body["warning"], "already_in_channel");
    assert.equal((await at("conversations.join", "C2")).body.error, "channel_not_found");
    assert.equal(
      (await at("conversations.join", "C3")).body.error,
      "method_not_supported_for_channel_type",
    );
    assert.equal((await at("conversations.join", "C4")).body.error, "is_archived");
  } finally {
    await open.stop();
  }
});

test("conversations.info shows what the bot can see, and reads no JSON body", async () => {
  const info = (id: string) => call("conversations.info", { channel: id }, { token, type: form });
  const { body } = await info(channel);
  assert.equal((body["channel"] as { name: string }).name, "security-alerts");
  assert.equal((body["channel"] as { is_member: boolean }).is_member, true);
  assert.equal((await info("C0PRIVATE01")).body["ok"], true);
  assert.equal((await info("C0PRIVATE02")).body.error, "channel_not_found");
  await assertRefused("conversations.info", { channel }, "invalid_arguments");
  const response = await fetch(`${sim().url}conversations.info?channel=${channel}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  assert.equal(((await response.json()) as { ok: boolean }).ok, true);
});

test("conversations.list pages with cursors, by type, archived left out after the cut", async () => {
  const list = (args: Record<string, string>) =>
    call("conversations.list", args, { token, type: form });
  const ids = (answer: Awaited<ReturnType<typeof list>>) =>
    (answer.body["channels"] as { id: string }[]).map((each) => each.id);
  const cursorOf = (answer: Awaited<ReturnType<typeof list>>) =>
    (answer.body["response_metadata"] as { next_cursor: string }).next_cursor;
  const types = "public_channel,private_channel";
  const first = await list({ types, limit: "3" });
  assert.deepEqual(ids(first), [channel, "C0PRIVATE01", "C0OUTSIDE01"]);
  const last = await list({ types, limit: "3", cursor: cursorOf(first) });
  assert.deepEqual(ids(last), ["C0ARCHIVED1"]);
  assert.equal(cursorOf(last), "");
  assert.deepEqual(ids(await list({})), [channel, "C0OUTSIDE01", "C0ARCHIVED1"]);
  const page = await list({ limit: "2", cursor: "", exclude_archived: "true" });
  const empty = await list({ limit: "2", cursor: cursorOf(page), exclude_archived: "true" });
  assert.deepEqual(ids(empty), []);
  assert.equal((await list({ limit: "1000" })).body.error, "invalid_limit");
  assert.equal((await list({ limit: "0" })).body.error, "invalid_limit");
  assert.equal((await list({ cursor: "zzz" })).body.error, "invalid_cursor");
  assert.equal((await list({ types: "channel" })).body.error, "invalid_types");
});

test("a thread needs its parent's ts, as a string", async () => {
  const parent = String((await post()).body["ts"]);
  const reply = await post({ thread_ts: parent, reply_broadcast: true, text: "re" });
  assert.equal(reply.body["ok"], true);
  quiet();
  const asNumber = await post({ thread_ts: Number(parent) });
  assert.equal(asNumber.body.error, "invalid_thread_ts");
  assert.equal((await post({ thread_ts: "1503435956.000247" })).body.error, "thread_not_found");
  quiet();
  assert.equal((await post({ thread_ts: reply.body["ts"] })).body.error, "thread_not_found");
  const [inThread] = sim().thread(channel, parent);
  assert.equal(inThread?.text, "re");
  assert.equal(inThread?.isBroadcast, true);
  sim().deleteMessage(channel, parent);
  assert.equal((await post({ thread_ts: parent })).body.error, "thread_not_found");
});

test("an update edits in place and keeps what was there; without blocks they go", async () => {
  const ts = String((await post({ blocks: [{ type: "divider" }] })).body["ts"]);
  const { body } = await call("chat.update", { channel, ts, text: "resolved" });
  assert.equal(body["ok"], true);
  assert.equal(body["text"], "resolved");
  const [message] = sim().messages(channel);
  assert.equal(message?.text, "resolved");
  assert.equal(message?.blocks, null);
  assert.equal(message?.edits[0]?.text, "hi");
  assert.deepEqual(message?.edits[0]?.blocks, [{ type: "divider" }]);
});

test("an update is refused for the reasons Slack has", async () => {
  const ts = String((await post()).body["ts"]);
  const good = { channel, ts, text: "new" };
  await assertRefused("chat.update", { ...good, channel: "security-alerts" }, "channel_not_found");
  await assertRefused("chat.update", { ...good, ts: "1503435956.000247" }, "message_not_found");
  await assertRefused("chat.update", { ...good, text: "" }, "no_text");
  await assertRefused("chat.update", { ...good, text: "x".repeat(4_001) }, "msg_too_long");
  assert.equal((await call("chat.update", { ...good, text: "x".repeat(4_000) })).body["ok"], true);
  sim().changeChannel(channel, { isEditWindowClosed: true });
  await assertRefused("chat.update", good, "edit_window_closed");
  sim().changeChannel(channel, { isArchived: true });
  await assertRefused("chat.update", good, "is_inactive");
  sim().changeChannel(channel, { isArchived: false, isEditWindowClosed: false });
  sim().deleteMessage(channel, ts);
  await assertRefused("chat.update", good, "message_not_found");
});

test("another bot's message cannot be updated", async () => {
  const tokens = ["a", "b"].map((name) => ({ token: name, scopes: ["chat:write"], botId: name }));
  const channels = [{ id: "C1", name: "c", isMember: true }];
  const workspace = { id: "T1", name: "n", domain: "d", channels, tokens };
  const two = await startSlackSimulator({ workspaces: [workspace] });
  try {
    const args = { channel: "C1", text: "hi" };
    const { body } = await callSlack(two, "chat.postMessage", args, { token: "a" });
    const update = { ...args, ts: body["ts"] };
    const refused = await callSlack(two, "chat.update", update, { token: "b" });
    assert.equal(refused.body.error, "cant_update_message");
  } finally {
    await two.stop();
  }
});

test("a permalink leads to an existing message", async () => {
  const ts = String((await post()).body["ts"]);
  const { body } = await call(
    "chat.getPermalink",
    { channel, message_ts: ts },
    { token, type: form },
  );
  const path = `archives/${channel}/p${ts.replace(".", "")}`;
  assert.equal(body["permalink"], `https://simulated.slack.com/${path}`);
  const missing = { channel, message_ts: "1503435956.000247" };
  await assertRefused("chat.getPermalink", missing, "message_not_found", { token, type: form });
});

test("a channel takes a short burst, then one message a second, and says how long to wait", async () => {
  for (let count = 0; count < 3; count += 1) assert.equal((await post()).body["ok"], true);
  const limited = await post();
  assert.equal(limited.status, 429);
  assert.equal(limited.headers.get("retry-after"), "1");
  assert.deepEqual(limited.body, { ok: false, error: "ratelimited" });
  now += 500;
  assert.equal((await post()).status, 429);
  assert.equal((await call("chat.postMessage", { channel: "C0PRIVATE01", text: "x" })).status, 200);
  now += 1_000;
  assert.equal((await post()).status, 200);
  assert.deepEqual(
    sim()
      .postCalls.filter((each) => each.channel === channel)
      .map((each) => [each.outcome, each.isTooEarly]),
    [
      ["ok", false],
      ["ok", false],
      ["ok", false],
      ["ratelimited", false],
      ["ratelimited", true],
      ["ok", false],
    ],
  );
  assert.equal(sim().messages(channel).length, 4);
});

test("a caller that waits exactly as told is let in, for a thousand rounds", async () => {
  const buckets = createTokenBuckets(1, 3);
  let at = 1_767_225_600_123;
  for (let round = 0; round < 1_000; round += 1) {
    const waitMs = buckets.take("c", at);
    if (waitMs === null) continue;
    at += Math.ceil(waitMs / 1000) * 1000;
    assert.equal(buckets.take("c", at), null);
  }
});

test("other methods have their tier's calls per minute", async () => {
  const list = () => call("conversations.list", {}, { token, type: form });
  for (let count = 0; count < 20; count += 1) assert.equal((await list()).status, 200);
  const limited = await list();
  assert.equal(limited.status, 429);
  assert.equal(limited.headers.get("retry-after"), "60");
  now += 60_000;
  assert.equal((await list()).status, 200);
});

test("an error can be ordered for the next calls of one method", async () => {
  sim().refuseNext(1, "internal_error", { path: "chat.postMessage" });
  assert.equal((await call("auth.test")).body["ok"], true);
  await assertRefused("chat.postMessage", { channel, text: "hi" }, "internal_error");
  assert.equal((await post()).body["ok"], true);
});
