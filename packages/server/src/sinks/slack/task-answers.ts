/** What memory keeps of a task once Slack has answered it. */

import type { JsonObject } from "../../domain/json.ts";
import type { StepInput } from "../sink-type.ts";
import type { SlackFailure } from "./api.ts";
import { readSettings } from "./args.ts";
import { isWorseThan, newOf, type Task } from "./conversation.ts";
import {
  memoryLimits,
  type OpenMessage,
  progressOf,
  type SlackMemory,
  withCounted,
  withMessage,
  withProgress,
} from "./memory.ts";

type Sent = Exclude<Task, { kind: "done" }>;

/** Memory after a task that Slack has done. */
export function noteDone(
  task: Sent,
  answer: JsonObject,
  input: StepInput,
  memory: SlackMemory,
): SlackMemory {
  const { deliveryId } = input;
  if (task.kind === "edit") return noteEdited(task.message, input, memory);
  if (task.kind === "reply") {
    const { replied } = progressOf(memory, deliveryId);
    const told = [...replied, task.thread.ts];
    // An edit that was refused did not count this trigger, so its reply does.
    const counted = task.joined === null ? memory : noteEdited(task.joined, input, memory);
    return withProgress(counted, deliveryId, { replied: told });
  }
  const posted = withProgress(memory, deliveryId, { isPosted: true });
  const { channel, ts } = answer;
  if (task.message === null || typeof ts !== "string") return posted;
  const channelId = readSettings(input.settings).channelId ?? "";
  const place = { channel: typeof channel === "string" ? channel : channelId, ts };
  return notePosted({ ...task.message, ...place }, task.isResolveTold, input.now, posted);
}

function notePosted(
  message: OpenMessage,
  isResolveTold: boolean,
  now: number,
  memory: SlackMemory,
): SlackMemory {
  // A problem of an explicit key has one message; a new one takes the place of one that ended.
  const others = message.isJoined
    ? memory.messages.filter(({ isJoined }) => !isJoined)
    : memory.messages;
  const kept = [...others, { ...message, postedAt: now, isEditable: true }];
  return { ...memory, messages: kept.slice(-memoryLimits.messagesMax), isResolveTold };
}

/** A message as it reads now; a trigger that it had not counted is noted as counted. */
function noteEdited(message: OpenMessage, input: StepInput, memory: SlackMemory): SlackMemory {
  const { alert, earlier, deliveryId } = input;
  const before = memory.messages.find(({ ts }) => ts === message.ts);
  const edited = withMessage(memory, message, message);
  if (alert.action !== "trigger") return edited;
  const isWorse = before !== undefined && isWorseThan(newOf(input, memory), before);
  const counted = withCounted(
    edited,
    [...earlier, alert].map(({ uid }) => uid),
  );
  return withProgress(counted, deliveryId, { ordinal: message.count, isWorse });
}

/**
 * Memory after an edit or a reply that cannot be, so that the plan goes on without it; null
 * when the failure is one of the whole delivery.
 */
export function noteRefused(
  task: Sent,
  { rule, outcome, error }: SlackFailure,
  input: StepInput,
  memory: SlackMemory,
): SlackMemory | null {
  if (task.kind === "post") return null;
  const place = task.kind === "edit" ? task.message : task.thread;
  const isElsewhere = place.channel !== readSettings(input.settings).channelId;
  // A channel the sink no longer posts to may be gone; that says nothing about the sink.
  const isLost = isElsewhere && (rule?.class === "target" || rule?.class === "target, curable");
  const isRefused = rule?.reaction === "post_anew" || rule?.reaction === "degrade" || isLost;
  if (task.kind === "reply") {
    if (!isRefused) return null;
    const { refused } = progressOf(memory, input.deliveryId);
    return withProgress(memory, input.deliveryId, { refused: [...refused, place.ts] });
  }
  if (isLost || error === "message_not_found") return withMessage(memory, place, null);
  if (isRefused) return withMessage(memory, place, { isEditable: false });
  // Edits are limited apart from posts. The next edit shows the count; the reply tells it now.
  const mayPass = input.alert.action === "trigger" && outcome.reason === "rate_limited";
  return mayPass ? noteEdited(task.message, input, memory) : null;
}
