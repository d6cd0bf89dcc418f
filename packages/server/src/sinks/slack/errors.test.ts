import assert from "node:assert/strict";
import { test } from "node:test";
import { answered, inputFor, readSink } from "../../../test/support/sink-steps.ts";
import { Secret } from "../../secret.ts";
import { slackErrorRule, slackErrors } from "./errors.ts";
import { slack } from "./slack.ts";

const input = inputFor({
  settings: {
    ...readSink(slack, {
      channel_id: "C12345678",
      slack_integration_id: "00000000-0000-0000-0000-000000000001",
    }).settings,
    channel_name: "security-alerts",
  },
  secrets: { bot_token: new Secret("xoxb-1-2-abcdef") },
});

const triedToJoin = {
  progress: [{ delivery_id: input.deliveryId, has_tried_to_join: true }],
};

const degradedMemory = {
  progress: [{ delivery_id: input.deliveryId, degraded: "invalid_blocks" }],
};

const outcomeOf = (error: string, more: object = {}) =>
  slack.outcome(answered({ ok: false, error, ...more }), input);

/** The table of the platform notes, section B1, word for word: what each string means for a post. */
const expected: Readonly<Record<string, string>> = {
  "retry rate_limited": "ratelimited rate_limited message_limit_exceeded",
  "retry server_error":
    "service_unavailable request_timeout team_added_to_org org_login_required streaming_state_conflict external_channel_migrating update_failed",
  "retry server_error ambiguous": "internal_error fatal_error",
  "rejected auth_failed":
    "invalid_auth not_authed account_inactive token_revoked not_allowed_token_type two_factor_setup_required missing_scope no_permission access_denied app_access_restricted accesslimited ekm_access_denied enterprise_is_restricted restricted_action restricted_action_read_only_channel",
  "retry auth_failed": "token_expired",
  "rejected not_found": "channel_not_found is_archived team_not_found messages_tab_disabled",
  "retry client_error":
    "cannot_reply_to_message restricted_action_thread_locked restricted_action_non_threadable_channel invalid_thread_ts thread_not_found message_not_found cant_update_message edit_window_closed is_inactive block_mismatch",
  next: "not_in_channel missing_post_type invalid_json json_not_object invalid_attachments invalid_blocks invalid_blocks_format msg_blocks_too_long msg_too_long no_text too_many_attachments attachment_payload_limit_exceeded metadata_too_large invalid_metadata_format invalid_metadata_schema markdown_text_conflict invalid_arg_name invalid_arguments invalid_charset invalid_form_data invalid_post_type",
  "rejected internal": "method_deprecated deprecated_endpoint unknown_method",
  "retry bad_response": "some_error_of_next_year",
};

const beyondTheNotes = [
  "team_access_not_granted",
  "method_not_supported_for_channel_type",
  "(any other)",
];

test("each of Slack's error strings leads to what the table says", () => {
  for (const [meaning, errors] of Object.entries(expected)) {
    for (const error of errors.split(" ")) {
      const outcome = outcomeOf(error);
      const parts =
        outcome.kind === "retry"
          ? [outcome.kind, outcome.reason, ...(outcome.ambiguous ? ["ambiguous"] : [])]
          : outcome.kind === "rejected"
            ? [outcome.kind, outcome.reason]
            : [outcome.kind];
      assert.equal(parts.join(" "), meaning, error);
      if (outcome.kind !== "next") assert.ok(outcome.detail?.includes(error), error);
      const isExpired = outcome.kind === "retry" && outcome.isTokenExpired === true;
      assert.equal(isExpired, error === "token_expired", error);
      if (outcome.kind === "rejected") assert.equal(outcome.isSinkFault, true, error);
    }
  }
});

test("the table as data has a sentence for every string", () => {
  const listed = Object.values(expected).join(" ").split(" ");
  for (const { error, cure, reaction } of slackErrors) {
    assert.match(cure, /^[A-Z#].+\.$/, error);
    assert.doesNotMatch(cure, /[{}]/, error);
    assert.ok(reaction.length > 10, error);
    const isExpected = listed.some((each) => each.startsWith(error.replace("*", "")));
    assert.ok(isExpected || beyondTheNotes.includes(error), `${error} is in no test`);
  }
  assert.equal(slackErrorRule("restricted_action_whatever").class, "permission");
  assert.equal(new Set(slackErrors.map(({ error }) => error)).size, slackErrors.length);
});

test("cures name the channel and the scope", () => {
  const outside = { ...input, memory: triedToJoin };
  const left = slack.outcome(answered({ ok: false, error: "not_in_channel" }), outside);
  assert.match(
    left.detail ?? "",
    /Invite the app to #security-alerts: .* \/invite @ and the app's/,
  );
  const named = { ...outside, settings: { ...outside.settings, slack_bot_name: "event_sinks" } };
  const told = slack.outcome(answered({ ok: false, error: "not_in_channel" }), named);
  assert.match(told.detail ?? "", /#security-alerts in Slack and send \/invite @event_sinks\./);
  assert.match(outcomeOf("is_archived").detail ?? "", /#security-alerts is archived/);
  const scope = outcomeOf("missing_scope", { needed: "chat:write", provided: "channels:read" });
  assert.match(scope.detail ?? "", /lacks the scope chat:write/);
});

test("a rate limit waits as long as Slack asks, with and without status 429", () => {
  const body = { ok: false, error: "ratelimited" };
  for (const status of [200, 429]) {
    const asked = slack.outcome(
      answered(body, { status, headers: { "retry-after": "12" } }),
      input,
    );
    assert.ok(asked.kind === "retry" && asked.reason === "rate_limited");
    assert.equal(asked.retryAfterMs, 12_000);
    const unasked = slack.outcome(answered(body, { status }), input);
    assert.ok(unasked.kind === "retry" && unasked.retryAfterMs === 30_000);
  }
  const quota = outcomeOf("message_limit_exceeded");
  assert.ok(quota.kind === "retry" && quota.retryAfterMs === 3_600_000);
});

test("Slack's explanation of an error reaches the reader", () => {
  const messages = ["[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"];
  const degraded = { ...input, memory: degradedMemory };
  const outcome = slack.outcome(
    answered({ ok: false, error: "invalid_blocks", response_metadata: { messages } }),
    degraded,
  );
  assert.match(outcome.detail ?? "", /must be less than 3001/);
});

test("a channel's name cannot play tricks with the cure", () => {
  const tricky = { ...input, settings: { ...input.settings, channel_name: "$&$1{needed}" } };
  const { detail } = slack.outcome(answered({ ok: false, error: "is_archived" }), tricky);
  assert.match(detail ?? "", /#\$&\$1/);
});
