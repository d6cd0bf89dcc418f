import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { hostileAlert } from "../../../test/support/hostile-alerts.ts";
import {
  after,
  answered,
  inputFor,
  readSink,
  requestOf,
} from "../../../test/support/sink-steps.ts";
import { assertSlackTakes } from "../../../test/support/slack-limits.ts";
import type { JsonObject } from "../../domain/json.ts";
import { Secret } from "../../secret.ts";
import type { StepInput } from "../sink-type.ts";
import { slack } from "./slack.ts";

const slack_integration_id = "00000000-0000-0000-0000-000000000001";
const secrets = { bot_token: new Secret("xoxb-1-2-abcdef") };
const sinkWith = (args: JsonObject): StepInput =>
  inputFor({ settings: readSink(slack, { slack_integration_id, ...args }).settings, secrets });

const byId = sinkWith({ channel_id: "C12345678" });
const byName = sinkWith({ channel: "#security-alerts" });
const posted = answered({ ok: true, channel: "C12345678", ts: "1503435956.000247" });

const degradedIn = (delivery_id: string) => ({
  progress: [{ delivery_id, degraded: "invalid_blocks" }],
});

const channel = (id: string, name: string, more: JsonObject = {}) => ({ id, name, ...more });
const page = (channels: JsonObject[], next_cursor = "") =>
  answered({ ok: true, channels, response_metadata: { next_cursor } });

test("a post is JSON in UTF-8 with the token in its header only", () => {
  const request = requestOf(slack.step(byId));
  assert.equal(request.url, "https://slack.com/api/chat.postMessage");
  assert.equal(request.headers["content-type"], "application/json; charset=utf-8");
  assert.equal(request.headers["authorization"], "Bearer xoxb-1-2-abcdef");
  assert.ok(!request.body.includes("xoxb") && !request.url.includes("xoxb"));
  assert.equal(JSON.parse(request.body).channel, "C12345678");
  assert.equal(slack.outcome(posted, byId).kind, "delivered");
});

test("a channel known by name is looked up page by page, then posted to", () => {
  let input = byName;
  const cursors: (string | null)[] = [];
  const memories: number[] = [];
  for (const cursor of ["dGVhbTpDMDY=", "dGVhbTpDMDc="]) {
    const url = new URL(requestOf(slack.step(input)).url);
    assert.equal(url.pathname, "/api/conversations.list");
    assert.equal(url.searchParams.get("exclude_archived"), "true");
    assert.equal(url.searchParams.get("types"), "public_channel,private_channel");
    assert.ok(Number(url.searchParams.get("limit")) < 1000);
    cursors.push(url.searchParams.get("cursor"));
    const outcome = slack.outcome(page([channel("C1", "general")], cursor), input);
    assert.equal(outcome.kind, "next");
    input = after(input, outcome);
    memories.push(JSON.stringify(input.memory).length);
  }
  assert.deepEqual(cursors, [null, "dGVhbTpDMDY="]);
  assert.equal(memories[0], memories[1], "memory grows");

  const found = slack.outcome(page([channel("C777", "security-alerts")]), input);
  assert.equal(found.kind, "next");
  input = after(input, found);
  assert.deepEqual(input.memory, {});
  assert.equal(JSON.parse(requestOf(slack.step(input)).body).channel, "C777");
  assert.deepEqual(slack.configuration(input), {
    channel_id: "C777",
    channel_name: "security-alerts",
    slack_integration_id,
  });
});

test("a name that no page has is a definite no, and says what to do", () => {
  const outcome = slack.outcome(page([channel("C1", "general")]), byName);
  assert.ok(outcome.kind === "rejected" && outcome.reason === "not_found");
  assert.match(outcome.detail, /#security-alerts.*\/invite @/);
});

test("a rate limit in the middle of a search is waited for, and the search goes on there", () => {
  const input = after(byName, slack.outcome(page([], "cursor1"), byName));
  const limited = slack.outcome(answered({ ok: false, error: "ratelimited" }), input);
  assert.ok(limited.kind === "retry" && limited.memory === undefined);
  assert.equal(
    new URL(requestOf(slack.step(after(input, limited))).url).searchParams.get("cursor"),
    "cursor1",
  );
});

test("a cursor kept for one name is not used for another", () => {
  const input = after(byName, slack.outcome(page([], "cursor1"), byName));
  const renamed = { ...sinkWith({ channel: "#other" }), memory: input.memory };
  assert.equal(new URL(requestOf(slack.step(renamed)).url).searchParams.get("cursor"), null);
});

test("a cursor that has run out starts the search anew; without one it is an error", () => {
  const input = after(byName, slack.outcome(page([], "cursor1"), byName));
  const invalid = answered({ ok: false, error: "invalid_cursor" });
  const again = slack.outcome(invalid, input);
  assert.equal(again.kind, "next");
  assert.equal(
    new URL(requestOf(slack.step(after(input, again))).url).searchParams.get("cursor"),
    null,
  );
  assert.equal(slack.outcome(invalid, byName).kind, "retry");
});

test("without the scope for private channels the public ones are searched", () => {
  const refused = answered({ ok: false, error: "missing_scope", needed: "groups:read" });
  const outcome = slack.outcome(refused, byName);
  assert.equal(outcome.kind, "next");
  const input = after(byName, outcome);
  assert.equal(
    new URL(requestOf(slack.step(input)).url).searchParams.get("types"),
    "public_channel",
  );
  assert.match(slack.outcome(page([]), input).detail ?? "", /groups:read/);
  const none = answered({ ok: false, error: "missing_scope", needed: "channels:read,groups:read" });
  assert.equal(slack.outcome(none, input).kind, "rejected");
});

test("a page that was cut is no proof that a channel is missing", () => {
  const whole = page([channel("C1", "x".repeat(50))], "cursor1");
  const cut = slack.outcome({ ...whole, body: whole.body.slice(0, -40) }, byName);
  assert.ok(cut.kind === "retry" && cut.reason === "bad_response");
});

test("refused blocks go out once more as plain text, marked as degraded", () => {
  const refused = answered({ ok: false, error: "invalid_blocks" });
  const outcome = slack.outcome(refused, byId);
  assert.equal(outcome.kind, "next");
  const input = after(byId, outcome);
  const body = JSON.parse(requestOf(slack.step(input)).body);
  assert.equal(body.blocks, undefined);
  assert.match(body.text, /AWS CloudTrail - Account closure/);
  assert.match(body.text, /<https:\/\/app\.scanner\.dev\/[^|]+\|View in Scanner>/);
  const delivered = slack.outcome(posted, input);
  assert.equal(delivered.kind, "delivered");
  assert.equal(delivered.memory?.["progress"], undefined);
  assert.match(delivered.detail ?? "", /degraded.*plain text.*invalid_blocks/);
});

test("plain text that is refused too is final", () => {
  const refused = answered({ ok: false, error: "msg_too_long" });
  const input = after(byId, slack.outcome(refused, byId));
  const outcome = slack.outcome(refused, input);
  assert.ok(outcome.kind === "rejected" && outcome.reason === "payload_refused");
  assert.deepEqual(outcome.memory, {});
});

test("a degraded delivery does not degrade the next one of its key", () => {
  const input = { ...byId, memory: degradedIn("another delivery") };
  assert.notEqual(JSON.parse(requestOf(slack.step(input)).body).blocks, undefined);
});

test("a success whose echo was cut is a success: trying again would post twice", () => {
  const echo = answered({
    ok: true,
    channel: "C1",
    ts: "1.2",
    message: { text: "é".repeat(9_000) },
  });
  const outcome = slack.outcome({ ...echo, body: echo.body.slice(0, 4_000) }, byId);
  assert.equal(outcome.kind, "delivered");
  const fake = slack.outcome({ ...echo, body: '{"message":{"ok":true' }, byId);
  assert.equal(fake.kind, "retry");
});

test("ok in a body with a failing status is no success", () => {
  const outcome = slack.outcome({ ...posted, status: 502 }, byId);
  assert.ok(outcome.kind === "retry" && outcome.reason === "server_error");
});

test("plain text keeps the limits too, whatever the alert holds", () => {
  fc.assert(
    fc.property(hostileAlert, (alert) => {
      const { body } = requestOf(
        slack.step({ ...byId, alert, memory: degradedIn(byId.deliveryId) }),
      );
      assertSlackTakes(body);
    }),
    { numRuns: 60 },
  );
});
