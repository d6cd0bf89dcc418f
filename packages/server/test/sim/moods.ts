/** How the receivers of the fake network behave, and what they answer. */

import type { OutboundResult } from "../../src/outbound/outbound.ts";
import type { Chance } from "./chance.ts";
import type { SimSinkType } from "./plan.ts";

export const moods = [
  "good",
  "good",
  "slow",
  /** Takes nothing and never answers, or takes it and never answers. */
  "hangs",
  "refuses_connections",
  /** Cuts the connection, before or after it has taken the request. */
  "half_closes",
  /** Takes the request and answers 500 all the same. */
  "lies_500",
  /** 503 with Retry-After. */
  "busy",
  /** 429 with Retry-After. */
  "rate_limits",
  /** The credentials are wrong. */
  "denies",
  /** 410, or whatever says that the place is gone. */
  "gone",
  /** The content is refused for good. */
  "refuses_payload",
  "garbage",
  /** Another of these with each request. */
  "flaps",
] as const;

export type Mood = (typeof moods)[number];

/** What becomes of one request. */
export interface Fate {
  /** Null: no answer ever. */
  readonly afterMs: number | null;
  readonly isTaken: boolean;
  readonly answer: Answer;
}

export type Answer =
  | { readonly status: number; readonly headers: Record<string, string>; readonly body: string }
  | { readonly isAmbiguous: boolean };

const steady = moods.filter((mood) => mood !== "flaps");

/**
 * @param taken what the platform answers to a request that it takes.
 */
export function fateOf(mood: Mood, type: SimSinkType, taken: () => Answer, chance: Chance): Fate {
  const afterMs = mood === "slow" ? chance.between(500, 19_000) : chance.between(1, 60);
  const isTaken = chance.isOneIn(2);
  switch (mood) {
    case "flaps":
      return fateOf(chance.pick(steady), type, taken, chance);
    case "good":
    case "slow":
      return { afterMs, isTaken: true, answer: taken() };
    case "hangs":
      if (isTaken) taken();
      return { afterMs: null, isTaken, answer: { isAmbiguous: true } };
    case "refuses_connections":
      return { afterMs, isTaken: false, answer: { isAmbiguous: false } };
    case "half_closes":
      if (isTaken) taken();
      return { afterMs, isTaken, answer: { isAmbiguous: true } };
    case "lies_500":
      taken();
      return { afterMs, isTaken: true, answer: said(500, "oops") };
    default:
      return { afterMs, isTaken: false, answer: refusal(mood, type, chance) };
  }
}

function refusal(mood: Mood, type: SimSinkType, chance: Chance): Answer {
  const wait = { "retry-after": String(chance.pick([1, 7, 60, 600, 7_200])) };
  if (mood === "busy") return said(503, "busy", wait);
  if (mood === "rate_limits") return said(429, "slow down", wait);
  if (mood === "garbage") return said(type === "webhook" ? 302 : 200, "<html>sign in</html>");
  return refusals[type][mood as keyof (typeof refusals)["webhook"]];
}

const slackError = (error: string) => said(200, JSON.stringify({ ok: false, error }));
const eventError = (error: string) =>
  said(400, JSON.stringify({ status: "invalid event", message: "invalid", errors: [error] }));

const refusals = {
  webhook: {
    denies: said(401, "who are you"),
    gone: said(410, "gone"),
    refuses_payload: said(400, "what is this"),
  },
  pagerduty: {
    denies: eventError("Invalid routing key"),
    gone: eventError("Invalid routing key"),
    refuses_payload: eventError("'payload.summary' is missing"),
  },
  slack: {
    denies: slackError("not_in_channel"),
    gone: slackError("is_archived"),
    refuses_payload: slackError("invalid_blocks"),
  },
};

function said(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return { status, headers, body };
}

/** Nobody knows whether it was taken. */
export const brokenOff = {
  kind: "failure",
  reason: "connection_failed",
  detail: "The connection broke.",
  ambiguous: true,
  durationMs: 0,
} as const;

/** The answer as the outbound client gives it. */
export function resultOf(answer: Answer, durationMs: number): OutboundResult {
  if ("status" in answer) return { kind: "response", isBodyCut: false, durationMs, ...answer };
  return { ...brokenOff, ambiguous: answer.isAmbiguous, durationMs };
}
