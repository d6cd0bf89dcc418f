/**
 * What Slack's error strings mean, in one table: the class of each, how a delivery reacts,
 * and the cure in words a person can act on. `{channel}`, `{invite}` and `{needed}` are filled in.
 *
 * Strings and their meaning: Slack's method reference for chat.postMessage, chat.update,
 * conversations.info, conversations.list and auth.test (docs.slack.dev/reference/methods,
 * read 2026-08).
 */

import type { Reason } from "../../domain/reason.ts";

/**
 * `retry`: it may pass. `refresh`: once more with a new token. `wait`: as long as Slack asks,
 * without counting as a failure. `reject`: it stays until a person acts. `join`: join the
 * channel and post again. `degrade`: the same alert once more as plain text. `post_anew`: an
 * edit or reply that cannot be, so a reply or a new message tells it instead.
 */
export type SlackReaction =
  | "retry"
  | "refresh"
  | "wait"
  | "reject"
  | "join"
  | "degrade"
  | "post_anew";

export interface SlackErrorRule {
  readonly class: string;
  readonly reaction: SlackReaction;
  readonly reason: Reason;
  /** Slack says that part of the work may have been done. */
  readonly isAmbiguous: boolean;
  /** Wait at least this long, ms. */
  readonly retryAfterMs?: number;
  readonly cure: string;
}

interface Group extends Omit<SlackErrorRule, "cure" | "isAmbiguous"> {
  readonly isAmbiguous?: boolean;
  /** Error string → cure. A trailing `*` matches any ending. */
  readonly errors: Readonly<Record<string, string>>;
}

const installAnew =
  "Install the Slack app in the workspace again and store its new bot token as a Slack integration.";
const askAdmin = "Ask an administrator of the Slack workspace to allow the app to post.";
const ourBug = "This is a fault in Event Sinks; please report it.";
const tooLarge = "The alert is sent once more as short plain text.";
const toldAnew = "It is told as a reply or as a new message; there is nothing to do.";
const later = "It is tried again by itself; there is nothing to do.";

const groups: readonly Group[] = [
  {
    class: "rate",
    reaction: "wait",
    reason: "rate_limited",
    errors: { ratelimited: later, rate_limited: later },
  },
  {
    class: "transient",
    reaction: "retry",
    reason: "server_error",
    errors: {
      service_unavailable: later,
      request_timeout: later,
      team_added_to_org:
        "The workspace is being moved into an organisation, which takes Slack some hours.",
      org_login_required:
        "The workspace is being moved into an organisation, which takes Slack some hours.",
    },
  },
  {
    class: "transient",
    reaction: "retry",
    reason: "server_error",
    isAmbiguous: true,
    errors: { internal_error: later, fatal_error: later },
  },
  {
    class: "token",
    reaction: "reject",
    reason: "auth_failed",
    errors: {
      invalid_auth: `The bot token is not valid, or Slack does not accept it from this address. ${installAnew}`,
      not_authed: `No bot token was sent. ${installAnew}`,
      account_inactive: `The app was removed from the workspace. ${installAnew}`,
      token_revoked: `The bot token was revoked. ${installAnew}`,
      not_allowed_token_type: "This kind of token cannot post. Store a bot token (xoxb-…).",
      two_factor_setup_required: "The workspace asks for two-factor set-up of the app's owner.",
      team_access_not_granted: `The token does not cover this workspace. ${installAnew}`,
    },
  },
  {
    class: "token, curable",
    reaction: "refresh",
    reason: "auth_failed",
    errors: { token_expired: `The bot token has run out. ${installAnew}` },
  },
  {
    class: "permission",
    reaction: "reject",
    reason: "auth_failed",
    errors: {
      missing_scope:
        "The Slack app lacks the scope {needed}. Add it under OAuth & Permissions and install the app again.",
      no_permission: askAdmin,
      access_denied: askAdmin,
      app_access_restricted: askAdmin,
      accesslimited: askAdmin,
      ekm_access_denied: "An administrator has suspended posting in this workspace.",
      enterprise_is_restricted: askAdmin,
      "restricted_action*": `Posting to {channel} is restricted. ${askAdmin}`,
    },
  },
  {
    class: "target",
    reaction: "reject",
    reason: "not_found",
    errors: {
      channel_not_found:
        "Slack shows the app no channel {channel}. Check the channel ID; if the channel is private, open it in Slack and send {invite}.",
      is_archived:
        "{channel} is archived. Unarchive it in Slack, or save the sink with another channel.",
      team_not_found:
        "An organisation's token cannot post to a channel name. Save the sink with the channel's ID.",
      messages_tab_disabled: "The app's Messages tab is turned off. Turn it on under App Home.",
      method_not_supported_for_channel_type:
        "{channel} is a conversation the app cannot post to. Save the sink with a channel's ID.",
    },
  },
  {
    class: "target, curable",
    reaction: "join",
    reason: "not_found",
    errors: {
      not_in_channel: "Invite the app to {channel}: open {channel} in Slack and send {invite}.",
    },
  },
  {
    class: "payload",
    reaction: "degrade",
    reason: "payload_refused",
    errors: {
      invalid_blocks: tooLarge,
      invalid_blocks_format: tooLarge,
      msg_blocks_too_long: tooLarge,
      msg_too_long: tooLarge,
      no_text: tooLarge,
      too_many_attachments: tooLarge,
      attachment_payload_limit_exceeded: tooLarge,
      metadata_too_large: tooLarge,
      "invalid_metadata_*": tooLarge,
      markdown_text_conflict: tooLarge,
      invalid_arg_name: tooLarge,
      invalid_arguments: tooLarge,
      invalid_charset: tooLarge,
      invalid_form_data: tooLarge,
      invalid_post_type: tooLarge,
      missing_post_type: tooLarge,
      invalid_json: tooLarge,
      json_not_object: tooLarge,
      invalid_attachments: tooLarge,
    },
  },
  {
    class: "quota",
    reaction: "wait",
    reason: "rate_limited",
    retryAfterMs: 60 * 60 * 1_000,
    errors: {
      message_limit_exceeded:
        "The workspace has used up the messages Slack allows it. It is tried again hourly.",
    },
  },
  {
    class: "thread",
    reaction: "post_anew",
    reason: "client_error",
    errors: {
      cannot_reply_to_message: toldAnew,
      restricted_action_thread_locked: toldAnew,
      restricted_action_non_threadable_channel: toldAnew,
      // Seen in the field, in no list of Slack's.
      invalid_thread_ts: toldAnew,
      thread_not_found: toldAnew,
    },
  },
  {
    class: "edit",
    reaction: "post_anew",
    reason: "client_error",
    errors: {
      message_not_found: toldAnew,
      cant_update_message: toldAnew,
      edit_window_closed: toldAnew,
      is_inactive: toldAnew,
      block_mismatch: toldAnew,
    },
  },
  {
    class: "edit",
    reaction: "retry",
    reason: "server_error",
    errors: {
      streaming_state_conflict: later,
      external_channel_migrating: later,
      update_failed: later,
    },
  },
  {
    class: "dead method",
    reaction: "reject",
    reason: "internal",
    errors: { method_deprecated: ourBug, deprecated_endpoint: ourBug, unknown_method: ourBug },
  },
];

/** An error no page names: retried for as long as the schedule lasts, its string kept. */
const unknownRule: SlackErrorRule = {
  class: "unknown string",
  reaction: "retry",
  reason: "bad_response",
  isAmbiguous: false,
  cure: "Slack's documentation does not name this error. It is tried again by itself.",
};

/** By error string, in the table's order; `*` ends a prefix. */
const rules: ReadonlyMap<string, SlackErrorRule> = new Map(
  groups.flatMap(({ errors, isAmbiguous = false, ...rule }) =>
    Object.entries(errors).map(([error, cure]) => [error, { ...rule, isAmbiguous, cure }] as const),
  ),
);

/** The rule for one error string. */
export function slackErrorRule(error: string): SlackErrorRule {
  const exact = rules.get(error);
  if (exact !== undefined) return exact;
  for (const [pattern, rule] of rules) {
    if (pattern.endsWith("*") && error.startsWith(pattern.slice(0, -1))) return rule;
  }
  return unknownRule;
}

/**
 * Whether no delivery of the sink can succeed until a person mends it. A refused content is
 * the alert's own matter; everything else that stays is the token's, the app's or the channel's.
 */
export function isSinkFault({ reaction }: SlackErrorRule): boolean {
  return reaction === "reject" || reaction === "join";
}

/** A row of the documented table. */
export interface SlackErrorRow {
  /** Slack's string; `*` stands for any ending, `(any other)` for all that is not listed. */
  readonly error: string;
  readonly class: string;
  /** What the attempt ends with; `next` goes on with another request. */
  readonly outcome: "retry" | "rejected" | "next";
  readonly reason: Reason;
  readonly reaction: string;
  readonly cure: string;
}

const reactions: Readonly<Record<SlackReaction, Pick<SlackErrorRow, "outcome" | "reaction">>> = {
  retry: { outcome: "retry", reaction: "tries again by the schedule" },
  refresh: { outcome: "retry", reaction: "refreshes the token once and tries again" },
  wait: { outcome: "retry", reaction: "holds the channel's lane; no failed try" },
  reject: { outcome: "rejected", reaction: "marks the sink broken and holds its deliveries" },
  join: {
    outcome: "next",
    reaction: "joins a public channel once and posts again; else marks the sink broken",
  },
  degrade: { outcome: "next", reaction: "sends it once more as short plain text; then fails" },
  post_anew: { outcome: "next", reaction: "replies in the thread or posts a new message" },
};

/** The table as data, for the documentation. */
export const slackErrors: readonly SlackErrorRow[] = [
  ...rules,
  ["(any other)", unknownRule] as const,
].map(([error, rule]) => {
  const { outcome, reaction } = reactions[rule.reaction];
  return {
    error,
    class: rule.class,
    outcome,
    reason: rule.reason,
    reaction: rule.isAmbiguous ? `${reaction}; may have been posted (ambiguous)` : reaction,
    cure: rule.cure
      .replaceAll("{channel}", "#channel")
      .replaceAll("{invite}", "/invite @app")
      .replaceAll("{needed}", "it names"),
  };
});
