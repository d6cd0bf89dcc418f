import { toListed } from "../listed.ts";
import type { Input, Output } from "../protocol.ts";
import type { ApiKey } from "../store.ts";
import type { Database } from "./database.ts";
import { findTenantNo, type WriterState } from "./writer-state.ts";

interface ApiKeyRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly name: string;
  readonly prefix: string;
  readonly hash: string;
  readonly created_at: number;
}

const columns = "id, tenant_id, name, prefix, hash, created_at";

const toApiKey = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  tenantId: row.tenant_id,
  name: row.name,
  prefix: row.prefix,
  hash: row.hash,
  createdAt: row.created_at,
});

export function createApiKey(
  state: WriterState,
  key: Input<"createApiKey">,
): Output<"createApiKey"> {
  if (findTenantNo(state, key.tenantId) === undefined) return "unknown_tenant";
  state.db.run(
    `INSERT INTO api_keys (${columns}) VALUES (?, ?, ?, ?, ?, ?)`,
    key.id,
    key.tenantId,
    key.name,
    key.prefix,
    key.hash,
    key.createdAt,
  );
  return "created";
}

export function getApiKey(db: Database, { tenantId, id }: Input<"getApiKey">): Output<"getApiKey"> {
  const row = db.get<ApiKeyRow>(
    `SELECT ${columns} FROM api_keys WHERE id = ?1 AND (?2 IS NULL OR tenant_id = ?2)`,
    id,
    tenantId,
  );
  return row === undefined ? null : toApiKey(row);
}

export function findApiKey(db: Database, { hash }: Input<"findApiKey">): Output<"findApiKey"> {
  const row = db.get<ApiKeyRow>(`SELECT ${columns} FROM api_keys WHERE hash = ?`, hash);
  return row === undefined ? null : toApiKey(row);
}

export function listApiKeys(
  db: Database,
  { tenantId, after, limit }: Input<"listApiKeys">,
): Output<"listApiKeys"> {
  const rows = db.all<ApiKeyRow>(
    `SELECT ${columns} FROM api_keys WHERE tenant_id = ? AND id > ? ORDER BY id LIMIT ?`,
    tenantId,
    after ?? "",
    limit + 1,
  );
  return toListed(rows, limit, toApiKey, (key) => key.id);
}

export function deleteApiKey(
  state: WriterState,
  { tenantId, id }: Input<"deleteApiKey">,
): Output<"deleteApiKey"> {
  const row = state.db.get<ApiKeyRow>(
    `DELETE FROM api_keys WHERE id = ?1 AND (?2 IS NULL OR tenant_id = ?2) RETURNING ${columns}`,
    id,
    tenantId,
  );
  return row === undefined ? null : toApiKey(row);
}
