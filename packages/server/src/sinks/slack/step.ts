/**
 * A Slack delivery as single requests: find the channel if only its name is known, join it if
 * Slack says the app has to, and else what `conversation.ts` plans. If Slack refuses the
 * blocks, the same goes out once more as plain text.
 */

import type { JsonObject } from "../../domain/json.ts";
import type { SinkOutcome, SinkRequest, SinkResponse, Step, StepInput } from "../sink-type.ts";
import {
  readSlackAnswer,
  readSlackFailure,
  type SlackAccess,
  type SlackErrorContext,
  slackPost,
  slackWords,
} from "./api.ts";
import { channelLabel, foundChannel, readSettings, slackBotNameKey } from "./args.ts";
import {
  alertMessage,
  alertParts,
  plainMessage,
  plainProblemMessage,
  problemMessage,
} from "./blocks.ts";
import {
  type ChannelSearch,
  joinChannelRequest,
  readChannelSearch,
  resumeSearch,
  searchChannelRequest,
  writeSearch,
} from "./channels.ts";
import { planTask, type Task } from "./conversation.ts";
import {
  progressOf,
  readMemory,
  type SlackMemory,
  withoutCounted,
  withoutProgress,
  withProgress,
  writeMemory,
} from "./memory.ts";
import { noteDone, noteRefused } from "./task-answers.ts";

export const botTokenName = "bot_token";

/** See `SinkType.step`. */
export function step(input: StepInput): Step {
  const access = accessOf(input);
  const memory = readMemory(input.memory);
  const search = pendingSearch(input, memory);
  if (search !== undefined) return searchChannelRequest(search, access);
  const channel = readSettings(input.settings).channelId ?? "";
  if (progressOf(memory, input.deliveryId).isJoining) return joinChannelRequest(channel, access);
  const task = planTask(input, memory);
  if (task.kind === "done") return { kind: "done", outcome: delivered(input, memory, task.detail) };
  return taskRequest(task, channel, input, memory);
}

/** See `SinkType.outcome`. */
export function outcome(response: SinkResponse, input: StepInput): SinkOutcome {
  const memory = readMemory(input.memory);
  const search = pendingSearch(input, memory);
  if (search !== undefined) return readSearchPage(response, search, input, memory);
  if (progressOf(memory, input.deliveryId).isJoining) return readJoin(response, input, memory);
  const task = planTask(input, memory);
  if (task.kind === "done") throw new Error("an answer to a request that was never made");
  return readTask(response, task, input, memory);
}

/** What every post and edit says of itself: alert text names nobody, and shows no previews. */
export const silent: JsonObject = { parse: "none", link_names: false };
export const unfurlNothing: JsonObject = { unfurl_links: false, unfurl_media: false };

export function accessOf({
  vendors,
  secrets,
}: Pick<StepInput, "vendors" | "secrets">): SlackAccess {
  return { slackApi: vendors.slackApi, botToken: secrets[botTokenName] };
}

export function errorContext({
  settings,
  secrets,
  now,
}: Pick<StepInput, "settings" | "secrets" | "now">): SlackErrorContext {
  const botName = settings[slackBotNameKey];
  return {
    channel: channelLabel(readSettings(settings)),
    botName: typeof botName === "string" ? botName : null,
    secrets,
    now,
  };
}

/** The search that has to come first, undefined when the channel's ID is known. */
function pendingSearch({ settings }: StepInput, memory: SlackMemory): ChannelSearch | undefined {
  const { channelId, wantedName } = readSettings(settings);
  if (channelId !== null || wantedName === null) return undefined;
  return resumeSearch(memory.search, wantedName);
}

function readSearchPage(
  response: SinkResponse,
  search: ChannelSearch,
  input: StepInput,
  memory: SlackMemory,
): SinkOutcome {
  const found = writeMemory({ ...memory, search: undefined });
  const answer = readChannelSearch(response, search, errorContext(input));
  if (answer.kind === "next") {
    const searched = writeMemory({ ...memory, search: writeSearch(answer.search) });
    return { kind: "next", memory: searched };
  }
  if (answer.kind === "found") {
    return { kind: "next", memory: found, learned: foundChannel(search.name, answer.channel) };
  }
  // A retry goes on where it stopped; after a definite no the next delivery starts afresh.
  return answer.outcome.kind === "rejected" ? { ...answer.outcome, memory: found } : answer.outcome;
}

/** Whatever becomes of joining, the post that follows tells whether it is enough. */
function readJoin(response: SinkResponse, input: StepInput, memory: SlackMemory): SinkOutcome {
  const answer = readSlackAnswer(response);
  const tried = { isJoining: false, hasTriedToJoin: true };
  const next = writeMemory(withProgress(memory, input.deliveryId, tried));
  if (answer.kind === "ok") return { kind: "next", memory: next };
  const failure = readSlackFailure(response, answer, errorContext(input));
  return failure.outcome.kind === "retry" && failure.rule?.class !== "unknown string"
    ? failure.outcome
    : { kind: "next", memory: next };
}

function taskRequest(
  task: Exclude<Task, { kind: "done" }>,
  channel: string,
  input: StepInput,
  memory: SlackMemory,
): SinkRequest {
  const access = accessOf(input);
  if (task.kind === "reply") {
    return slackPost(
      "chat.postMessage",
      {
        channel: task.thread.channel,
        thread_ts: task.thread.ts,
        ...(task.isBroadcast ? { reply_broadcast: true } : {}),
        text: task.text,
        ...silent,
        ...unfurlNothing,
      },
      access,
    );
  }
  const content = messageContent(task, input, memory);
  if (task.kind === "post") {
    const args = { channel, ...content, ...silent, ...unfurlNothing };
    return slackPost("chat.postMessage", args, access);
  }
  const { channel: postedTo, ts } = task.message;
  return slackPost("chat.update", { channel: postedTo, ts, ...content, ...silent }, access);
}

function messageContent(
  task: Extract<Task, { kind: "post" | "edit" }>,
  { alert, deliveryId }: StepInput,
  memory: SlackMemory,
): JsonObject {
  const { message, isResolveTold } = task;
  const isPlain = progressOf(memory, deliveryId).degraded !== null;
  // Without news since, a post is the alert itself.
  if (message === null || (task.kind === "post" && message.count === 1 && !isResolveTold)) {
    return isPlain ? { text: plainMessage(alert) } : { ...alertMessage(alert) };
  }
  if (isPlain) return { text: plainProblemMessage(message, isResolveTold) };
  // What is kept in memory is shorter than what the alert at hand can say.
  const parts = alert.action === "trigger" ? alertParts(alert) : {};
  return { ...problemMessage({ ...message, ...parts }, isResolveTold) };
}

function readTask(
  response: SinkResponse,
  task: Exclude<Task, { kind: "done" }>,
  input: StepInput,
  memory: SlackMemory,
): SinkOutcome {
  const answer = readSlackAnswer(response);
  if (answer.kind === "ok") return goOn(input, noteDone(task, answer.body, input, memory));
  const failure = readSlackFailure(response, answer, errorContext(input));
  const { rule } = failure;
  const { deliveryId } = input;
  const progress = progressOf(memory, deliveryId);
  if (rule?.reaction === "join" && !progress.hasTriedToJoin) {
    return goOn(input, withProgress(memory, deliveryId, { isJoining: true }));
  }
  if (rule?.reaction === "degrade" && progress.degraded === null && task.kind !== "reply") {
    const degraded = answer.kind === "error" ? slackWords(answer, input.secrets) : "";
    return goOn(input, withProgress(memory, deliveryId, { degraded }));
  }
  const noted = noteRefused(task, failure, input, memory);
  if (noted !== null) return goOn(input, noted);
  return fail(failure.outcome, input, memory);
}

function goOn(input: StepInput, memory: SlackMemory): SinkOutcome {
  if (progressOf(memory, input.deliveryId).isJoining) {
    return { kind: "next", memory: writeMemory(memory) };
  }
  const task = planTask(input, memory);
  if (task.kind === "done") return delivered(input, memory, task.detail);
  return { kind: "next", memory: writeMemory(memory) };
}

/** A resolve closes the problem: nothing of it has to be remembered. */
function delivered(
  { alert, earlier, deliveryId }: StepInput,
  memory: SlackMemory,
  toldBefore: string | undefined,
): SinkOutcome {
  const { degraded } = progressOf(memory, deliveryId);
  const told = [...earlier, alert].map(({ uid }) => uid);
  const left = withoutCounted(withoutProgress(memory, deliveryId), told);
  const detail =
    degraded === null
      ? toldBefore
      : `Sent degraded, as short plain text: Slack refused the formatted message (${degraded}).`;
  return {
    kind: "delivered",
    memory: alert.action === "resolve" ? {} : writeMemory({ ...left, isToldAlone: false }),
    ...(detail === undefined ? {} : { detail }),
    ...(degraded === null ? {} : { isDegraded: true }),
  };
}

/** What was done stays noted while the delivery goes on; a later try may join anew. */
function fail(
  outcome: Extract<SinkOutcome, { kind: "retry" | "rejected" }>,
  { deliveryId }: StepInput,
  memory: SlackMemory,
): SinkOutcome {
  if (outcome.kind === "retry") return outcome;
  if (outcome.isSinkFault !== true) {
    return { ...outcome, memory: writeMemory(withoutProgress(memory, deliveryId)) };
  }
  if (!progressOf(memory, deliveryId).hasTriedToJoin) return outcome;
  const again = withProgress(memory, deliveryId, { hasTriedToJoin: false });
  return { ...outcome, memory: writeMemory(again) };
}
