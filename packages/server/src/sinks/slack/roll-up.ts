/**
 * Many alerts in one message, for a backlog that Slack's pace of about one message per second
 * and channel would hold up for minutes. It names counts by severity and the worst alerts;
 * what it told is resolved or acknowledged by replies in its thread.
 */

import type { SinkAlert } from "../../domain/alert.ts";
import type { JsonObject } from "../../domain/json.ts";
import { isUrgentSeverity } from "../../domain/severity.ts";
import type { RollUp, RollUpInput, SinkOutcome, SinkRequest, SinkResponse } from "../sink-type.ts";
import { readSlackAnswer, readSlackFailure, slackPost } from "./api.ts";
import { readSettings } from "./args.ts";
import { memoryLimits, readMemory, type ThreadStart, writeMemory } from "./memory.ts";
import { rollUpMessage } from "./roll-up-message.ts";
import { accessOf, errorContext, silent, unfurlNothing } from "./step.ts";

/** See `SinkType.rollUp`. */
export const rollUp: RollUp = {
  backlogMin: 10,
  alertsMax: 500,
  admits,
  step,
  outcome,
  remember,
};

/** A repeat belongs to its open message, a resolve to what it resolves. */
function admits(alert: SinkAlert, memory: JsonObject): boolean {
  if (alert.action !== "trigger" || isUrgentSeverity(alert.severityId)) return false;
  const { messages, progress, isToldAlone } = readMemory(memory);
  if (isToldAlone) return false;
  const isUnderWay = progress.some(({ isPosted, ordinal }) => isPosted || ordinal !== null);
  return !alert.hasExplicitKey || !(isUnderWay || messages.some(({ isJoined }) => isJoined));
}

function step(input: RollUpInput): SinkRequest {
  const { channelId, wantedName } = readSettings(input.settings);
  const { blocks, text } = rollUpMessage(input.alerts);
  return slackPost(
    "chat.postMessage",
    {
      channel: channelId ?? `#${wantedName}`,
      ...(isPlain(input) ? { text } : { text, blocks }),
      ...silent,
      ...unfurlNothing,
    },
    accessOf(input),
  );
}

function outcome(response: SinkResponse, input: RollUpInput): SinkOutcome {
  const answer = readSlackAnswer(response);
  if (answer.kind === "ok") {
    const { channel, ts } = answer.body;
    const isPlace = typeof channel === "string" && typeof ts === "string";
    const detail = `Told in a roll-up of ${input.alerts.length} alerts.`;
    return {
      kind: "delivered",
      detail,
      ...(isPlain(input) ? { isDegraded: true } : {}),
      ...(isPlace ? { memory: writeTold({ channel, ts }) } : {}),
    };
  }
  const { outcome: failed, rule } = readSlackFailure(response, answer, errorContext(input));
  if (rule?.reaction !== "degrade") return failed;
  if (!isPlain(input)) return { kind: "next", memory: { is_plain: true } };
  // Nothing is dropped because its roll-up was refused: each alert goes out by itself.
  return {
    kind: "retry",
    reason: failed.reason,
    detail: `${failed.detail} Each alert of the roll-up is sent by itself instead.`,
    memory: { is_told_alone: true },
  };
}

/** Slack has refused the blocks. */
function isPlain({ memory }: RollUpInput): boolean {
  return memory["is_plain"] === true;
}

function writeTold({ channel, ts }: ThreadStart): JsonObject {
  return { roll_ups: [{ channel, ts }] };
}

/** Adds what a roll-up left to what was known of a key. */
function remember(known: JsonObject, left: JsonObject): JsonObject {
  const [before, after] = [readMemory(known), readMemory(left)];
  // Several alerts of a key may stand in one roll-up.
  const isNew = ({ ts }: ThreadStart) => after.rollUps.every((each) => each.ts !== ts);
  return writeMemory({
    ...before,
    rollUps: [...before.rollUps.filter(isNew), ...after.rollUps].slice(-memoryLimits.rollUpsMax),
    isToldAlone: after.isToldAlone,
  });
}
