import type { OutboundResult } from "./outbound.ts";
import { errors } from "./undici-parts.ts";

export type Failure = Extract<OutboundResult, { kind: "failure" }>;

type Cause = Pick<Failure, "reason" | "detail">;

/**
 * Ends a connection before anything of a request was sent. It has no `code`, on purpose:
 * undici tries again by itself after some codes.
 */
export class ConnectError extends Error {
  readonly reason: Failure["reason"];

  constructor(reason: Failure["reason"], detail: string, cause?: unknown) {
    super(detail, { cause });
    this.name = "ConnectError";
    this.reason = reason;
  }
}

/**
 * Why a request failed once it was written, from the error undici ended it with.
 * @param status of the answer, null when none had begun.
 */
export function readExchangeError(error: Error, host: string, status: number | null): Cause {
  if (error instanceof errors.HeadersOverflowError) {
    return { reason: "bad_response", detail: `${host} answered with headers that are too large.` };
  }
  // undici's words for an answer without a request, a 100 and a 101 nobody asked for.
  if (error instanceof errors.SocketError && error.message.startsWith("bad ")) {
    return { reason: "bad_response", detail: `${host} answered what HTTP does not allow here.` };
  }
  if (isTlsError(error)) {
    return { reason: "tls_failed", detail: `${host} ended the TLS connection with an alert.` };
  }
  if (!isBrokenConnection(error)) {
    return { reason: "bad_response", detail: `What ${host} answered is not HTTP.` };
  }
  const when = status === null ? "before it answered" : `within its answer (status ${status})`;
  return { reason: "connection_failed", detail: `The connection to ${host} broke ${when}.` };
}

function isTlsError(error: Error): boolean {
  const code = codeOf(error);
  return code === "EPROTO" || code.startsWith("ERR_SSL_");
}

function isBrokenConnection(error: Error): boolean {
  return (
    error instanceof errors.SocketError ||
    error instanceof errors.ResponseContentLengthMismatchError ||
    error instanceof errors.ClientDestroyedError ||
    error instanceof errors.ClientClosedError ||
    // llhttp's words for a chunked body that ended before its last chunk.
    (error instanceof errors.HTTPParserError && error.message.includes("EOF")) ||
    codeOf(error) === "ECONNRESET" ||
    "syscall" in error
  );
}

/** The `code` of a Node, OpenSSL or undici error, empty when it has none. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}
