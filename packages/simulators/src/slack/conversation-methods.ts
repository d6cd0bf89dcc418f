import type { SlackCall } from "./slack-call.ts";
import {
  type MethodResult,
  missingArgument,
  refuse,
  type SlackMethod,
  scopeRefusal,
} from "./slack-method.ts";
import type { Channel, Token } from "./slack-state.ts";

const isTrue = (value: unknown) =>
  value === true || value === "true" || value === "1" || value === 1;

function renderChannel(channel: Channel): Record<string, unknown> {
  return {
    id: channel.id,
    name: channel.name,
    is_channel: channel.isPrivate !== true,
    is_group: channel.isPrivate === true,
    is_im: false,
    is_mpim: false,
    is_private: channel.isPrivate === true,
    is_archived: channel.isArchived === true,
    is_general: false,
    is_member: channel.isMember === true,
    name_normalized: channel.name,
    previous_names: channel.previousNames ?? [],
  };
}

/**
 * The channel a token can see under this id: private ones only from inside, exactly as if they
 * did not exist.
 */
export function findVisibleChannel(token: Token, id: string): Channel | null {
  const channel = token.workspace.channels.find((each) => each.id === id);
  if (channel === undefined) return null;
  return channel.isPrivate === true && channel.isMember !== true ? null : channel;
}

const readScope = (channel: Channel) => (channel.isPrivate ? "groups:read" : "channels:read");

export const conversationsInfo: SlackMethod = {
  acceptsJson: false,
  needsToken: true,
  run(call, token) {
    const id = call.args["channel"];
    if (typeof id !== "string" || id === "") return missingArgument("channel");
    const scopeless = scopeRefusal(token, "channels:read", "groups:read");
    if (scopeless !== null) return scopeless;
    const channel = findVisibleChannel(token, id);
    if (channel === null) return refuse("channel_not_found");
    return (
      scopeRefusal(token, readScope(channel)) ?? {
        ok: true,
        body: { channel: renderChannel(channel) },
      }
    );
  },
};

export const conversationsJoin: SlackMethod = {
  acceptsJson: true,
  needsToken: true,
  run(call, token) {
    const refusal = scopeRefusal(token, "channels:join");
    if (refusal !== null) return refusal;
    const id = call.args["channel"];
    if (typeof id !== "string" || id === "") return missingArgument("channel");
    const channel = findVisibleChannel(token, id);
    if (channel === null) return refuse("channel_not_found");
    if (channel.isPrivate === true) return refuse("method_not_supported_for_channel_type");
    if (channel.isArchived === true) return refuse("is_archived");
    const wasMember = channel.isMember === true;
    channel.isMember = true;
    return {
      ok: true,
      body: { channel: renderChannel(channel) },
      ...(wasMember ? { warnings: ["already_in_channel"] } : {}),
    };
  },
};

const listTypes = ["public_channel", "private_channel", "mpim", "im"];

/** https://docs.slack.dev/reference/methods/conversations.list */
export const conversationsList: SlackMethod = {
  acceptsJson: false,
  needsToken: true,
  run(call, token) {
    const types = String(call.args["types"] ?? "public_channel").split(",");
    if (types.some((type) => !listTypes.includes(type.trim()))) return refuse("invalid_types");
    const hasPublic = types.includes("public_channel");
    const hasPrivate = types.includes("private_channel");
    const refusal =
      (hasPublic ? scopeRefusal(token, "channels:read") : null) ??
      (hasPrivate ? scopeRefusal(token, "groups:read") : null);
    if (refusal !== null) return refusal;
    const limit = Number(call.args["limit"] ?? 100);
    // "Under 1000" on one page, "no larger than 1000" on another: the stricter one holds here.
    if (!Number.isInteger(limit) || limit < 1 || limit >= 1000) return refuse("invalid_limit");
    const start = readCursor(call);
    if (start === null) return refuse("invalid_cursor");
    const isExcludingArchived = isTrue(call.args["exclude_archived"]);
    const wanted = token.workspace.channels.filter((channel) => {
      if (findVisibleChannel(token, channel.id) === null) return false;
      return channel.isPrivate === true ? hasPrivate : hasPublic;
    });
    return renderPage(wanted, start, limit, isExcludingArchived);
  },
};

/** The index to go on at: 0 without a cursor, null for one that was never given out. */
function readCursor(call: SlackCall): number | null {
  const cursor = call.args["cursor"];
  if (cursor === undefined || cursor === "") return 0;
  const index = /^next:(\d+)$/.exec(Buffer.from(String(cursor), "base64").toString())?.[1];
  return index === undefined ? null : Number(index);
}

/**
 * Archived channels are left out after the page is cut, as Slack does it: a page may hold fewer
 * than asked for, even none, while more follow.
 */
function renderPage(
  channels: readonly Channel[],
  start: number,
  limit: number,
  isExcludingArchived: boolean,
): MethodResult {
  const end = start + limit;
  const page = channels
    .slice(start, end)
    .filter((channel) => !isExcludingArchived || channel.isArchived !== true);
  const cursor = end < channels.length ? Buffer.from(`next:${end}`).toString("base64") : "";
  return {
    ok: true,
    body: {
      channels: page.map(renderChannel),
      response_metadata: { next_cursor: cursor },
    },
  };
}
