/** Requests to Slack's Web API and how its answers read, for deliveries and for look-ups at save time alike. */

import { type JsonObject, stringifyJson } from "../../domain/json.ts";
import { readRetryAfterMs } from "../../domain/retry.ts";
import type { Secret, Secrets } from "../../secret.ts";
import { userAgent } from "../../version.ts";
import { readJsonObject, strings } from "../answer-json.ts";
import { rateLimitMsDefault, readHttpStatus } from "../http-status.ts";
import type { SinkOutcome, SinkRequest, SinkResponse } from "../sink-type.ts";
import { quoteAnswer } from "../text.ts";
import { isSinkFault, type SlackErrorRule, slackErrorRule } from "./errors.ts";

export interface SlackAccess {
  /** Ends with a slash, e.g. `https://slack.com/api/`. */
  readonly slackApi: string;
  readonly botToken: Secret | undefined;
}

/** Slack echoes a whole post, non-ASCII characters as six bytes each. */
const postResponseBytesMax = 256 * 1024;

/** A call that writes: JSON, as chat.postMessage takes it. */
export function slackPost(method: string, args: JsonObject, access: SlackAccess): SinkRequest {
  return {
    method: "POST",
    url: access.slackApi + method,
    headers: { ...baseHeaders(access), "content-type": "application/json; charset=utf-8" },
    body: stringifyJson(args),
    audience: "vendor",
    responseBytesMax: postResponseBytesMax,
  };
}

/** A call that reads: conversations.* take no JSON, so arguments go into the query. */
export function slackGet(
  method: string,
  args: Readonly<Record<string, string>>,
  access: SlackAccess,
  responseBytesMax: number,
): SinkRequest {
  return {
    method: "GET",
    url: `${access.slackApi}${method}?${new URLSearchParams(args)}`,
    headers: baseHeaders(access),
    body: "",
    audience: "vendor",
    responseBytesMax,
  };
}

function baseHeaders({ botToken }: SlackAccess): Record<string, string> {
  return { authorization: `Bearer ${botToken?.reveal() ?? ""}`, "user-agent": userAgent };
}

export type SlackAnswer =
  | { readonly kind: "ok"; readonly body: JsonObject }
  | {
      readonly kind: "error";
      readonly error: string;
      /** The scopes that `missing_scope` asks for. */
      readonly needed: string | undefined;
      /** `response_metadata.messages`: what was wrong with the arguments, in Slack's words. */
      readonly messages: readonly string[];
    }
  | { readonly kind: "unreadable" };

/** Slack answers errors with HTTP 200 and `ok: false`, so the body decides, not the status. */
export function readSlackAnswer(response: SinkResponse): SlackAnswer {
  const body = readJsonObject(response.body) ?? readHead(response.body);
  if (body?.["ok"] === true) {
    const isSuccess = response.status >= 200 && response.status < 300;
    return isSuccess ? { kind: "ok", body } : { kind: "unreadable" };
  }
  const error = body?.["error"];
  if (body?.["ok"] !== false || typeof error !== "string") return { kind: "unreadable" };
  const { needed, response_metadata: metadata } = body;
  return {
    kind: "error",
    error,
    needed: typeof needed === "string" ? needed : undefined,
    messages:
      typeof metadata === "object" && metadata !== null && "messages" in metadata
        ? strings(metadata["messages"])
        : [],
  };
}

/**
 * The first fields of an answer that was cut. Taking a posted message for a failure only
 * because its echo was long would post it again.
 */
function readHead(body: string): JsonObject | undefined {
  const head = /^\s*\{\s*"ok"\s*:\s*(true|false)\s*[,}]/.exec(body);
  if (head === null) return undefined;
  const start = body.slice(0, 500);
  const fields: JsonObject = { ok: head[1] === "true" };
  for (const [, name = "", value = ""] of start.matchAll(
    /"(error|channel|ts)"\s*:\s*"([\w.-]+)"/g,
  )) {
    fields[name] ??= value;
  }
  return fields;
}

export interface SlackErrorContext {
  /** As people know it: `#security-alerts`, or the ID. */
  readonly channel: string;
  /** What people call the app; null when it is not known. */
  readonly botName: string | null;
  readonly secrets: Secrets;
  readonly now: number;
}

/** A failure, and by which rule; `rule` is undefined when HTTP alone told. */
export interface SlackFailure {
  readonly outcome: SinkOutcome & { readonly kind: "retry" | "rejected" };
  readonly rule: SlackErrorRule | undefined;
  /** Slack's own word. */
  readonly error: string | undefined;
}

/** What an answer that is not `ok` means for a delivery. */
export function readSlackFailure(
  response: SinkResponse,
  answer: Exclude<SlackAnswer, { kind: "ok" }>,
  context: SlackErrorContext,
): SlackFailure {
  if (response.status === 429 || answer.kind === "unreadable") {
    return { outcome: readUnreadable(response, context), rule: undefined, error: undefined };
  }
  const { error } = answer;
  const rule = slackErrorRule(error);
  const detail = explain(answer, rule, context);
  const { reason } = rule;
  if (isSinkFault(rule)) {
    return { outcome: { kind: "rejected", reason, detail, isSinkFault: true }, rule, error };
  }
  if (rule.reaction === "degrade")
    return { outcome: { kind: "rejected", reason, detail }, rule, error };
  const askedMs = readRetryAfterMs(response.headers["retry-after"], context.now);
  const isRateLimit = reason === "rate_limited";
  const waitMs = askedMs ?? rule.retryAfterMs ?? (isRateLimit ? rateLimitMsDefault : undefined);
  return {
    outcome: {
      kind: "retry",
      reason,
      detail,
      ...(rule.reaction === "refresh" ? { isTokenExpired: true } : {}),
      ...(rule.isAmbiguous ? { ambiguous: true } : {}),
      ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    },
    rule,
    error,
  };
}

function readUnreadable(
  response: SinkResponse,
  { now, secrets }: SlackErrorContext,
): SlackFailure["outcome"] {
  if (response.status >= 200 && response.status < 300) {
    return {
      kind: "retry",
      reason: "bad_response",
      detail: `Slack answered ${response.status} without its JSON: ${quoteAnswer(response.body, secrets, 120) || "(empty)"}`,
      ambiguous: true,
    };
  }
  const outcome = readHttpStatus(response, "Slack", now);
  if (outcome.kind !== "retry") throw new Error(`HTTP ${response.status} reads as a success`);
  return outcome;
}

function explain(
  answer: Extract<SlackAnswer, { kind: "error" }>,
  rule: SlackErrorRule,
  { channel, botName, secrets }: SlackErrorContext,
): string {
  // Function replacers: `$&` in a channel's name is no pattern.
  const cure = rule.cure
    .replaceAll("{channel}", () => channel)
    .replaceAll("{invite}", () => `/invite @${botName ?? " and the app's name"}`)
    .replaceAll("{needed}", () => quoteAnswer(answer.needed ?? "it needs", secrets, 100));
  return `Slack said ${slackWords(answer, secrets)}. ${cure}`;
}

/** The error and its explanations, as one piece of text for people. */
export function slackWords(
  { error, messages }: Extract<SlackAnswer, { kind: "error" }>,
  secrets: Secrets,
): string {
  return quoteAnswer([error, ...messages].join("; "), secrets);
}
