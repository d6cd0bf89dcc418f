/**
 * `/v1/api_key`: keys of a tenant, or of the operator, for a part of what their maker may do.
 *
 * A key hands on no more than it has: neither scopes nor time. So whoever finds an admin key that
 * expires cannot live on in one that does not, and no key changes itself.
 */

import { type Static, Type } from "typebox";
import type { RateLimits } from "../../domain/limits.ts";
import { type Scope, scopes, usualScopes } from "../../domain/scope.ts";
import { ApiError } from "../../errors.ts";
import { newId, type TenantId } from "../../ids.ts";
import { hashApiKey, newApiKey } from "../../operator-key.ts";
import type { ApiKey } from "../../store/store.ts";
import type { App, HttpContext } from "../context.ts";
import { requireTenant, scopeOf } from "../gate/auth.ts";
import { changeLimits, limitsView, RateLimitsField, requireWithin } from "../gate/limits.ts";
import type { Principal } from "../gate/principal.ts";
import { ref, responses, secured } from "../openapi.ts";
import { pageQuery, paginationOf, readPage } from "../wire/pagination.ts";
import {
  IdParams,
  listOf,
  NameField,
  notFound,
  nullable,
  readId,
  requireSameId,
  TenantIdField,
  unknownTenant,
  WholeSeconds,
} from "../wire/resource-schemas.ts";
import { readBound, wholeSeconds } from "../wire/wire-time.ts";
import { auditEntry } from "./audit-entry.ts";

const what = "API key";
const resource = "api_key";
const tags = ["API keys"];
const path = "/v1/api_key";
const pathOfOne = `${path}/:id`;

/** Enough to tell keys apart by, and far from enough to guess one. */
const prefixChars = 10;

const ScopeList = Type.Array(Type.Enum([...scopes]), {
  minItems: 1,
  maxItems: scopes.length,
  uniqueItems: true,
});

const viewFields = {
  id: Type.String({ format: "uuid" }),
  tenant_id: nullable(TenantIdField),
  name: NameField,
  prefix: Type.String({ description: "the key's first characters" }),
  scopes: ScopeList,
  limits: Type.Optional(RateLimitsField),
  expires_at: nullable(WholeSeconds),
  last_used_at: nullable(WholeSeconds),
  created_at: WholeSeconds,
};

const ApiKeyView = Type.Object(viewFields, { $id: "ApiKey" });

const NewApiKeyView = Type.Object(
  { ...viewFields, key: Type.String({ description: "shown here and never again" }) },
  { $id: "NewApiKey" },
);

const Wrapped = Type.Object({ api_key: ref(ApiKeyView) });

function apiKeyView(apiKey: ApiKey): Static<typeof ApiKeyView> {
  const time = (ms: number | null) => (ms === null ? null : wholeSeconds(ms));
  return {
    id: apiKey.id,
    tenant_id: apiKey.tenantId,
    name: apiKey.name,
    prefix: apiKey.prefix,
    scopes: [...apiKey.scopes],
    ...limitsView(apiKey.limits),
    expires_at: time(apiKey.expiresAt),
    last_used_at: time(apiKey.lastUsedAt),
    created_at: wholeSeconds(apiKey.createdAt),
  };
}

const ExpiresAt = nullable(
  Type.String({ description: "RFC 3339, in the future; null: it does not expire" }),
);

const CreateBody = Type.Object(
  {
    tenant_id: Type.Union([TenantIdField, Type.Null()], {
      description: "null: an operator's key, which reaches all tenants",
    }),
    name: NameField,
    scopes: Type.Optional(ScopeList),
    limits: Type.Optional(nullable(RateLimitsField)),
    expires_at: Type.Optional(ExpiresAt),
  },
  { additionalProperties: false },
);

const readOnly = Type.Optional(Type.Unknown({ description: "read-only; ignored" }));

const UpdateBody = Type.Object(
  {
    id: Type.Optional(Type.String({ description: "the id in the path" })),
    name: Type.Optional(NameField),
    scopes: Type.Optional(ScopeList),
    limits: Type.Optional(nullable(RateLimitsField)),
    expires_at: Type.Optional(ExpiresAt),
    tenant_id: readOnly,
    prefix: readOnly,
    last_used_at: readOnly,
    created_at: readOnly,
  },
  { additionalProperties: false },
);

export function apiKeyRoutes(app: App, context: HttpContext): void {
  app.addSchema(ApiKeyView);
  app.addSchema(NewApiKeyView);
  addCreate(app, context);
  addReads(app, context);
  addUpdate(app, context);
  addRevoke(app, context);
}

function addCreate(app: App, { store, clock }: HttpContext): void {
  const schema = {
    tags,
    summary: "Create an API key",
    description:
      "The answer is the only one that holds the key itself. Without `scopes` it gets all but `admin`, as far as its maker has them, " +
      "and without `limits` those of its maker. Nobody can give a scope, a later expiry, or wider limits than they have.",
    security: secured,
    body: CreateBody,
    response: responses(Type.Object({ api_key: ref(NewApiKeyView) }), 404, 413, 415),
  };
  app.post(path, { schema }, async (request) => {
    const { principal, body } = request;
    requireReach(principal, body.tenant_id);
    const key = newApiKey();
    const apiKey: ApiKey = {
      id: newId(),
      tenantId: body.tenant_id,
      name: body.name.toWellFormed(),
      prefix: key.slice(0, prefixChars),
      hash: hashApiKey(key),
      scopes: readScopes(body.scopes ?? usualOf(principal), principal),
      limits: readLimits(principal.limits, body.limits, principal),
      expiresAt: readExpiry(body.expires_at ?? null, principal, clock.now()),
      lastUsedAt: null,
      createdAt: clock.now(),
    };
    const audit = auditEntry(request, { clock }, "api_key.created", { ...apiKey, body });
    if ((await store.createApiKey({ ...apiKey, audit })) === "unknown_tenant") {
      throw unknownTenant(apiKey.tenantId ?? "");
    }
    return { api_key: { ...apiKeyView(apiKey), key } };
  });
}

function addReads(app: App, { store }: HttpContext): void {
  const list = {
    tags,
    summary: "List API keys",
    description: "Of a tenant; without `tenant_id` the caller's own kind. By creation.",
    security: secured,
    querystring: Type.Object({ tenant_id: Type.Optional(TenantIdField), ...pageQuery }),
    response: responses(listOf("api_keys", ref(ApiKeyView))),
  };
  app.get(path, { schema: list, config: { isList: true } }, async ({ principal, query }) => {
    const tenantId = query.tenant_id ?? scopeOf(principal);
    requireReach(principal, tenantId);
    const listed = await store.listApiKeys({ ...readPage(query, resource), tenantId });
    const data = { api_keys: listed.items.map(apiKeyView) };
    return { data, pagination: paginationOf(listed, resource) };
  });

  const get = {
    tags,
    summary: "Get an API key",
    description: "Without the key itself.",
    security: secured,
    params: IdParams,
    response: responses(Wrapped, 404),
  };
  app.get(pathOfOne, { schema: get }, async ({ principal, params }) => {
    const id = readId(params.id, what);
    const apiKey = await store.getApiKey({ tenantId: scopeOf(principal), id });
    if (apiKey === null) throw notFound(what, id);
    return { api_key: apiKeyView(apiKey) };
  });
}

function addUpdate(app: App, { store, clock, apiKeys }: HttpContext): void {
  const schema = {
    tags,
    summary: "Update an API key",
    description:
      "Its name, scopes, limits and expiry; what is left out stays. No key changes itself.",
    security: secured,
    params: IdParams,
    body: UpdateBody,
    response: responses(Wrapped, 404, 413, 415),
  };
  app.put(pathOfOne, { schema }, async (request) => {
    const { principal, params, body } = request;
    const id = readId(params.id, what);
    requireSameId(body.id ?? id, id);
    const current = await store.getApiKey({ tenantId: scopeOf(principal), id });
    if (current === null) throw notFound(what, id);
    const isLasting = body.expires_at === undefined;
    const changed: ApiKey = {
      ...current,
      name: body.name?.toWellFormed() ?? current.name,
      scopes: body.scopes === undefined ? current.scopes : readScopes(body.scopes, principal),
      limits:
        body.limits === undefined
          ? current.limits
          : readLimits(current.limits, body.limits, principal),
      expiresAt: isLasting
        ? current.expiresAt
        : readExpiry(body.expires_at ?? null, principal, clock.now()),
    };
    const isMore = body.scopes !== undefined || body.limits !== undefined || !isLasting;
    if (principal.apiKeyId === id && isMore) {
      throw new ApiError(
        "forbidden",
        "No key changes its own scopes, limits or expiry: use another one.",
      );
    }
    const audit = auditEntry(request, { clock }, "api_key.updated", { ...changed, body });
    if ((await store.updateApiKey({ ...changed, audit })) === "not_found") throw notFound(what, id);
    apiKeys.forget(current.hash);
    return { api_key: apiKeyView(changed) };
  });
}

function addRevoke(app: App, { store, clock, apiKeys }: HttpContext): void {
  const schema = {
    tags,
    summary: "Revoke an API key",
    description: "It and its sessions stop working at once, on other nodes within a second.",
    security: secured,
    params: IdParams,
    response: responses(
      Type.Object({ id: Type.String(), tenant_id: nullable(Type.String()) }),
      404,
    ),
  };
  app.delete(pathOfOne, { schema }, async (request) => {
    const id = readId(request.params.id, what);
    const scope = { tenantId: scopeOf(request.principal), id };
    const current = await store.getApiKey(scope);
    if (current === null) throw notFound(what, id);
    const audit = auditEntry(request, { clock }, "api_key.revoked", current);
    const deleted = await store.deleteApiKey({ ...scope, audit });
    if (deleted === null) throw notFound(what, id);
    apiKeys.forget(deleted.hash);
    return { id, tenant_id: deleted.tenantId };
  });
}

/** Refuses a tenant's key that means another tenant, or the operator. */
function requireReach(principal: Principal, tenantId: TenantId | null): void {
  if (tenantId !== null) requireTenant(principal, tenantId);
  else if (principal.kind !== "operator") {
    throw new ApiError("forbidden", "Only an operator's key can make keys that reach all tenants.");
  }
}

function usualOf(principal: Principal): readonly Scope[] {
  return usualScopes.filter((scope) => principal.scopes.includes(scope));
}

function readScopes(wanted: readonly Scope[], principal: Principal): readonly Scope[] {
  const missing = wanted.filter((scope) => !principal.scopes.includes(scope));
  if (wanted.length === 0 || missing.length > 0) {
    const which = missing.map((scope) => `\`${scope}\``).join(", ");
    throw new ApiError(
      "forbidden",
      `This key cannot give ${which || "any scope but `admin`"}, as it does not have it: name scopes that it has.`,
      { details: [{ path: "scopes", message: "More than the caller's own." }] },
    );
  }
  return scopes.filter((scope) => wanted.includes(scope));
}

function readLimits(
  before: RateLimits,
  body: Static<typeof RateLimitsField> | null | undefined,
  principal: Principal,
): RateLimits {
  const limits = changeLimits(before, body);
  requireWithin(principal.limits, limits);
  return limits;
}

function readExpiry(text: string | null, principal: Principal, now: number): number | null {
  const details = [{ path: "expires_at", message: "Not a time that this key can give." }];
  const expiresAt = text === null ? null : readBound("expires_at", text);
  if (expiresAt !== null && expiresAt <= now) {
    throw new ApiError("invalid_request", "`expires_at` has passed: name a later time.", {
      details,
    });
  }
  const most = principal.expiresAt;
  if (most === null || (expiresAt !== null && expiresAt <= most)) return expiresAt;
  throw new ApiError(
    "forbidden",
    `This key expires at ${wholeSeconds(most)} itself and can make none that lasts longer: name that time or an earlier one in \`expires_at\`.`,
    { details },
  );
}
