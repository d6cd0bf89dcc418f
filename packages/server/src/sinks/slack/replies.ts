/** The short texts that follow a message in its thread. Alert text in them is escaped. */

import type { SinkAlert } from "../../domain/alert.ts";
import type { SeverityId } from "../../domain/severity.ts";
import type { StepInput } from "../sink-type.ts";
import { linksOf, oneLine, shortLinks } from "./blocks.ts";
import { duration, ordinal, severityLabel, utc } from "./describe.ts";
import type { OpenMessage } from "./memory.ts";
import { fitMrkdwn } from "./mrkdwn.ts";

const linksLengthMax = 1_000;
const nameLengthMax = 300;

/** A trigger, with the earlier ones that it speaks for. */
export type Triggers = Pick<StepInput, "alert" | "earlier">;

/** How a problem stands after a trigger that joined it. */
export interface Standing {
  /** Triggers so far. */
  readonly count: number;
  /** It is graver than all before. */
  readonly isWorse: boolean;
  readonly severityId: SeverityId;
}

/** A trigger, or several together, that join an open message. */
export function repeatReply({ alert, earlier }: Triggers, standing: Standing): string {
  const { count, isWorse, severityId } = standing;
  const times =
    earlier.length === 0
      ? `for the ${ordinal(count)} time`
      : `${(earlier.length + 1).toLocaleString("en-US")} times more, ${count.toLocaleString("en-US")} in all`;
  const seen = `seen ${times}, ${utc(alert.receivedAt)}`;
  const name = fitMrkdwn(oneLine(alert.name), nameLengthMax);
  return [
    isWorse
      ? `🔺 *Now ${severityLabel(severityId)}*: ${name}\n${upper(seen)}`
      : `🔁 ${upper(seen)}`,
    ...shortLinks(linksOf(alert), linksLengthMax).slice(0, 3),
  ].join("\n");
}

/** An acknowledge or a resolve of what the thread began with. */
export function closingReply(alert: SinkAlert, message: OpenMessage): string {
  if (alert.action === "acknowledge") return `👀 Acknowledged, ${utc(alert.receivedAt)}`;
  const after = duration(alert.receivedAt - message.firstAt);
  const times =
    message.count > 1 ? `; it was seen ${message.count.toLocaleString("en-US")} times` : "";
  return `✅ Resolved after ${after}${times}, ${utc(alert.receivedAt)}`;
}

/** The same in the thread of a roll-up, where it has to say which alert is meant. */
export function rolledUpReply(alert: SinkAlert): string {
  const word = alert.action === "acknowledge" ? "👀 Acknowledged" : "✅ Resolved";
  const name = fitMrkdwn(oneLine(alert.name), nameLengthMax);
  const key = fitMrkdwn(oneLine(alert.dedupKey), nameLengthMax);
  return [`${word}: *${name.replaceAll("*", "∗")}*`, `${key}, ${utc(alert.receivedAt)}`].join("\n");
}

function upper(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
