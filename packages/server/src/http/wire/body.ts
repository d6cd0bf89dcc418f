/**
 * Bodies: what is read, up to where, and what happens to the rest.
 *
 * A client that has more to send than is read here only looks for the answer once it has
 * written everything; closing on it would reset the connection and lose the answer. So
 * before any refusal is sent, what the client still sends is read and thrown away, within
 * bounds.
 */

import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { isJsonObject, type JsonValue, parseJson } from "../../domain/json.ts";
import { ApiError } from "../../errors.ts";
import type { App } from "../context.ts";
import { describeJsonFault } from "./json-fault.ts";

/** Bodies of the management calls; alerts have limits of their own. */
export const managementBytesMax = 1024 * 1024;

/** Arrays and objects in one another. Sinks and searches walk alerts; this bounds how deep. */
export const nestingMax = 100;

/** Sockets hold this much, so no client waits for it to be read. */
const smallBytesMax = 16 * 1024;

/** Of a body that is refused, this much is read before the connection is cut. */
const drainBytesMax = 64 * 1024 * 1024;
const drainMsMax = 10_000;

/** Makes Fastify read JSON, and nothing else, for every method that may bring a body. */
export function readJsonBodies(app: App): void {
  // Scanner's SDK lists with a JSON body on GET.
  app.addHttpMethod("GET", { hasBody: true, overrideExisting: true });
  app.removeAllContentTypeParsers();
  // By its name too: a type that only the star matches is read anew with each request.
  const types = ["application/json", "*"];
  app.addContentTypeParser(types, { parseAs: "buffer" }, (request, bytes: Buffer, done) => {
    try {
      done(null, bytes.length === 0 ? undefined : readBody(request, bytes));
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  });
  app.addHook("onSend", (request, reply, payload, done) => {
    if (reply.statusCode < 400) done(null, payload);
    else if (hasEnded(request.raw) || isSmall(request.raw)) {
      // Fastify closes after a body it could not parse; one that was read to its end does no harm.
      reply.removeHeader("connection");
      done(null, payload);
    } else drain(request, reply, () => done(null, payload));
  });
}

function readBody(request: FastifyRequest, bytes: Buffer): JsonValue {
  requireJson(request);
  if (!isUtf8(bytes)) {
    throw new ApiError("invalid_json", "The body is not UTF-8 throughout: encode it as UTF-8.");
  }
  const text = bytes.toString("utf8");
  let body: JsonValue;
  try {
    body = parseJson(text.startsWith("\ufeff") ? text.slice(1) : text);
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep();
    throw new ApiError("invalid_json", describeJsonFault(text), { cause: error });
  }
  if (isDeeperThan(body, nestingMax)) throw tooDeep();
  return body;
}

function requireJson({ headers }: FastifyRequest): void {
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
    const cure = "send the body as it is, without Content-Encoding";
    throw new ApiError("unsupported_media_type", `\`${encoding}\` bodies are not read: ${cure}.`);
  }
  const [type = "", ...parameters] = (headers["content-type"] ?? "").toLowerCase().split(";");
  const charset = parameters.map((one) => /^\s*charset="?([^"\s]+)"?\s*$/.exec(one)?.[1]);
  const isJson = /^application\/([^/\s]+\+)?json\s*$/.test(type);
  if (isJson && charset.every((name) => name === undefined || /^(utf-?8|us-ascii)$/.test(name))) {
    return;
  }
  const given = headers["content-type"] ?? "no Content-Type";
  throw new ApiError(
    "unsupported_media_type",
    `The body came as \`${given}\`: send JSON in UTF-8 with the header \`Content-Type: application/json\`.`,
  );
}

function tooDeep(): ApiError {
  return new ApiError(
    "invalid_json",
    `The body nests arrays and objects more than ${nestingMax} deep: send it flatter, or the inner part as text.`,
  );
}

function isDeeperThan(value: JsonValue, levels: number): boolean {
  if (Array.isArray(value)) {
    return levels === 0 || value.some((item) => isDeeperThan(item, levels - 1));
  }
  if (!isJsonObject(value)) return false;
  if (levels === 0) return true;
  for (const key in value) {
    const item = value[key];
    if (typeof item === "object" && item !== null && isDeeperThan(item, levels - 1)) return true;
  }
  return false;
}

function hasEnded(raw: IncomingMessage): boolean {
  return (
    raw.readableEnded || raw.destroyed || (!("transfer-encoding" in raw.headers) && !hasLength(raw))
  );
}

function hasLength(raw: IncomingMessage): boolean {
  const length = raw.headers["content-length"];
  return length !== undefined && length !== "0";
}

function isSmall({ headers }: IncomingMessage): boolean {
  return Number(headers["content-length"] ?? Number.POSITIVE_INFINITY) <= smallBytesMax;
}

/** Reads on to the end of the body, throwing it away, then calls `done`; past the bounds the connection is to close. */
function drain(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const { raw } = request;
  let drainedBytes = 0;
  const finish = () => {
    clearTimeout(timer);
    raw.off("data", count).off("end", finish).off("close", finish);
    if (raw.readableEnded) reply.removeHeader("connection");
    else reply.header("connection", "close");
    done();
  };
  const count = (chunk: Buffer) => {
    drainedBytes += chunk.length;
    if (drainedBytes > drainBytesMax) finish();
  };
  // A real socket's patience, not the service's time: so no injected clock.
  const timer = setTimeout(finish, drainMsMax);
  raw.on("data", count).on("end", finish).on("close", finish);
  raw.resume();
}
