/**
 * A Slack delivery: find the channel if only its name is known, then post. If Slack
 * refuses the blocks, the same alert goes out once more as plain text. Memory holds where
 * the search stands and which delivery was degraded; both are gone once it is delivered.
 */

import type { SinkOutcome, SinkRequest, SinkResponse, StepInput } from "../sink-type.ts";
import {
  readSlackAnswer,
  readSlackFailure,
  type SlackAccess,
  type SlackErrorContext,
  slackPost,
} from "./api.ts";
import { channelLabel, foundChannel, readSettings } from "./args.ts";
import { alertMessage, plainMessage } from "./blocks.ts";
import {
  type ChannelSearch,
  readChannelSearch,
  resumeSearch,
  searchChannelRequest,
  writeSearch,
} from "./channels.ts";

export const botTokenName = "bot_token";

/** See `SinkType.step`. */
export function step(input: StepInput): SinkRequest {
  const access: SlackAccess = {
    slackApi: input.vendors.slackApi,
    botToken: input.secrets[botTokenName],
  };
  const search = pendingSearch(input);
  if (search !== undefined) return searchChannelRequest(search, access);
  const message = isDegraded(input)
    ? { text: plainMessage(input.alert) }
    : alertMessage(input.alert);
  return slackPost(
    "chat.postMessage",
    {
      channel: readSettings(input.settings).channelId,
      ...message,
      parse: "none",
      link_names: false,
      unfurl_links: false,
      unfurl_media: false,
    },
    access,
  );
}

/** See `SinkType.outcome`. */
export function outcome(response: SinkResponse, input: StepInput): SinkOutcome {
  const search = pendingSearch(input);
  return search === undefined ? readPost(response, input) : readSearchPage(response, search, input);
}

/** The search that has to come first, undefined when the channel's ID is known. */
function pendingSearch({ settings, memory }: StepInput): ChannelSearch | undefined {
  const { channelId, wantedName } = readSettings(settings);
  if (channelId !== null || wantedName === null) return undefined;
  return resumeSearch(memory["search"], wantedName);
}

function readSearchPage(
  response: SinkResponse,
  search: ChannelSearch,
  input: StepInput,
): SinkOutcome {
  const { search: _, ...memory } = input.memory;
  const answer = readChannelSearch(response, search, errorContext(input));
  if (answer.kind === "next") {
    return { kind: "next", memory: { ...memory, search: writeSearch(answer.search) } };
  }
  if (answer.kind === "found") {
    return { kind: "next", memory, learned: foundChannel(search.name, answer.channel) };
  }
  // A retry goes on where it stopped; after a definite no the next delivery starts afresh.
  return answer.outcome.kind === "rejected" ? { ...answer.outcome, memory } : answer.outcome;
}

function readPost(response: SinkResponse, input: StepInput): SinkOutcome {
  const answer = readSlackAnswer(response);
  const { degraded: _, ...memory } = input.memory;
  if (answer.kind === "ok") {
    return isDegraded(input)
      ? {
          kind: "delivered",
          memory,
          detail: "Sent as plain text: Slack refused the formatted message.",
        }
      : { kind: "delivered" };
  }
  const { outcome, rule } = readSlackFailure(response, answer, errorContext(input));
  if (rule?.reaction === "degrade" && !isDegraded(input)) {
    return { kind: "next", memory: { ...memory, degraded: input.deliveryId } };
  }
  return outcome.kind === "rejected" && isDegraded(input) ? { ...outcome, memory } : outcome;
}

/** Memory is shared by all deliveries of a key, so the mark names the delivery it is about. */
function isDegraded({ memory, deliveryId }: StepInput): boolean {
  return memory["degraded"] === deliveryId;
}

function errorContext({ settings, secrets, now }: StepInput): SlackErrorContext {
  return { channel: channelLabel(readSettings(settings)), secrets, now };
}
