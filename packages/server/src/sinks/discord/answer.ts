import type { JsonObject } from "../../domain/json.ts";
import { numberText } from "../../domain/json.ts";
import type { Reason } from "../../domain/reason.ts";
import { readRetryAfterMs } from "../../domain/retry.ts";
import { readJsonObject } from "../answer-json.ts";
import { rateLimitMsDefault, readHttpStatus } from "../http-status.ts";
import type { SinkOutcome, SinkResponse, StepInput } from "../sink-type.ts";
import { quoteAnswer } from "../text.ts";

export interface DiscordFault {
  readonly reason: Reason;
  readonly cure: string;
}

const makeAnew =
  "In Discord open the channel's settings, Integrations, Webhooks, make a webhook, copy its URL, and save the sink with it.";

/**
 * Discord's own error codes that say the sink is at fault: docs.discord.com, Opcodes and
 * Status Codes, "JSON error codes", read 2026-11-23.
 */
export const discordFaults: Readonly<Record<string, DiscordFault>> = {
  10003: { reason: "not_found", cure: `The channel is gone. ${makeAnew}` },
  50027: { reason: "auth_failed", cure: `The webhook's token is not valid. ${makeAnew}` },
  220001: {
    reason: "client_error",
    cure: "The webhook is in a forum or media channel. Add ?thread_id= and a thread's ID to the URL, or use a webhook of a text channel.",
  },
};

/**
 * What Discord's answer to Execute Webhook means: docs.discord.com, Webhook resource, Rate
 * Limits, and Opcodes and Status Codes, read 2026-11-23.
 */
export function readAnswer(response: SinkResponse, input: StepInput): SinkOutcome {
  const { status } = response;
  // 200 with the message, since `wait=true` is asked for; 204 from what stands in for Discord.
  if (status === 200 || status === 204) return { kind: "delivered" };
  const body = readJsonObject(response.body);
  if (status === 429) return readRateLimit(response, body, input.now);
  const code = numberText(body?.["code"]) ?? "";
  const fault = discordFaults[code];
  if (status >= 400 && status < 500 && fault !== undefined) {
    const { reason, cure } = fault;
    return { kind: "rejected", reason, isSinkFault: true, detail: `Discord (${code}): ${cure}` };
  }
  // Rate Limits: "If a webhook returns a 404 status you should not attempt to use it again -
  // repeated attempts to do so will result in a temporary restriction."
  if (status === 404) {
    return {
      kind: "rejected",
      reason: "gone",
      isSinkFault: true,
      pausesSink: true,
      detail: `Discord answered 404: the webhook was deleted. ${makeAnew} Then resume the sink.`,
    };
  }
  if (status === 400 || status === 413) {
    const words = quoteAnswer(response.body, input.secrets, 500);
    return {
      kind: "rejected",
      reason: "payload_refused",
      detail: `Discord refused the message (${words || status}).`,
    };
  }
  return readHttpStatus(response, "Discord", input.now);
}

/** The body counts in fractions of a second, the header in whole ones: the longer wait is kept. */
function readRateLimit(
  { headers }: SinkResponse,
  body: JsonObject | undefined,
  now: number,
): SinkOutcome {
  const told = [
    readRetryAfterMs(headers["retry-after"], now),
    readRetryAfterMs(numberText(body?.["retry_after"]), now),
  ].filter((ms) => ms !== undefined);
  const waitMs = told.length === 0 ? rateLimitMsDefault : Math.max(...told);
  return {
    kind: "retry",
    reason: "rate_limited",
    detail: `Discord answered 429: too many requests. Next try in ${Math.ceil(waitMs / 1000)} s at the earliest.`,
    retryAfterMs: waitMs,
  };
}
