/**
 * One message per problem: what a delivery has to do next.
 *
 *   trigger, explicit key    no live message -> post; else edit it, then reply in its thread
 *   trigger, default key     post
 *   acknowledge, resolve     edit what is open, reply in the thread of a joined message and of
 *                            roll-ups; when nothing was told so, post
 *
 * A message is live while it is unresolved, in the sink's channel and under 24 h old. An edit
 * notifies nobody, hence the reply; one that tells of a graver severity is shown in the channel.
 *
 * `planTask` looks at memory and the delivery's own progress in it, and nothing else. Each
 * task that is done, or refused for good, is noted there, so a retry goes on where it stopped.
 */

import { type SeverityId, severityRank } from "../../domain/severity.ts";
import type { StepInput } from "../sink-type.ts";
import { readSettings } from "./args.ts";
import { alertParts } from "./blocks.ts";
import {
  type NewMessage,
  type OpenMessage,
  type ProblemState,
  type Progress,
  progressOf,
  type SlackMemory,
  type ThreadStart,
} from "./memory.ts";
import { closingReply, repeatReply, rolledUpReply, type Triggers } from "./replies.ts";

/** Slack workspaces may close their edit window; a day is what threads stay in view. */
const joinedAgeMsMax = 24 * 3_600_000;

/** What is kept of a body for edits, as JSON text. */
const keptBodyLengthMax = 3_000;

export type Task =
  /** A new message; `message` is what memory keeps of it, null for one that opens nothing. */
  | { readonly kind: "post"; readonly message: NewMessage | null; readonly isResolveTold: boolean }
  /** `message` as it reads after the edit. */
  | { readonly kind: "edit"; readonly message: OpenMessage; readonly isResolveTold: boolean }
  | {
      readonly kind: "reply";
      readonly thread: ThreadStart;
      /** The thread's message with this trigger counted, where no edit has counted it. */
      readonly joined: OpenMessage | null;
      readonly text: string;
      readonly isBroadcast: boolean;
    }
  | { readonly kind: "done"; readonly detail: string | undefined };

type Situation = Pick<
  StepInput,
  "alert" | "earlier" | "now" | "deliveryId" | "isResolveWaiting" | "settings"
>;

/** The next task; `done` when the alert is told. */
export function planTask(input: Situation, memory: SlackMemory): Task {
  const progress = progressOf(memory, input.deliveryId);
  if (progress.isPosted) return done();
  return input.alert.action === "trigger"
    ? planTrigger(input, memory, progress)
    : planClosing(input, memory, progress);
}

/** The message that a trigger of an explicit key joins. */
export function liveMessage(
  memory: SlackMemory,
  { now, settings }: Pick<Situation, "now" | "settings">,
): OpenMessage | undefined {
  const { channelId } = readSettings(settings);
  return memory.messages.findLast(
    (message) =>
      isFresh(message, now) && message.state !== "resolved" && message.channel === channelId,
  );
}

function isFresh({ isJoined, postedAt }: OpenMessage, now: number): boolean {
  return isJoined && now - postedAt < joinedAgeMsMax;
}

function planTrigger(input: Situation, memory: SlackMemory, progress: Progress): Task {
  const { alert, now, isResolveWaiting } = input;
  if (!alert.hasExplicitKey) return post(newMessage(input), false);
  const told = memory.messages.findLast((message) => isFresh(message, now));
  if (isResolveWaiting && memory.isResolveTold && told !== undefined) {
    // Its forerunner has told the resolve; this one is added to it.
    return isCounted(input, memory) || !told.isEditable
      ? done()
      : edit(joinedBy(told, newOf(input, memory)), true);
  }
  const live = liveMessage(memory, input);
  if (live === undefined) {
    const message = newMessage(input);
    return isResolveWaiting
      ? post({ ...message, state: "resolved", stateSince: now }, true)
      : post(message, false);
  }
  const isKnown = isCounted(input, memory);
  const triggers = newOf(input, memory);
  if (!isKnown && live.isEditable) return edit(joinedBy(live, triggers), false);
  const joined = isKnown ? live : joinedBy(live, triggers);
  if (progress.refused.includes(live.ts)) return post(joined, false);
  if (progress.replied.includes(live.ts)) return done();
  const isWorse = isKnown ? progress.isWorse : isWorseThan(triggers, live);
  const text = repeatReply(input, {
    count: progress.ordinal ?? joined.count,
    isWorse,
    severityId: joined.severityId,
  });
  return { ...reply(live, text), joined: isKnown ? null : joined, isBroadcast: isWorse };
}

function planClosing(input: Situation, memory: SlackMemory, progress: Progress): Task {
  const { alert, now } = input;
  if (memory.isResolveTold) {
    return done("The message of its trigger told already that it was resolved.");
  }
  const state = alert.action === "resolve" ? "resolved" : "acknowledged";
  const messages = memory.messages.filter((message) => !message.isJoined || isFresh(message, now));
  const next = messages.find((message) => message.isEditable && mayBecome(message.state, state));
  if (next !== undefined) return edit({ ...next, state, stateSince: alert.receivedAt }, false);
  const isTold = messages.some((message) => message.isEditable) || progress.replied.length > 0;
  const thread =
    messages.findLast((message) => message.isJoined) ?? (isTold ? undefined : messages.at(-1));
  const isOpen = ({ ts }: ThreadStart) =>
    !progress.replied.includes(ts) && !progress.refused.includes(ts);
  if (thread !== undefined && isOpen(thread)) {
    return reply(thread, closingReply(alert, thread));
  }
  const rollUp = memory.rollUps.find(isOpen);
  if (rollUp !== undefined) return reply(rollUp, rolledUpReply(alert));
  const isAnswered = progress.replied.length > 0;
  const isEnough = isAnswered || (isTold && progress.refused.length === 0);
  return isEnough ? done() : post(null, false);
}

function mayBecome(from: ProblemState, to: ProblemState): boolean {
  return from === "open" || (from === "acknowledged" && to === "resolved");
}

/** Whether its message counts a trigger already, from an earlier try. */
function isCounted({ alert, deliveryId }: Situation, memory: SlackMemory): boolean {
  return progressOf(memory, deliveryId).ordinal !== null || memory.counted.includes(alert.uid);
}

/** A trigger with those of the earlier ones that were not counted with another. */
export function newOf({ alert, earlier }: Triggers, { counted }: SlackMemory): Triggers {
  return { alert, earlier: earlier.filter(({ uid }) => !counted.includes(uid)) };
}

/** A message after more triggers: their newest findings, the gravest severity so far. */
function joinedBy(message: OpenMessage, triggers: Triggers): OpenMessage {
  const { alert, earlier } = triggers;
  return {
    ...message,
    ...alertParts(alert, keptBodyLengthMax),
    count: message.count + 1 + earlier.length,
    lastAt: alert.receivedAt,
    severityId: isWorseThan(triggers, message) ? gravest(triggers) : message.severityId,
  };
}

/** Whether triggers are graver than all that a message stands for. */
export function isWorseThan(triggers: Triggers, message: OpenMessage): boolean {
  return severityRank(gravest(triggers)) > severityRank(message.severityId);
}

function gravest({ alert, earlier }: Triggers): SeverityId {
  return earlier.reduce(
    (worst, { severityId }) =>
      severityRank(severityId) > severityRank(worst) ? severityId : worst,
    alert.severityId,
  );
}

/** What the first trigger of a problem becomes, with those that came before it could be posted. */
export function newMessage(triggers: Triggers & Pick<StepInput, "now">): NewMessage {
  const { alert, earlier, now } = triggers;
  return {
    ...alertParts(alert, keptBodyLengthMax),
    postedAt: now,
    firstAt: earlier[0]?.receivedAt ?? alert.receivedAt,
    lastAt: alert.receivedAt,
    count: 1 + earlier.length,
    severityId: gravest(triggers),
    state: "open",
    stateSince: alert.receivedAt,
    isJoined: alert.hasExplicitKey,
    isEditable: true,
  };
}

function post(message: NewMessage | null, isResolveTold: boolean): Task {
  return { kind: "post", message, isResolveTold };
}

function edit(message: OpenMessage, isResolveTold: boolean): Task {
  return { kind: "edit", message, isResolveTold };
}

function reply(thread: ThreadStart, text: string): Extract<Task, { kind: "reply" }> {
  return { kind: "reply", thread, text, joined: null, isBroadcast: false };
}

function done(detail?: string): Task {
  return { kind: "done", detail };
}
