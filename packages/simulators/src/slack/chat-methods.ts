import { findVisibleChannel } from "./conversation-methods.ts";
import { readMessageContent } from "./message-content.ts";
import { findPings } from "./pings.ts";
import type { SlackCall } from "./slack-call.ts";
import {
  type MethodResult,
  missingArgument,
  rateLimited,
  refuse,
  type SlackMethod,
  scopeRefusal,
} from "./slack-method.ts";
import type { Channel, MessageContent, SlackState, Token } from "./slack-state.ts";

const postTextCharactersMax = 40_000;
/** https://docs.slack.dev/reference/methods/chat.update */
const updateTextCharactersMax = 4_000;

const isTrue = (value: unknown) =>
  value === true || value === "true" || value === "1" || value === 1;

/** A post may name its channel by id or, deprecated but alive, by name with or without `#`. */
function findPostChannel(token: Token, named: string): Channel | null {
  const byId = findVisibleChannel(token, named);
  if (byId !== null) return byId;
  const name = named.replace(/^#/, "");
  const byName = token.workspace.channels.find((channel) => channel.name === name);
  return byName === undefined ? null : findVisibleChannel(token, byName.id);
}

export const chatPostMessage: SlackMethod = {
  acceptsJson: true,
  needsToken: true,
  run(call, token, state) {
    const refusal = scopeRefusal(token, "chat:write");
    if (refusal !== null) return refusal;
    const { args } = call;
    if (args["username"] ?? args["icon_emoji"] ?? args["icon_url"]) {
      const unscoped = scopeRefusal(token, "chat:write.customize");
      if (unscoped !== null) return unscoped;
    }
    const named = args["channel"];
    if (typeof named !== "string" || named === "") return missingArgument("channel");
    const channel = findPostChannel(token, named);
    if (channel === null) return refuse("channel_not_found");
    if (channel.isArchived === true) return refuse("is_archived");
    const isWelcome = channel.isMember === true || token.scopes.includes("chat:write.public");
    if (!isWelcome) return refuse("not_in_channel");
    if (channel.postError !== undefined) return refuse(channel.postError);

    const rateKey = `${token.workspace.id}/${channel.id}`;
    const waitMs = state.postRate.take(rateKey, state.clock.now());
    const result = waitMs === null ? post(call, token, channel, state) : rateLimited(waitMs);
    notePostCall(call, channel, result, state);
    return result;
  },
};

/** Keeps when calls came, and whether they came before they had been told to. */
function notePostCall(call: SlackCall, channel: Channel, result: MethodResult, state: SlackState) {
  const at = state.clock.now();
  const held = state.postCalls.findLast(
    (each) => each.channel === channel.id && each.heldUntil !== null,
  );
  const retryAfterS = result.ok ? undefined : result.retryAfterS;
  state.postCalls.push({
    method: call.method,
    channel: channel.id,
    at,
    outcome: result.ok ? "ok" : retryAfterS === undefined ? "refused" : "ratelimited",
    isTooEarly: at < (held?.heldUntil ?? 0),
    heldUntil: retryAfterS === undefined ? null : at + retryAfterS * 1000,
  });
}

function post(call: SlackCall, token: Token, channel: Channel, state: SlackState): MethodResult {
  const { args } = call;
  const read = readMessageContent(call, postTextCharactersMax);
  if (!read.ok) return read;
  const metadata = args["metadata"] ?? null;
  if (!isMetadata(metadata)) return refuse("invalid_metadata_format");
  const threadTs = args["thread_ts"] ?? null;
  const refusal = threadRefusal(token, channel, threadTs);
  if (refusal !== null) return refusal;

  const ts = state.nextTs();
  token.workspace.messages.push({
    ...read.content,
    channel: channel.id,
    ts,
    threadTs: threadTs === null ? null : String(threadTs),
    isBroadcast: threadTs !== null && isTrue(args["reply_broadcast"]),
    metadata,
    botId: token.botId,
    postedAt: state.clock.now(),
    isDeleted: false,
    edits: [],
  });
  notePings(call, channel, ts, read.content, state);
  const message = {
    type: "message",
    subtype: "bot_message",
    bot_id: token.botId,
    ts,
    text: read.content.text,
    ...(threadTs === null ? {} : { thread_ts: threadTs }),
    ...(read.content.blocks === null ? {} : { blocks: read.content.blocks }),
  };
  return { ok: true, body: { channel: channel.id, ts, message } };
}

function threadRefusal(token: Token, channel: Channel, threadTs: unknown) {
  if (threadTs === null) return null;
  // As a number the last digits are gone, and the reply lands in no thread (python-slack-sdk #840).
  if (typeof threadTs !== "string" || !/^\d{10}\.\d{6}$/.test(threadTs)) {
    return refuse("invalid_thread_ts", {
      messages: [`${String(threadTs)} is not a valid thread_ts`],
    });
  }
  const parent = findMessage(token, channel, threadTs);
  return parent === undefined || parent.threadTs !== null ? refuse("thread_not_found") : null;
}

function findMessage(token: Token, channel: Channel, ts: unknown) {
  return token.workspace.messages.find(
    (message) => message.channel === channel.id && message.ts === ts && !message.isDeleted,
  );
}

function isMetadata(value: unknown): boolean {
  if (value === null) return true;
  if (typeof value !== "object") return false;
  const { event_type: type, event_payload: payload } = value as Record<string, unknown>;
  return typeof type === "string" && typeof payload === "object" && payload !== null;
}

function notePings(
  call: SlackCall,
  channel: Channel,
  ts: string,
  content: MessageContent,
  state: SlackState,
): void {
  const hasLinkedNames = isTrue(call.args["link_names"]) || call.args["parse"] === "full";
  for (const ping of findPings(content, hasLinkedNames)) {
    state.pings.push({ channel: channel.id, ts, ...ping });
  }
}

export const chatUpdate: SlackMethod = {
  acceptsJson: true,
  needsToken: true,
  run(call, token, state) {
    const refusal = scopeRefusal(token, "chat:write");
    if (refusal !== null) return refusal;
    const { channel: id, ts } = call.args;
    if (typeof id !== "string" || id === "") return missingArgument("channel");
    if (ts === undefined || ts === "") return missingArgument("ts");
    // Unlike a post, an update wants the id: a name is a channel that is not there.
    const channel = findVisibleChannel(token, id);
    if (channel === null) return refuse("channel_not_found");
    const message = findMessage(token, channel, ts);
    if (message === undefined) return refuse("message_not_found");
    if (message.botId !== token.botId) return refuse("cant_update_message");
    if (channel.isArchived === true) return refuse("is_inactive");
    if (channel.isEditWindowClosed === true) return refuse("edit_window_closed");
    const read = readMessageContent(call, updateTextCharactersMax);
    if (!read.ok) return read;
    if (isTrue(call.args["reply_broadcast"])) return refuse("no_dual_broadcast_content_update");
    const metadata = call.args["metadata"] ?? null;
    if (!isMetadata(metadata)) return refuse("invalid_metadata_format");

    const { text, blocks, attachments } = message;
    message.edits = [...message.edits, { text, blocks, attachments, editedAt: state.clock.now() }];
    Object.assign(message, read.content, metadata === null ? {} : { metadata });
    notePings(call, channel, message.ts, read.content, state);
    const body = { channel: channel.id, ts: message.ts, text: message.text };
    return { ok: true, body: { ...body, message: { text: message.text, bot_id: token.botId } } };
  },
};

export const chatGetPermalink: SlackMethod = {
  acceptsJson: false,
  needsToken: true,
  run(call, token) {
    const { channel: id, message_ts: ts } = call.args;
    if (typeof id !== "string" || id === "") return missingArgument("channel");
    if (typeof ts !== "string" || ts === "") return missingArgument("message_ts");
    const channel = findVisibleChannel(token, id);
    if (channel === null) return refuse("channel_not_found");
    if (findMessage(token, channel, ts) === undefined) return refuse("message_not_found");
    const path = `archives/${channel.id}/p${ts.replace(".", "")}`;
    const permalink = `https://${token.workspace.domain}.slack.com/${path}`;
    return { ok: true, body: { channel: channel.id, permalink } };
  },
};
