/**
 * Who calls.
 *
 * Every call below `/v1` carries `Authorization: Bearer <key>`. The operator key reaches
 * every tenant; an API key reaches its own. What another tenant has is simply not there
 * for it (404), so ids cannot be probed. A `tenant_id` that a caller spells out is another
 * matter: a tenant's key that names another tenant gets 403, whether that tenant exists
 * or not, because the caller said itself whom it means and the cure is another key.
 */

import { timingSafeEqual } from "node:crypto";
import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from "fastify";
import type { Clock } from "../clock.ts";
import { ApiError } from "../errors.ts";
import type { ApiKeyId, TenantId } from "../ids.ts";
import { hashApiKey } from "../operator-key.ts";
import type { ApiKey, Store } from "../store/store.ts";
import { createLookupCache, type LookupCache } from "./lookup-cache.ts";

export type Principal =
  | { readonly kind: "operator" }
  | { readonly kind: "tenant"; readonly tenantId: TenantId; readonly apiKeyId: ApiKeyId };

declare module "fastify" {
  interface FastifyRequest {
    /** Set on every `/v1` route before anything else runs. */
    principal: Principal;
  }
}

/** For this long a key that another node has deleted still works here. */
const keyAgeMsMax = 2_000;

const keysMax = 10_000;

export function createApiKeyCache(store: Store, clock: Clock): LookupCache<ApiKey> {
  return createLookupCache({
    load: (keyHash) => store.findApiKey({ hash: keyHash }),
    clock,
    ageMsMax: keyAgeMsMax,
    entriesMax: keysMax,
  });
}

const operator: Principal = { kind: "operator" };

/** True for the operator key; takes the same time for every other key. */
export function isOperatorKey(keyHash: string, operatorKeyHash: string): boolean {
  return timingSafeEqual(Buffer.from(keyHash, "hex"), Buffer.from(operatorKeyHash, "hex"));
}

/** The Fastify hook that sets `request.principal`, or refuses. */
export function createAuthenticate(context: {
  operatorKeyHash: string;
  apiKeys: LookupCache<ApiKey>;
}) {
  return (request: FastifyRequest, _reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const key = readBearer(request.headers.authorization);
    if (key === undefined) {
      done(unauthorized("This call needs a key: send the header `Authorization: Bearer <key>`."));
      return;
    }
    const keyHash = hashApiKey(key);
    if (isOperatorKey(keyHash, context.operatorKeyHash)) {
      request.principal = operator;
      done();
      return;
    }
    context.apiKeys.get(keyHash).then(
      (apiKey) => {
        if (apiKey === null) {
          const cure = "use the operator key or one made with POST /v1/api_key";
          done(unauthorized(`No such key, or it was deleted: ${cure}.`));
          return;
        }
        request.principal = { kind: "tenant", tenantId: apiKey.tenantId, apiKeyId: apiKey.id };
        done();
      },
      (error: Error) => done(error),
    );
  };
}

/** The key in an Authorization header; the scheme's name counts in any case (RFC 9110 section 11.1). */
export function readBearer(header: string | undefined): string | undefined {
  return /^bearer +(\S+) *$/i.exec(header ?? "")?.[1];
}

function unauthorized(message: string): ApiError {
  return new ApiError("unauthorized", message);
}

/** What store look-ups by id are limited to: null for the operator, who may see all. */
export function scopeOf(principal: Principal): TenantId | null {
  return principal.kind === "operator" ? null : principal.tenantId;
}

/** Refuses a tenant's key that names another tenant. */
export function requireTenant(principal: Principal, tenantId: TenantId): void {
  if (principal.kind === "operator" || principal.tenantId === tenantId) return;
  throw new ApiError(
    "forbidden",
    `This key belongs to tenant \`${principal.tenantId}\` and reaches no other: name that tenant, ` +
      "or use a key of the tenant you mean.",
    { details: [{ path: "tenant_id", message: "Not the key's tenant." }] },
  );
}

/** Refuses all but the operator key. */
export function requireOperator(principal: Principal): void {
  if (principal.kind === "operator") return;
  throw new ApiError(
    "forbidden",
    "This call needs the operator key; a tenant's key may not make it.",
  );
}
