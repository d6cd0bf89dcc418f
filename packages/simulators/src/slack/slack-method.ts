import type { Answer } from "../loopback/received-request.ts";
import type { SlackCall } from "./slack-call.ts";
import type { SlackState, Token } from "./slack-state.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What a method answers: Slack says no with HTTP 200, but for rate limits. */
export type MethodResult =
  | { readonly ok: true; readonly body: Fields; readonly warnings?: readonly string[] }
  | {
      readonly ok: false;
      readonly error: string;
      /** Fields beside `error`, e.g. `needed` and `provided`. */
      readonly extra?: Fields;
      /** Goes to `response_metadata.messages`, each as `[ERROR] …`. */
      readonly messages?: readonly string[];
      /** Makes it a 429; whole seconds. */
      readonly retryAfterS?: number;
    };

export interface SlackMethod {
  /** False: arguments in a JSON body are not seen, as with Slack's read methods. */
  readonly acceptsJson: boolean;
  readonly needsToken: boolean;
  readonly run: (call: SlackCall, token: Token, state: SlackState) => MethodResult;
}

export function refuse(
  error: string,
  more: { extra?: Fields; messages?: readonly string[]; retryAfterS?: number } = {},
): MethodResult & { ok: false } {
  return { ok: false, error, ...more };
}

export function missingArgument(name: string): MethodResult & { ok: false } {
  return refuse("invalid_arguments", { messages: [`missing required field: ${name}`] });
}

export function rateLimited(waitMs: number): MethodResult & { ok: false } {
  return refuse("ratelimited", { retryAfterS: Math.max(1, Math.ceil(waitMs / 1000)) });
}

/** Null when the token has one of the scopes, else Slack's refusal, which names what is needed. */
export function scopeRefusal(
  token: Token,
  ...anyOf: readonly string[]
): (MethodResult & { ok: false }) | null {
  if (anyOf.some((scope) => token.scopes.includes(scope))) return null;
  const extra = { needed: anyOf.join(","), provided: token.scopes.join(",") };
  return refuse("missing_scope", { extra });
}

/** The HTTP answer for a result, with the warnings that reading the call has raised. */
export function renderResult(result: MethodResult, callWarnings: readonly string[]): Answer {
  const warnings = [...callWarnings, ...(result.ok ? (result.warnings ?? []) : [])];
  const messages = result.ok ? [] : (result.messages ?? []).map((text) => `[ERROR] ${text}`);
  const body: Record<string, unknown> = result.ok
    ? { ok: true, ...result.body }
    : { ok: false, error: result.error, ...result.extra };
  const metadata = {
    ...(typeof body["response_metadata"] === "object" ? body["response_metadata"] : {}),
    ...(messages.length > 0 ? { messages } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
  if (warnings.length > 0) body["warning"] = warnings.join(",");
  if (Object.keys(metadata).length > 0) body["response_metadata"] = metadata;
  if (result.ok || result.retryAfterS === undefined) return { status: 200, body };
  return { status: 429, headers: { "retry-after": String(result.retryAfterS) }, body };
}
