import type { FastifyRequest, HookHandlerDoneFunction } from "fastify";
import { isJsonObject, type JsonObject, type JsonValue, numberText } from "../../domain/json.ts";
import { ApiError } from "../../errors.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** A list: `tenant_id` and `pagination` may stand in a GET's JSON body. */
    isList?: boolean;
  }
}

/**
 * Scanner's own client lists with `{"tenant_id", "pagination": {"page_size", "page_token"}}` in
 * the GET's body. This hook puts them where all other clients have them, into the query.
 */
export function readListBody(
  request: FastifyRequest,
  _reply: unknown,
  done: HookHandlerDoneFunction,
): void {
  const body = request.body as JsonValue | undefined;
  const { query } = request;
  if (!isJsonObject(body) || !isQuery(query)) {
    done();
    return;
  }
  const { tenant_id: tenantId, pagination } = body;
  const paging: JsonObject = isJsonObject(pagination) ? pagination : {};
  const error =
    move(query, "tenant_id", tenantId) ??
    move(query, "pagination[page_size]", paging["page_size"]) ??
    move(query, "pagination[page_token]", paging["page_token"]);
  done(error);
}

function isQuery(query: unknown): query is Record<string, unknown> {
  return typeof query === "object" && query !== null;
}

function move(
  query: Record<string, unknown>,
  name: string,
  value: JsonValue | undefined,
): ApiError | undefined {
  if (value === undefined || value === null) return undefined;
  const given = query[name];
  if (given === undefined || given === "") {
    query[name] = value;
    return undefined;
  }
  if (given === value || given === numberText(value)) return undefined;
  const message = `\`${name}\` is one thing in the query and another in the body: send it once.`;
  return new ApiError("invalid_request", message, { details: [{ path: name, message }] });
}
