import type { JsonObject } from "../../domain/json.ts";
import { isUuid } from "../../ids.ts";
import { argsSchema, orNull, refuse, textArg } from "../args.ts";
import type { ReadArgsResult, SinkSettings } from "../sink-type.ts";
import { channelName } from "./channels.ts";

const channelIdPattern = "^[CGD][A-Z0-9]{2,63}$";
/** Slack's names have at most 80 characters; a `#` may stand before. */
const channelNameLengthMax = 81;

const channelId = orNull(
  { type: "string", pattern: channelIdPattern },
  {
    title: "Channel ID",
    description:
      'The channel\'s ID, e.g. from the end of its "Copy link" address. Wins over `channel`.',
    examples: ["C12345678"],
  },
);

const channel = orNull(
  { type: "string", minLength: 1, maxLength: channelNameLengthMax },
  {
    title: "Channel name",
    description:
      "Deprecated: give `channel_id`. A channel's name, with or without `#`; its ID is looked up.",
    deprecated: true,
    examples: ["#security-alerts"],
  },
);

const slackIntegrationId = {
  type: "string",
  title: "Slack integration",
  description: "The stored Slack integration whose app posts the alerts.",
  format: "uuid",
  examples: ["00000000-0000-0000-0000-000000000001"],
};

export const createArgs = argsSchema(
  { channel_id: channelId, channel, slack_integration_id: slackIntegrationId },
  {
    required: ["slack_integration_id"],
    title: "Slack sink",
    description: "One of `channel_id` and `channel` must be there.",
    examples: [
      {
        channel_id: "C12345678",
        slack_integration_id: "00000000-0000-0000-0000-000000000001",
      },
    ],
  },
);

export const updateArgs = argsSchema(
  {
    channel_id: channelId,
    channel,
    channel_name: orNull(
      { type: "string" },
      {
        readOnly: true,
        description: "Read-only; ignored, so that a `configuration` can be sent back.",
      },
    ),
    slack_integration_id: slackIntegrationId,
  },
  {
    title: "Changes to a Slack sink",
    description: "What is left out stays. The integration cannot change.",
    examples: [{ channel_id: "C87654321" }],
  },
);

/** Settings that the engine adds from the sink's Slack integration, where Slack has told them. */
export const slackTeamIdKey = "slack_team_id";
/** What people call the app by in `/invite @…`. */
export const slackBotNameKey = "slack_bot_name";

/** A Slack sink's settings, read. */
export interface SlackSettings {
  readonly slackIntegrationId: string;
  /** Null while only a name is known. */
  readonly channelId: string | null;
  /** Without `#`; null while only an ID is known. */
  readonly channelName: string | null;
  /** The name to look up, when the sink was saved with one. */
  readonly wantedName: string | null;
}

/**
 * Reads the stored settings. A channel that a delivery has looked up (`found`) counts only
 * for the name it was looked up for: the sink may have been saved with another name since.
 */
export function readSettings(settings: JsonObject): SlackSettings {
  const wantedName = textArg(settings, "channel") ?? null;
  const found = settings["found_channel"];
  const isOurs =
    typeof found === "object" && found !== null && "for" in found && found["for"] === wantedName;
  const source = isOurs && wantedName !== null ? { ...found } : {};
  return {
    slackIntegrationId: textArg(settings, "slack_integration_id") ?? "",
    channelId: textArg(settings, "channel_id") ?? textArg(source, "id") ?? null,
    channelName: textArg(settings, "channel_name") ?? textArg(source, "name") ?? null,
    wantedName,
  };
}

/** What a delivery learns from a look-up, to be merged into the settings. */
export function foundChannel(
  wantedName: string,
  channel: { id: string; name: string },
): JsonObject {
  return { found_channel: { for: wantedName, id: channel.id, name: channel.name } };
}

/** Settings with the channel that was looked up when the sink was saved. */
export function withChannel(
  settings: JsonObject,
  channel: { readonly id: string; readonly name: string },
): JsonObject {
  return { ...settings, channel_id: channel.id, channel_name: channel.name };
}

/** The channel as people know it. */
export function channelLabel({ channelId, channelName, wantedName }: SlackSettings): string {
  const name = channelName ?? wantedName;
  return name === null ? (channelId ?? "the channel") : `#${name}`;
}

/** See `SinkType.readArgs`. The bot token is the integration's; a Slack sink has no secret of its own. */
export function readArgs(args: JsonObject, current: SinkSettings | null): ReadArgsResult {
  const kept = current === null ? null : readSettings(current.settings);
  const integrationId = (
    textArg(args, "slack_integration_id") ?? kept?.slackIntegrationId
  )?.toLowerCase();
  if (integrationId === undefined || !isUuid(integrationId)) {
    return refuse(
      "Slack.slack_integration_id",
      "Give the ID of a Slack integration; GET /v1/slack_integration lists them.",
    );
  }
  if (kept !== null && integrationId !== kept.slackIntegrationId) {
    return refuse(
      "Slack.slack_integration_id",
      "The integration of a Slack sink cannot change. Create a new sink with the other integration.",
    );
  }
  const read = readChannelArgs(args);
  if ("problem" in read) return read.problem;
  if (read.id === undefined && read.name === undefined) {
    if (current !== null) return { ok: true, settings: current.settings, secrets: {} };
    return refuse("Slack.channel_id", "Say where to post: give `channel_id` (or `channel`).");
  }
  const isSame = kept !== null && read.id !== undefined && read.id === kept.channelId;
  return {
    ok: true,
    settings: {
      slack_integration_id: integrationId,
      channel_id: read.id ?? null,
      channel_name: isSame ? kept.channelName : null,
      ...(read.id === undefined && read.name !== undefined ? { channel: read.name } : {}),
    },
    secrets: {},
  };
}

type ChannelArgs =
  | { readonly id: string | undefined; readonly name: string | undefined }
  | { readonly problem: ReadArgsResult };

function readChannelArgs(args: JsonObject): ChannelArgs {
  const id = textArg(args, "channel_id");
  if (id !== undefined && !new RegExp(channelIdPattern).test(id)) {
    const problem = refuse(
      "Slack.channel_id",
      "This is no channel ID; one looks like C12345678. A channel's name goes into `channel`.",
    );
    return { problem };
  }
  const given = textArg(args, "channel");
  const name = given === undefined ? undefined : channelName(given);
  if (name === "" || /[\s<>#@]/.test(name ?? "")) {
    const problem = refuse(
      "Slack.channel",
      "This is no channel name; one looks like #security-alerts.",
    );
    return { problem };
  }
  return { id, name };
}
