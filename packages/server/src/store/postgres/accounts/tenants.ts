import type { TenantLimits } from "../../../domain/limits.ts";
import type { Input, Output } from "../../protocol.ts";
import type { Tenant } from "../../store.ts";
import type { Queries } from "../database.ts";
import type { NodeState } from "../node-state.ts";

interface TenantRow {
  readonly tenant_id: string;
  readonly operational_event_sink_ids: string;
  readonly retention_days: number | null;
  readonly limits: string;
  readonly created_at: number;
}

const columns = "tenant_id, operational_event_sink_ids, retention_days, limits, created_at";

const toTenant = (row: TenantRow): Tenant => ({
  id: row.tenant_id,
  operationalEventSinkIds: JSON.parse(row.operational_event_sink_ids) as string[],
  retentionDays: row.retention_days,
  limits: JSON.parse(row.limits) as TenantLimits,
  createdAt: row.created_at,
});

export function createTenant(
  { db }: NodeState,
  input: Input<"createTenant">,
): Promise<Output<"createTenant">> {
  return insertTenant(db, input);
}

export async function insertTenant(
  db: Queries,
  { id, createdAt }: Input<"createTenant">,
): Promise<Output<"createTenant">> {
  const sql = "INSERT INTO tenants (tenant_id, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
  return (await db.run(sql, id, createdAt)) === 1 ? "created" : "exists";
}

export async function hasTenant(db: Queries, id: string): Promise<boolean> {
  return (await db.get("SELECT 1 FROM tenants WHERE tenant_id = $1", id)) !== undefined;
}

export async function updateTenant(
  { db }: NodeState,
  { id, operationalEventSinkIds, retentionDays, limits }: Input<"updateTenant">,
): Promise<Output<"updateTenant">> {
  const ids = JSON.stringify(operationalEventSinkIds);
  const sql = `UPDATE tenants SET operational_event_sink_ids = $1, retention_days = $2, limits = $4
    WHERE tenant_id = $3`;
  return (await db.run(sql, ids, retentionDays, id, JSON.stringify(limits))) === 1
    ? "updated"
    : "not_found";
}

export async function getTenant(
  db: Queries,
  { id }: Input<"getTenant">,
): Promise<Output<"getTenant">> {
  const row = await db.get<TenantRow>(`SELECT ${columns} FROM tenants WHERE tenant_id = $1`, id);
  return row === undefined ? null : toTenant(row);
}

export async function listTenants(
  db: Queries,
  { after, limit }: Input<"listTenants">,
): Promise<Output<"listTenants">> {
  // By number: the last of a page may be gone when the next is asked for.
  const rows = await db.all<TenantRow & { seq: number }>(
    `SELECT seq, ${columns} FROM tenants WHERE seq > $1 ORDER BY seq LIMIT $2`,
    /^\d{1,15}$/.test(after ?? "") ? after : "0",
    limit + 1,
  );
  const next = rows.length > limit ? String(rows[limit - 1]?.seq) : null;
  return { items: rows.slice(0, limit).map(toTenant), next };
}
