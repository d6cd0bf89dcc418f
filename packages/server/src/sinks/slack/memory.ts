/**
 * What a Slack sink remembers of one dedup key: the messages that are still open, the
 * roll-ups that told of it, and how far unfinished deliveries have come. All of it is
 * bounded, since memory is read with every delivery of its key.
 */

import { isJsonObject, type JsonObject, type JsonValue, stringifyJson } from "../../domain/json.ts";
import { type SeverityId, severityFromId } from "../../domain/severity.ts";

export type ProblemState = "open" | "acknowledged" | "resolved";

/** What a message says of its alert, kept so that an edit can say it again. */
export interface AlertParts {
  readonly name: string;
  /** Escaped; for push notifications. */
  readonly summary: string;
  /** Blocks between the header and the end. */
  readonly body: readonly JsonObject[];
}

/** A message before it is posted. Times are ms since the epoch. */
export interface NewMessage extends AlertParts {
  readonly postedAt: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Triggers it stands for. */
  readonly count: number;
  /** The gravest of them. */
  readonly severityId: SeverityId;
  readonly state: ProblemState;
  readonly stateSince: number;
  /** Later triggers of its explicit key join it. */
  readonly isJoined: boolean;
  /** False once Slack has refused an edit. */
  readonly isEditable: boolean;
}

/** Where a reply goes: a message that started a thread. */
export interface ThreadStart {
  readonly channel: string;
  readonly ts: string;
}

/** A message in a channel that is not closed yet. */
export interface OpenMessage extends NewMessage, ThreadStart {}

/** How far a delivery has come, so that a retry repeats nothing. */
export interface Progress {
  readonly deliveryId: string;
  /** Which trigger of its message it is, once it is counted. */
  readonly ordinal: number | null;
  /** It is graver than all before it. */
  readonly isWorse: boolean;
  readonly isPosted: boolean;
  readonly replied: readonly string[];
  /** Threads that take no reply. */
  readonly refused: readonly string[];
  /** The app joins the channel next. */
  readonly isJoining: boolean;
  readonly hasTriedToJoin: boolean;
  /** What Slack said of the formatted message; null while it was not refused. */
  readonly degraded: string | null;
}

export interface SlackMemory {
  /** Where the search for the channel's ID stands. */
  readonly search: JsonValue | undefined;
  /** Oldest first. */
  readonly messages: readonly OpenMessage[];
  readonly rollUps: readonly ThreadStart[];
  /** The open message says already that it was resolved; its resolve has nothing to send. */
  readonly isResolveTold: boolean;
  /** Slack refused the roll-up with this alert in it: it goes out by itself. */
  readonly isToldAlone: boolean;
  /**
   * Uids of triggers that a message counts already, though they have not been told to the end: the next
   * try may find them grouped otherwise.
   */
  readonly counted: readonly string[];
  readonly progress: readonly Progress[];
}

export const memoryLimits = {
  /** Messages that a resolve edits; older ones stay as they are. */
  messagesMax: 20,
  /** Newest first, so much JSON text of message bodies is kept; older messages keep their title. */
  bodiesLengthMax: 12_000,
  rollUpsMax: 5,
  /** Deliveries of one key under way or waiting for a retry; beyond it the oldest start over. */
  progressMax: 10,
  countedMax: 50,
} as const;

export function noProgress(deliveryId: string): Progress {
  return {
    deliveryId,
    ordinal: null,
    isWorse: false,
    isPosted: false,
    replied: [],
    refused: [],
    isJoining: false,
    hasTriedToJoin: false,
    degraded: null,
  };
}

export function progressOf({ progress }: SlackMemory, deliveryId: string): Progress {
  return progress.find((each) => each.deliveryId === deliveryId) ?? noProgress(deliveryId);
}

/** Memory with a delivery's progress changed. */
export function withProgress(
  memory: SlackMemory,
  deliveryId: string,
  change: Partial<Progress>,
): SlackMemory {
  const others = memory.progress.filter((each) => each.deliveryId !== deliveryId);
  const changed = { ...progressOf(memory, deliveryId), ...change };
  return { ...memory, progress: [...others, changed].slice(-memoryLimits.progressMax) };
}

/** Memory that knows these triggers as counted. */
export function withCounted(memory: SlackMemory, uids: readonly string[]): SlackMemory {
  const counted = [...withoutCounted(memory, uids).counted, ...uids];
  return { ...memory, counted: counted.slice(-memoryLimits.countedMax) };
}

/** Memory after these triggers were told. */
export function withoutCounted(memory: SlackMemory, uids: readonly string[]): SlackMemory {
  return { ...memory, counted: memory.counted.filter((uid) => !uids.includes(uid)) };
}

/** Memory without the progress of a delivery that is done. */
export function withoutProgress(memory: SlackMemory, deliveryId: string): SlackMemory {
  const progress = memory.progress.filter((each) => each.deliveryId !== deliveryId);
  return { ...memory, progress };
}

/** Memory with one message changed; null takes it out. */
export function withMessage(
  memory: SlackMemory,
  { ts, channel }: ThreadStart,
  change: Partial<OpenMessage> | null,
): SlackMemory {
  const messages = memory.messages.flatMap((message) => {
    if (message.ts !== ts || message.channel !== channel) return [message];
    return change === null ? [] : [{ ...message, ...change }];
  });
  return { ...memory, messages };
}

/** Memory as it is stored; `{}` when there is nothing to remember. */
export function writeMemory(memory: SlackMemory): JsonObject {
  const { search, isResolveTold, isToldAlone, counted, progress } = memory;
  const messages = writeMessages(memory.messages.slice(-memoryLimits.messagesMax));
  const rollUps = memory.rollUps.slice(-memoryLimits.rollUpsMax);
  return {
    ...(search === undefined ? {} : { search }),
    ...(messages.length === 0 ? {} : { messages }),
    ...(rollUps.length === 0
      ? {}
      : { roll_ups: rollUps.map(({ channel, ts }) => ({ channel, ts })) }),
    ...(isResolveTold ? { is_resolve_told: true } : {}),
    ...(isToldAlone ? { is_told_alone: true } : {}),
    ...(counted.length === 0 ? {} : { counted: [...counted] }),
    ...(progress.length === 0 ? {} : { progress: progress.map(writeProgress) }),
  };
}

function writeMessages(messages: readonly OpenMessage[]): JsonObject[] {
  const written: JsonObject[] = [];
  let spare: number = memoryLimits.bodiesLengthMax;
  for (const message of messages.toReversed()) {
    const length = stringifyJson([...message.body]).length;
    const body = length <= spare ? [...message.body] : [];
    spare -= body.length === 0 ? 0 : length;
    written.unshift({
      channel: message.channel,
      ts: message.ts,
      posted_at: message.postedAt,
      first_at: message.firstAt,
      last_at: message.lastAt,
      count: message.count,
      severity_id: message.severityId,
      state: message.state,
      state_since: message.stateSince,
      is_joined: message.isJoined,
      is_editable: message.isEditable,
      name: message.name,
      summary: message.summary,
      body,
    });
  }
  return written;
}

function writeProgress(progress: Progress): JsonObject {
  const { ordinal, isWorse, isPosted, replied, refused, degraded } = progress;
  return {
    delivery_id: progress.deliveryId,
    ...(ordinal === null ? {} : { ordinal }),
    ...(isWorse ? { is_worse: true } : {}),
    ...(isPosted ? { is_posted: true } : {}),
    ...(replied.length === 0 ? {} : { replied: [...replied] }),
    ...(refused.length === 0 ? {} : { refused: [...refused] }),
    ...(progress.isJoining ? { is_joining: true } : {}),
    ...(progress.hasTriedToJoin ? { has_tried_to_join: true } : {}),
    ...(degraded === null ? {} : { degraded }),
  };
}

/** Reads stored memory. What an older version left in another shape counts as forgotten. */
export function readMemory(stored: JsonObject): SlackMemory {
  return {
    search: stored["search"],
    messages: objects(stored["messages"]).flatMap(readMessage),
    rollUps: objects(stored["roll_ups"]).flatMap(readThreadStart),
    isResolveTold: stored["is_resolve_told"] === true,
    isToldAlone: stored["is_told_alone"] === true,
    counted: texts(stored["counted"]),
    progress: objects(stored["progress"]).flatMap(readProgress),
  };
}

function objects(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function texts(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function readThreadStart({ channel, ts }: JsonObject): ThreadStart[] {
  return typeof channel === "string" && typeof ts === "string" ? [{ channel, ts }] : [];
}

function readMessage(stored: JsonObject): OpenMessage[] {
  const { state, name, summary, posted_at: postedAt } = stored;
  const isState = state === "open" || state === "acknowledged" || state === "resolved";
  if (typeof postedAt !== "number" || typeof name !== "string" || !isState) return [];
  const numberOr = (value: JsonValue | undefined, otherwise: number) =>
    typeof value === "number" ? value : otherwise;
  return readThreadStart(stored).map((start) => ({
    ...start,
    postedAt,
    firstAt: numberOr(stored["first_at"], postedAt),
    lastAt: numberOr(stored["last_at"], postedAt),
    count: numberOr(stored["count"], 1),
    severityId: severityFromId(numberOr(stored["severity_id"], 0)) ?? 0,
    state,
    stateSince: numberOr(stored["state_since"], postedAt),
    isJoined: stored["is_joined"] === true,
    isEditable: stored["is_editable"] !== false,
    name,
    summary: typeof summary === "string" ? summary : "",
    body: objects(stored["body"]),
  }));
}

function readProgress(stored: JsonObject): Progress[] {
  const { delivery_id: deliveryId, ordinal, degraded } = stored;
  if (typeof deliveryId !== "string") return [];
  return [
    {
      deliveryId,
      ordinal: typeof ordinal === "number" ? ordinal : null,
      isWorse: stored["is_worse"] === true,
      isPosted: stored["is_posted"] === true,
      replied: texts(stored["replied"]),
      refused: texts(stored["refused"]),
      isJoining: stored["is_joining"] === true,
      hasTriedToJoin: stored["has_tried_to_join"] === true,
      degraded: typeof degraded === "string" ? degraded : null,
    },
  ];
}
