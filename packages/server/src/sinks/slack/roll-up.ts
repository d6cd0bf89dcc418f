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
  return slackPost(
    "chat.postMessage",
    {
      channel: channelId ?? `#${wantedName}`,
      ...rollUpMessage(input.alerts),
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
    if (!isPlace) return { kind: "delivered", detail };
    return { kind: "delivered", detail, memory: writeTold({ channel, ts }) };
  }
  const { outcome: failed, rule } = readSlackFailure(response, answer, errorContext(input));
  // Nothing is dropped because its roll-up was refused: each alert goes out by itself. So does
  // the one that refreshes a token or degrades, which a single request cannot.
  if (rule?.reaction !== "degrade" && rule?.reaction !== "refresh") return failed;
  return {
    kind: "retry",
    reason: failed.reason,
    detail: `${failed.detail} Each alert of the roll-up is sent by itself instead.`,
    memory: { is_told_alone: true },
  };
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
