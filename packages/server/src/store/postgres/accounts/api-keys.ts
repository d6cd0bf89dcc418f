import type { RateLimits } from "../../../domain/limits.ts";
import type { Scope } from "../../../domain/scope.ts";
import { toListed } from "../../listed.ts";
import type { Input, Output } from "../../protocol.ts";
import type { ApiKey } from "../../store.ts";
import type { Queries } from "../database.ts";
import type { NodeState } from "../node-state.ts";
import { forgetTenantId, isScoped, keepTenantId, operator } from "./tenant-ids.ts";
import { hasTenant } from "./tenants.ts";

interface ApiKeyRow {
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

const columns =
  "tenant_id, id, name, prefix, hash, scopes, limits, expires_at, last_used_at, created_at";

const toApiKey = (row: ApiKeyRow): ApiKey => ({
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

export async function createApiKey(
  state: NodeState,
  key: Input<"createApiKey">,
): Promise<Output<"createApiKey">> {
  const { tenantId } = key;
  const { db } = state;
  if (tenantId !== null && !(await hasTenant(db, tenantId))) return "unknown_tenant";
  await db.run(
    `INSERT INTO api_keys (${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    tenantId ?? operator,
    key.id,
    key.name,
    key.prefix,
    key.hash,
    JSON.stringify(key.scopes),
    JSON.stringify(key.limits),
    key.expiresAt,
    key.lastUsedAt,
    key.createdAt,
  );
  await keepTenantId(db, key.id, tenantId ?? operator);
  await keepTenantId(db, key.hash, tenantId ?? operator);
  return "created";
}

export async function getApiKey(
  db: Queries,
  { tenantId, id }: Input<"getApiKey">,
): Promise<Output<"getApiKey">> {
  const row = await db.get<ApiKeyRow>(
    `SELECT ${columns} FROM api_keys WHERE ${isScoped} AND id = $1`,
    id,
    tenantId,
  );
  return row === undefined ? null : toApiKey(row);
}

export async function findApiKey(
  db: Queries,
  { hash }: Input<"findApiKey">,
): Promise<Output<"findApiKey">> {
  const sql = `SELECT ${columns} FROM api_keys WHERE ${isScoped} AND hash = $1`;
  const row = await db.get<ApiKeyRow>(sql, hash, null);
  return row === undefined ? null : toApiKey(row);
}

export async function listApiKeys(
  db: Queries,
  { tenantId, after, limit }: Input<"listApiKeys">,
): Promise<Output<"listApiKeys">> {
  const rows = await db.all<ApiKeyRow>(
    `SELECT ${columns} FROM api_keys WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3`,
    tenantId ?? operator,
    after ?? "",
    limit + 1,
  );
  return toListed(rows, limit, toApiKey, (key) => key.id);
}

export async function updateApiKey(
  { db }: NodeState,
  { id, name, scopes, limits, expiresAt }: Input<"updateApiKey">,
): Promise<Output<"updateApiKey">> {
  const changed = await db.run(
    `UPDATE api_keys SET name = $3, scopes = $4, limits = $5, expires_at = $6
     WHERE ${isScoped} AND id = $1`,
    id,
    null,
    name,
    JSON.stringify(scopes),
    JSON.stringify(limits),
    expiresAt,
  );
  return changed === 1 ? "updated" : "not_found";
}

export async function noteApiKeyUses(
  { db }: NodeState,
  { uses }: Input<"noteApiKeyUses">,
): Promise<Output<"noteApiKeyUses">> {
  const ids = uses.map(({ id }) => id);
  const times = uses.map(({ at }) => at);
  await db.run(
    `UPDATE api_keys k SET last_used_at = greatest(k.last_used_at, u.at)
       FROM (SELECT n.id, t.tenant_id, max(n.at) AS at
         FROM unnest($1::text[], $2::bigint[]) AS n(id, at) JOIN tenant_ids t ON t.id = n.id
         GROUP BY n.id, t.tenant_id) AS u
       WHERE k.tenant_id = u.tenant_id AND k.id = u.id`,
    ids,
    times,
  );
  return null;
}

export async function deleteApiKey(
  state: NodeState,
  { tenantId, id }: Input<"deleteApiKey">,
): Promise<Output<"deleteApiKey">> {
  const { db } = state;
  const row = await db.get<ApiKeyRow>(
    `DELETE FROM api_keys WHERE ${isScoped} AND id = $1 RETURNING ${columns}`,
    id,
    tenantId,
  );
  if (row === undefined) return null;
  await forgetTenantId(db, row.id, row.hash);
  return toApiKey(row);
}
