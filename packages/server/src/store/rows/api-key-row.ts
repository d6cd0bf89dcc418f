import type { RateLimits } from "../../domain/limits.ts";
import type { Scope } from "../../domain/scope.ts";
import type { ApiKey } from "../store.ts";
import { operator } from "./stored.ts";

export interface ApiKeyRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly hash: string;
  readonly scopes: string;
  readonly limits: string;
  readonly expires_at: number | null;
  readonly last_used_at: number | null;
  readonly created_at: number;
}

/** Columns of `ApiKeyRow`. */
export const apiKeyColumns =
  "tenant_id, id, name, prefix, hash, scopes, limits, expires_at, last_used_at, created_at";

export const toApiKey = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  tenantId: row.tenant_id === operator ? null : row.tenant_id,
  name: row.name,
  prefix: row.prefix,
  hash: row.hash,
  scopes: JSON.parse(row.scopes) as Scope[],
  limits: JSON.parse(row.limits) as RateLimits,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
  createdAt: row.created_at,
});

/** In the order of `apiKeyColumns`. */
export const apiKeyValues = (key: ApiKey) => [
  key.tenantId ?? operator,
  key.id,
  key.name,
  key.prefix,
  key.hash,
  JSON.stringify(key.scopes),
  JSON.stringify(key.limits),
  key.expiresAt,
  key.lastUsedAt,
  key.createdAt,
];
