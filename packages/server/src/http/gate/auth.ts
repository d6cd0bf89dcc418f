/**
 * Who calls.
 *
 * Every call below `/v1` carries `Authorization: Bearer <key>`, or the cookie of a session that
 * was signed in with a key (`sessions.ts`). The operator key reaches
 * every tenant; an API key reaches its own. What another tenant has is simply not there
 * for it (404), so ids cannot be probed. A `tenant_id` that a caller spells out is another
 * matter: a tenant's key that names another tenant gets 403, whether that tenant exists
 * or not, because the caller said itself whom it means and the cure is another key.
 */

import { timingSafeEqual } from "node:crypto";
import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from "fastify";
import type { Clock } from "../../clock.ts";
import { noLimits } from "../../domain/limits.ts";
import { scopes } from "../../domain/scope.ts";
import { ApiError } from "../../errors.ts";
import type { TenantId } from "../../ids.ts";
import { hashApiKey, isApiKeyIntact } from "../../operator-key.ts";
import type { ApiKey, Session, Store } from "../../store/store.ts";
import type { HttpContext } from "../context.ts";
import { requireAccess } from "../route-scopes.ts";
import { wholeSeconds } from "../wire/wire-time.ts";
import { refuseCrossSite } from "./cross-site.ts";
import { createLookupCache, type LookupCache } from "./lookup-cache.ts";
import type { Principal } from "./principal.ts";
import { readSessionToken } from "./session-cookie.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Set on every `/v1` route before anything else runs. */
    principal: Principal;
    /** The session that the call came with; null when it came with a key. */
    session: Session | null;
  }
}

/** For this long a key that another node has revoked, or a session ended there, still works here. */
const ageMsMax = 900;

const entriesMax = 10_000;

/** Keys by their hash. */
export function createApiKeyCache(store: Store, clock: Clock): LookupCache<ApiKey> {
  const load = (hash: string) => store.findApiKey({ hash });
  return createLookupCache({ load, clock, ageMsMax, entriesMax });
}

/** Sessions by their token's hash. */
export function createSessionCache(store: Store, clock: Clock): LookupCache<Session> {
  const load = (tokenHash: string) => store.findSession({ tokenHash });
  return createLookupCache({ load, clock, ageMsMax, entriesMax });
}

const operator: Principal = {
  kind: "operator",
  apiKeyId: null,
  scopes,
  expiresAt: null,
  limits: noLimits,
};

/** True for the operator key; takes the same time for every other key. */
export function isOperatorKey(keyHash: string, operatorKeyHash: string): boolean {
  return timingSafeEqual(Buffer.from(keyHash, "hex"), Buffer.from(operatorKeyHash, "hex"));
}

type AuthContext = Pick<
  HttpContext,
  | "operatorKeyHash"
  | "apiKeys"
  | "apiKeyUses"
  | "wrongKeys"
  | "sessions"
  | "clock"
  | "settings"
  | "isHttps"
>;

/** The Fastify hook that sets `request.principal`, or refuses. */
export function createAuthenticate(context: AuthContext) {
  return (request: FastifyRequest, _reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    request.session = null;
    const key = readBearer(request.headers.authorization);
    const keyHash = key === undefined ? undefined : hashApiKey(key);
    if (keyHash !== undefined && isOperatorKey(keyHash, context.operatorKeyHash)) {
      request.principal = operator;
      done();
      return;
    }
    authenticate(request, context).then(() => done(), done);
  };
}

/** Sets who calls, or throws the refusal. An answer that lasts asks again, since a key may have been revoked. */
export async function authenticate(request: FastifyRequest, context: AuthContext): Promise<void> {
  const key = readBearer(request.headers.authorization);
  request.principal = await (key === undefined
    ? bySession(request, context)
    : byKey(key, request.ip, context));
  requireAccess(request);
}

type KeyContext = Omit<AuthContext, "sessions" | "settings" | "isHttps">;

/**
 * Whose key this is; throws the 401 when it is nobody's, or has expired, and a 429 when too many
 * such came from `address`.
 */
export async function byKey(key: string, address: string, context: KeyContext): Promise<Principal> {
  try {
    return await readKey(key, context);
  } catch (error) {
    const isWrong = error instanceof ApiError && error.code === "unauthorized";
    throw (isWrong ? context.wrongKeys.count(address) : null) ?? error;
  }
}

async function readKey(key: string, context: KeyContext): Promise<Principal> {
  const keyHash = hashApiKey(key);
  // What never was a key of ours costs no look-up; the settings' key may look like anything.
  if (!isApiKeyIntact(key) && !isOperatorKey(keyHash, context.operatorKeyHash)) throw unknownKey();
  return byKeyHash(keyHash, context);
}

const makeOne = "use the operator key or one made with POST /v1/api_key";

function unknownKey(): ApiError {
  return unauthorized(`No such key, or it was revoked: ${makeOne}.`);
}

async function byKeyHash(
  keyHash: string,
  { operatorKeyHash, apiKeys, apiKeyUses, clock }: KeyContext,
): Promise<Principal> {
  if (isOperatorKey(keyHash, operatorKeyHash)) return operator;
  const apiKey = await apiKeys.get(keyHash);
  if (apiKey === null) throw unknownKey();
  const { id, tenantId, expiresAt, scopes, limits } = apiKey;
  if (expiresAt !== null && expiresAt <= clock.now()) {
    throw unauthorized(`This key expired at ${wholeSeconds(expiresAt)}: ${makeOne}.`);
  }
  apiKeyUses.note(id);
  const granted = { scopes, expiresAt, limits, apiKeyId: id };
  return tenantId === null
    ? { kind: "operator", ...granted }
    : { kind: "tenant", tenantId, ...granted };
}

async function bySession(request: FastifyRequest, context: AuthContext): Promise<Principal> {
  const { sessions, clock, settings, isHttps } = context;
  const token = readSessionToken(request.headers.cookie, isHttps);
  if (token === undefined) {
    throw unauthorized("This call needs a key: send the header `Authorization: Bearer <key>`.");
  }
  const session = await sessions.get(hashApiKey(token));
  if (session === null || session.expiresAt <= clock.now()) {
    throw unauthorized("The session has ended: sign in again.");
  }
  refuseCrossSite(request.method, request.headers, settings.publicUrl);
  request.session = session;
  return byKeyHash(session.keyHash, context);
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
