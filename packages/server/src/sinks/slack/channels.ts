/**
 * Finding channels and checking tokens. Pure like the rest: a caller sends the request and
 * hands the answer back. Deliveries use it for sinks whose channel is not known yet, the
 * HTTP layer when a sink or an integration is saved.
 */

import { isJsonObject, type JsonObject, type JsonValue } from "../../domain/json.ts";
import type { SinkRequest, SinkResponse } from "../sink-type.ts";
import {
  readSlackAnswer,
  readSlackFailure,
  type SlackAccess,
  type SlackErrorContext,
  type SlackFailure,
  slackGet,
  slackPost,
} from "./api.ts";

export interface SlackChannel {
  readonly id: string;
  /** Without `#`. */
  readonly name: string;
  readonly isMember: boolean;
  readonly isPrivate: boolean;
}

export type ChannelAnswer =
  | { readonly kind: "found"; readonly channel: SlackChannel }
  /** Not on this page: ask again with this search. */
  | { readonly kind: "next"; readonly search: ChannelSearch }
  /** `rejected` is Slack's definite no; `retry` means it could not be found out now. */
  | { readonly kind: "failed"; readonly outcome: SlackFailure["outcome"] };

/** Where a search for a name stands. */
export interface ChannelSearch {
  /** Without `#`, in lower case. */
  readonly name: string;
  /** Empty for the first page. */
  readonly cursor: string;
  /** Private channels need the scope groups:read; without it only public ones are searched. */
  readonly includesPrivate: boolean;
}

/** Slack takes up to 999; a page of 500 stays under 4 MiB even where every topic is full. */
const channelsPerPage = 500;
const pageBytesMax = 4 * 1024 * 1024;
const channelBytesMax = 64 * 1024;

/** A search from its beginning. `name` may start with `#`. */
export function startChannelSearch(name: string): ChannelSearch {
  return { name: channelName(name), cursor: "", includesPrivate: true };
}

/** A channel's name as Slack keeps it: no `#`, lower case. */
export function channelName(name: string): string {
  return name.trim().replace(/^#/, "").normalize("NFC").toLowerCase();
}

/** conversations.list, one page. */
export function searchChannelRequest(search: ChannelSearch, access: SlackAccess): SinkRequest {
  const types = search.includesPrivate ? "public_channel,private_channel" : "public_channel";
  return slackGet(
    "conversations.list",
    {
      types,
      exclude_archived: "true",
      limit: String(channelsPerPage),
      ...(search.cursor === "" ? {} : { cursor: search.cursor }),
    },
    access,
    pageBytesMax,
  );
}

export function readChannelSearch(
  response: SinkResponse,
  search: ChannelSearch,
  context: SlackErrorContext,
): ChannelAnswer {
  const answer = readSlackAnswer(response);
  if (answer.kind === "error") {
    if (answer.error === "invalid_cursor" && search.cursor !== "") {
      return { kind: "next", search: { ...search, cursor: "" } };
    }
    const lacksGroups = answer.error === "missing_scope" && answer.needed?.includes("groups:read");
    if (lacksGroups && search.includesPrivate) {
      return { kind: "next", search: { ...search, cursor: "", includesPrivate: false } };
    }
  }
  if (answer.kind !== "ok") return failed(readSlackFailure(response, answer, context));
  const { channels, response_metadata: metadata } = answer.body;
  // A page without its list was cut or is not Slack's: "not found" would be a guess.
  if (!Array.isArray(channels)) {
    return failed(readSlackFailure(response, { kind: "unreadable" }, context));
  }
  for (const item of channels) {
    const channel = readChannel(item);
    if (channel !== undefined && hasName(item, search.name)) return { kind: "found", channel };
  }
  const cursor = isJsonObject(metadata) ? metadata["next_cursor"] : undefined;
  if (typeof cursor === "string" && cursor !== "" && cursor !== search.cursor) {
    return { kind: "next", search: { ...search, cursor } };
  }
  return { kind: "failed", outcome: noSuchChannel(search) };
}

function noSuchChannel({ name, includesPrivate }: ChannelSearch): SlackFailure["outcome"] {
  const cure = includesPrivate
    ? "if it is private, open it in Slack and send /invite @ and the app's name"
    : "if it is private, give the app the scope groups:read and invite it, or use the channel's ID";
  return {
    kind: "rejected",
    reason: "not_found",
    isSinkFault: true,
    detail: `Slack shows the app no channel #${name}. Check the name; ${cure}.`,
  };
}

/** conversations.info for one channel ID. */
export function getChannelRequest(id: string, access: SlackAccess): SinkRequest {
  return slackGet("conversations.info", { channel: id }, access, channelBytesMax);
}

const archived = {
  kind: "error",
  error: "is_archived",
  needed: undefined,
  messages: [],
} as const;

/** Never answers `next`. An archived channel is a definite no. */
export function readGetChannel(
  response: SinkResponse,
  context: SlackErrorContext,
): Exclude<ChannelAnswer, { kind: "next" }> {
  const answer = readSlackAnswer(response);
  if (answer.kind !== "ok") return failed(readSlackFailure(response, answer, context));
  const item = answer.body["channel"];
  const channel = readChannel(item);
  if (channel === undefined) {
    return failed(readSlackFailure(response, { kind: "unreadable" }, context));
  }
  if (isJsonObject(item) && item["is_archived"] === true) {
    const named = { ...context, channel: `#${channel.name}` };
    return failed(readSlackFailure(response, archived, named));
  }
  return { kind: "found", channel };
}

export type AuthTestAnswer =
  | {
      readonly kind: "valid";
      readonly teamId: string;
      readonly teamName: string;
      readonly botUserId: string;
      readonly botName: string | null;
    }
  | { readonly kind: "failed"; readonly outcome: SlackFailure["outcome"] };

/** conversations.join: a public channel, with the scope channels:join. */
export function joinChannelRequest(id: string, access: SlackAccess): SinkRequest {
  return slackPost("conversations.join", { channel: id }, access);
}

/** auth.test: whose token is this? */
export function authTestRequest(access: SlackAccess): SinkRequest {
  return slackPost("auth.test", {}, access);
}

export function readAuthTest(
  response: SinkResponse,
  context: Pick<SlackErrorContext, "secrets" | "now">,
): AuthTestAnswer {
  const answer = readSlackAnswer(response);
  const whole = { ...context, channel: "", botName: null };
  if (answer.kind !== "ok") return failed(readSlackFailure(response, answer, whole));
  const { team_id: teamId, team, user_id: userId, user } = answer.body;
  if (typeof teamId !== "string" || typeof userId !== "string") {
    return failed(readSlackFailure(response, { kind: "unreadable" }, whole));
  }
  return {
    kind: "valid",
    teamId,
    teamName: typeof team === "string" ? team : teamId,
    botUserId: userId,
    botName: typeof user === "string" ? user : null,
  };
}

function failed({ outcome }: SlackFailure): {
  kind: "failed";
  outcome: SlackFailure["outcome"];
} {
  return { kind: "failed", outcome };
}

function readChannel(item: JsonValue | undefined): SlackChannel | undefined {
  if (!isJsonObject(item)) return undefined;
  const { id, name } = item;
  if (typeof id !== "string" || typeof name !== "string") return undefined;
  return { id, name, isMember: item["is_member"] === true, isPrivate: item["is_private"] === true };
}

function hasName(item: JsonValue, wanted: string): boolean {
  if (!isJsonObject(item)) return false;
  return [item["name"], item["name_normalized"]].some(
    (name) => typeof name === "string" && channelName(name) === wanted,
  );
}

/** A search as memory keeps it between steps: always of the same size but for the cursor. */
export function writeSearch(search: ChannelSearch): JsonObject {
  return { name: search.name, cursor: search.cursor, includes_private: search.includesPrivate };
}

/** The search that memory holds for this name, or a new one: a stored cursor of another name would skip pages. */
export function resumeSearch(stored: JsonValue | undefined, name: string): ChannelSearch {
  const fresh = startChannelSearch(name);
  if (!isJsonObject(stored) || stored["name"] !== fresh.name) return fresh;
  const cursor = stored["cursor"];
  return {
    name: fresh.name,
    cursor: typeof cursor === "string" ? cursor : "",
    includesPrivate: stored["includes_private"] !== false,
  };
}
