/**
 * Every refusal leaves through here, in one form. What is not an `ApiError` is either
 * Fastify's (the request never reached a route) or a fault of ours: logged whole, and
 * answered without a word of its inside.
 */

import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import { ApiError, type ErrorCode, errorStatus } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { StoreUnavailable } from "../../store/store.ts";
import type { App } from "../context.ts";

export const ErrorEnvelope = Type.Object(
  {
    error: Type.String({ description: "What is wrong and what to do, as a sentence" }),
    code: Type.String({ description: "Stable; see docs/reference/errors.md" }),
    details: Type.Optional(
      Type.Array(
        Type.Object({
          path: Type.String({ description: "Where, e.g. event_sink_args.Webhook.url" }),
          message: Type.String(),
        }),
      ),
    ),
  },
  { $id: "Error" },
);

/** The envelope of an error, as it goes out. */
export function envelopeOf(error: ApiError): Static<typeof ErrorEnvelope> {
  const { message, code, details } = error;
  return { error: message, code, ...(details.length === 0 ? {} : { details: [...details] }) };
}

/** When to come back if the store is away, in seconds. */
const storeRetryAfterS = 5;

/** Turns whatever was thrown into what the caller may read. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof StoreUnavailable) {
    return new ApiError(
      "unavailable",
      "The store cannot take or give data right now; nothing of this call was kept. Send it again.",
      { retryAfterS: storeRetryAfterS, cause: error },
    );
  }
  if (isFastifyError(error)) return fromFastify(error);
  return new ApiError("internal", "Something failed inside Event Sinks. Its log says what.", {
    cause: error,
  });
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && "code" in error && String(error.code).startsWith("FST_");
}

function fromFastify(error: FastifyError): ApiError {
  switch (error.code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new ApiError("too_large", "The body is too large: split it, or send less.");
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new ApiError(
        "unsupported_media_type",
        "The Content-Type header is no media type: send `Content-Type: application/json`.",
      );
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return new ApiError("invalid_request", "The body is not as long as Content-Length says.");
    case "FST_ERR_BAD_URL":
      return new ApiError(
        "invalid_request",
        "The path is not well percent-encoded: encode a plain `%` as `%25`.",
      );
    case "FST_ERR_ROUTE_MISSING_CONTENT_TYPE":
      return new ApiError("method_not_allowed", "This method is not taken: see /openapi.json.");
    case "FST_ERR_MAX_PARAM_LENGTH":
      return new ApiError("not_found", "Nothing has an id that long: check it.");
    default:
      return new ApiError("internal", "Something failed inside Event Sinks. Its log says what.", {
        cause: error,
      });
  }
}

type SendError = (error: unknown, request: FastifyRequest, reply: FastifyReply) => void;

/** Makes what answers with an error, and logs the ones that are ours. */
export function createSendError(log: Log): SendError {
  return (error, request, reply) => {
    const apiError = toApiError(error);
    const isTooLarge = error !== apiError && apiError.code === "too_large";
    const sent = isTooLarge ? withLimit(apiError, request) : apiError;
    logRefusal(log, error, sent, request);
    if (sent.retryAfterS !== undefined) reply.header("retry-after", sent.retryAfterS);
    if (sent.code === "unauthorized") reply.header("www-authenticate", "Bearer");
    void reply.code(sent.status).send(envelopeOf(sent));
  };
}

function logRefusal(log: Log, error: unknown, sent: ApiError, request: FastifyRequest): void {
  const { method, id, raw } = request;
  const fields = { method, route: routeOf(request), request_id: id };
  const { code, status } = sent;
  if (code === "unavailable" || (code === "internal" && isHangUp(error, raw))) {
    // A store that is away says so itself, and clients come and go: a line for each would drown it.
    log.debug({ ...fields, error }, "http.failed");
  } else if (code === "rate_limited") {
    // Whoever is told to slow down has been told of before, and may go on for long.
    log.debug({ ...fields, status, code }, "http.refused");
  } else if (code === "internal") log.error({ ...fields, error }, "http.failed");
  else log.info({ ...fields, status, code }, "http.refused");
}

/** The client went away in the middle of its body. */
function isHangUp(error: unknown, raw: IncomingMessage): boolean {
  return raw.destroyed && error instanceof Error && "code" in error && error.code === "ECONNRESET";
}

/** Fastify does not say which limit was passed; the route knows. */
function withLimit(error: ApiError, request: FastifyRequest): ApiError {
  const limit = request.routeOptions.bodyLimit;
  return new ApiError(
    "too_large",
    `The body is over ${limit} bytes, the limit of this call: send less at a time.`,
    {
      cause: error,
    },
  );
}

/** The route's pattern, not the path, which may hold ids. */
function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? "no route";
}

/** Puts the envelope on everything that goes wrong in `app`, unknown paths and methods included. */
export function handleErrors(app: App, sendError: SendError): void {
  const routes: { readonly method: string; readonly pattern: RegExp }[] = [];
  app.addHook("onRoute", ({ method, url }) => {
    const pattern = new RegExp(`^${url.replaceAll(".", "\\.").replace(/:[^/]+/g, "[^/]+")}/?$`);
    for (const one of [method].flat()) routes.push({ method: one, pattern });
  });
  app.setErrorHandler(sendError);
  app.setNotFoundHandler((request, reply) => {
    const [path = ""] = request.url.replace(/\/{2,}/g, "/").split(/[?#]/, 1);
    const methods = routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    if (methods.length === 0) {
      const cure = "see /openapi.json for what there is";
      throw new ApiError("not_found", `There is no path ${path.slice(0, 200)} here: ${cure}.`);
    }
    const allowed = [...new Set(methods)].join(", ");
    reply.header("allow", allowed);
    throw new ApiError("method_not_allowed", `${path} takes ${allowed}, not ${request.method}.`);
  });
}

/** What Node itself could not read as HTTP, so that no request object exists. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [code, message] = clientFault(error.code);
  const body = JSON.stringify({ error: message, code });
  const status = errorStatus[code];
  socket.end(
    `HTTP/1.1 ${status} ${code}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function clientFault(code: string | undefined): [ErrorCode, string] {
  if (code === "HPE_HEADER_OVERFLOW") {
    return [
      "headers_too_large",
      "The request's headers are too large: send fewer or shorter ones.",
    ];
  }
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return ["request_timeout", "The request did not come in whole in time: send it again."];
  }
  return ["invalid_request", "This is not HTTP/1.1 as RFC 9112 has it: check the client."];
}
