import { toListed } from "../../listed.ts";
import type { Input, Output } from "../../protocol.ts";
import { type ApiKeyRow, apiKeyColumns, apiKeyValues, toApiKey } from "../../rows/api-key-row.ts";
import { operator } from "../../rows/stored.ts";
import type { Queries } from "../database.ts";
import type { NodeState } from "../node-state.ts";
import { forgetTenantId, isScoped, keepTenantId } from "./tenant-ids.ts";
import { hasTenant } from "./tenants.ts";

export async function createApiKey(
  state: NodeState,
  key: Input<"createApiKey">,
): Promise<Output<"createApiKey">> {
  const { tenantId } = key;
  const { db } = state;
  if (tenantId !== null && !(await hasTenant(db, tenantId))) return "unknown_tenant";
  await db.run(
    `INSERT INTO api_keys (${apiKeyColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    ...apiKeyValues(key),
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
    `SELECT ${apiKeyColumns} FROM api_keys WHERE ${isScoped} AND id = $1`,
    id,
    tenantId,
  );
  return row === undefined ? null : toApiKey(row);
}

export async function findApiKey(
  db: Queries,
  { hash }: Input<"findApiKey">,
): Promise<Output<"findApiKey">> {
  const sql = `SELECT ${apiKeyColumns} FROM api_keys WHERE ${isScoped} AND hash = $1`;
  const row = await db.get<ApiKeyRow>(sql, hash, null);
  return row === undefined ? null : toApiKey(row);
}

export async function listApiKeys(
  db: Queries,
  { tenantId, after, limit }: Input<"listApiKeys">,
): Promise<Output<"listApiKeys">> {
  const rows = await db.all<ApiKeyRow>(
    `SELECT ${apiKeyColumns} FROM api_keys WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3`,
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
    `DELETE FROM api_keys WHERE ${isScoped} AND id = $1 RETURNING ${apiKeyColumns}`,
    id,
    tenantId,
  );
  if (row === undefined) return null;
  await forgetTenantId(db, row.id, row.hash);
  return toApiKey(row);
}
