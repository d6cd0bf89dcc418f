import { readRetryAfterMs } from "../domain/retry.ts";
import type { SinkOutcome, SinkResponse } from "./sink-type.ts";

/**
 * How long a rate limit without Retry-After is respected. PagerDuty documents no such
 * header and suggests tries 30 s apart (developer.pagerduty.com, Events API v2 overview,
 * read 2026-08); Slack's limits count per minute and it always sends the header.
 */
export const rateLimitMsDefault = 30_000;

/**
 * What an HTTP status other than success means where the platform says nothing more
 * precise. Everything is a retry: whoever runs the receiver can still mend it while the
 * retry schedule lasts.
 * @param who - the platform at the start of a sentence, e.g. `The webhook`.
 * @param now - when the answer came, ms since the epoch, for a Retry-After date.
 */
export function readHttpStatus(response: SinkResponse, who: string, now: number): SinkOutcome {
  const { status } = response;
  const retryAfterMs = readRetryAfterMs(response.headers["retry-after"], now);
  const said = `${who} answered ${status}`;
  if (status === 429) {
    const waitMs = retryAfterMs ?? rateLimitMsDefault;
    return {
      kind: "retry",
      reason: "rate_limited",
      detail: `${said}: too many requests. Next try in ${Math.ceil(waitMs / 1000)} s at the earliest.`,
      retryAfterMs: waitMs,
    };
  }
  if (status >= 500) {
    return {
      kind: "retry",
      reason: "server_error",
      detail: `${said}: a fault on its side.`,
      // 503 says it did nothing; after the others the platform may have gone on.
      ...(status === 503 ? {} : { ambiguous: true }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  }
  return {
    ...readRefusal(status, said),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function readRefusal(status: number, said: string): SinkOutcome & { kind: "retry" } {
  if (status >= 300 && status < 400) {
    return {
      kind: "retry",
      reason: "redirected",
      detail: `${said}: a redirect, which is never followed. Save the URL it leads to.`,
    };
  }
  if (status === 401 || status === 403 || status === 407) {
    return {
      kind: "retry",
      reason: "auth_failed",
      detail: `${said}: it did not accept the credentials. Check them and save the sink again.`,
    };
  }
  if (status === 404) {
    return {
      kind: "retry",
      reason: "not_found",
      detail: `${said}: nothing is there. Check the URL.`,
    };
  }
  if (status === 408) {
    return {
      kind: "retry",
      reason: "timeout",
      detail: `${said}: the request took too long.`,
      ambiguous: true,
    };
  }
  if (status >= 400) {
    return { kind: "retry", reason: "client_error", detail: `${said}: it refused the request.` };
  }
  return {
    kind: "retry",
    reason: "bad_response",
    detail: `${said}, which is not a documented answer.`,
    ambiguous: true,
  };
}
