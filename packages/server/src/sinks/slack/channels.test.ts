import assert from "node:assert/strict";
import { test } from "node:test";
import { answered } from "../../../test/support/sink-steps.ts";
import { Secret } from "../../secret.ts";
import {
  authTestRequest,
  getChannelRequest,
  readAuthTest,
  readChannelSearch,
  readGetChannel,
  startChannelSearch,
} from "./channels.ts";

const botToken = new Secret("xoxb-1-2-abcdef");
const access = { slackApi: "https://slack.com/api/", botToken };
const context = { channel: "C1", botName: "event_sinks", secrets: { bot_token: botToken }, now: 0 };

test("conversations.info is asked by query, since it takes no JSON", () => {
  const request = getChannelRequest("C1", access);
  assert.equal(request.method, "GET");
  assert.equal(request.url, "https://slack.com/api/conversations.info?channel=C1");
  assert.equal(request.headers["authorization"], "Bearer xoxb-1-2-abcdef");
});

test("a channel that is there is found with its name and whether the app is in it", () => {
  const channel = { id: "C1", name: "security", is_member: true, is_private: false };
  assert.deepEqual(readGetChannel(answered({ ok: true, channel }), context), {
    kind: "found",
    channel: { id: "C1", name: "security", isMember: true, isPrivate: false },
  });
});

test("an archived channel is a definite no", () => {
  const channel = { id: "C1", name: "old", is_archived: true };
  const answer = readGetChannel(answered({ ok: true, channel }), context);
  assert.ok(answer.kind === "failed" && answer.outcome.kind === "rejected");
  assert.match(answer.outcome.detail, /#old is archived/);
});

test("an unknown channel is a definite no, a fault of Slack's is none", () => {
  const unknown = readGetChannel(answered({ ok: false, error: "channel_not_found" }), context);
  assert.ok(unknown.kind === "failed" && unknown.outcome.kind === "rejected");
  const faults = [
    answered({ ok: false, error: "internal_error" }),
    answered({ ok: true, channel: {} }),
    { status: 503, headers: {}, body: "" },
    { status: 429, headers: { "retry-after": "3" }, body: "" },
  ];
  for (const response of faults) {
    const answer = readGetChannel(response, context);
    assert.ok(answer.kind === "failed" && answer.outcome.kind === "retry");
  }
});

test("a name is found whatever its case, by its normalised form too", () => {
  const channels = [
    { id: "C1", name: "general" },
    { id: "C2", name: "sécurité", name_normalized: "securite" },
  ];
  for (const name of ["#Securite", "SÉCURITÉ"]) {
    const answer = readChannelSearch(
      answered({ ok: true, channels }),
      startChannelSearch(name),
      context,
    );
    assert.ok(answer.kind === "found" && answer.channel.id === "C2", name);
  }
});

test("a token is checked by auth.test", () => {
  const request = authTestRequest(access);
  assert.equal(request.url, "https://slack.com/api/auth.test");
  const body = {
    ok: true,
    team: "Acme",
    team_id: "T1",
    user_id: "U1",
    user: "sinks",
    bot_id: "B1",
  };
  assert.deepEqual(readAuthTest(answered(body), context), {
    kind: "valid",
    teamId: "T1",
    teamName: "Acme",
    botUserId: "U1",
    botName: "sinks",
  });
  const refused = readAuthTest(answered({ ok: false, error: "invalid_auth" }), context);
  assert.ok(refused.kind === "failed" && refused.outcome.kind === "rejected");
});
