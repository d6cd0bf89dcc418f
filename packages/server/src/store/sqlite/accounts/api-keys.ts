import { toListed } from "../../listed.ts";
import type { Input, Output } from "../../protocol.ts";
import { type ApiKeyRow, apiKeyColumns, apiKeyValues, toApiKey } from "../../rows/api-key-row.ts";
import { operator } from "../../rows/stored.ts";
import type { Database } from "../database.ts";
import { findTenantNo, type WriterState } from "../writer-state.ts";

export function createApiKey(
  state: WriterState,
  key: Input<"createApiKey">,
): Output<"createApiKey"> {
  const { tenantId } = key;
  if (tenantId !== null && findTenantNo(state, tenantId) === undefined) return "unknown_tenant";
  state.db.run(
    `INSERT INTO api_keys (${apiKeyColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...apiKeyValues(key),
  );
  return "created";
}

export function getApiKey(db: Database, { tenantId, id }: Input<"getApiKey">): Output<"getApiKey"> {
  const row = db.get<ApiKeyRow>(
    `SELECT ${apiKeyColumns} FROM api_keys WHERE id = ?1 AND (?2 IS NULL OR tenant_id = ?2)`,
    id,
    tenantId,
  );
  return row === undefined ? null : toApiKey(row);
}

export function findApiKey(db: Database, { hash }: Input<"findApiKey">): Output<"findApiKey"> {
  const row = db.get<ApiKeyRow>(`SELECT ${apiKeyColumns} FROM api_keys WHERE hash = ?`, hash);
  return row === undefined ? null : toApiKey(row);
}

export function listApiKeys(
  db: Database,
  { tenantId, after, limit }: Input<"listApiKeys">,
): Output<"listApiKeys"> {
  const rows = db.all<ApiKeyRow>(
    `SELECT ${apiKeyColumns} FROM api_keys WHERE tenant_id = ? AND id > ? ORDER BY id LIMIT ?`,
    tenantId ?? operator,
    after ?? "",
    limit + 1,
  );
  return toListed(rows, limit, toApiKey, (key) => key.id);
}

export function updateApiKey(
  { db }: WriterState,
  { id, name, scopes, limits, expiresAt }: Input<"updateApiKey">,
): Output<"updateApiKey"> {
  const changed = db.run(
    "UPDATE api_keys SET name = ?, scopes = ?, limits = ?, expires_at = ? WHERE id = ?",
    name,
    JSON.stringify(scopes),
    JSON.stringify(limits),
    expiresAt,
    id,
  );
  return changed === 1 ? "updated" : "not_found";
}

export function noteApiKeyUses(
  { db }: WriterState,
  { uses }: Input<"noteApiKeyUses">,
): Output<"noteApiKeyUses"> {
  for (const { id, at } of uses) {
    const sql = "UPDATE api_keys SET last_used_at = max(coalesce(last_used_at, 0), ?) WHERE id = ?";
    db.run(sql, at, id);
  }
  return null;
}

export function deleteApiKey(
  state: WriterState,
  { tenantId, id }: Input<"deleteApiKey">,
): Output<"deleteApiKey"> {
  const row = state.db.get<ApiKeyRow>(
    `DELETE FROM api_keys WHERE id = ?1 AND (?2 IS NULL OR tenant_id = ?2) RETURNING ${apiKeyColumns}`,
    id,
    tenantId,
  );
  return row === undefined ? null : toApiKey(row);
}
