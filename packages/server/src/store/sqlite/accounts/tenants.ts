import type { TenantLimits } from "../../../domain/limits.ts";
import type { Input, Output } from "../../protocol.ts";
import type { Tenant } from "../../store.ts";
import type { Database } from "../database.ts";
import type { WriterState } from "../writer-state.ts";

interface TenantRow {
  readonly id: string;
  readonly operational_event_sink_ids: string;
  readonly retention_days: number | null;
  readonly limits: string;
  readonly created_at: number;
}

const columns = "id, operational_event_sink_ids, retention_days, limits, created_at";

const toTenant = (row: TenantRow): Tenant => ({
  id: row.id,
  operationalEventSinkIds: JSON.parse(row.operational_event_sink_ids) as string[],
  retentionDays: row.retention_days,
  limits: JSON.parse(row.limits) as TenantLimits,
  createdAt: row.created_at,
});

export function createTenant(
  state: WriterState,
  { id, createdAt }: Input<"createTenant">,
): Output<"createTenant"> {
  const sql = "INSERT INTO tenants (id, created_at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING";
  return state.db.run(sql, id, createdAt) === 1 ? "created" : "exists";
}

export function updateTenant(
  { db }: WriterState,
  { id, operationalEventSinkIds, retentionDays, limits }: Input<"updateTenant">,
): Output<"updateTenant"> {
  const ids = JSON.stringify(operationalEventSinkIds);
  const sql = `UPDATE tenants SET operational_event_sink_ids = ?, retention_days = ?, limits = ?
    WHERE id = ?`;
  return db.run(sql, ids, retentionDays, JSON.stringify(limits), id) === 1
    ? "updated"
    : "not_found";
}

export function getTenant(db: Database, { id }: Input<"getTenant">): Output<"getTenant"> {
  const row = db.get<TenantRow>(`SELECT ${columns} FROM tenants WHERE id = ?`, id);
  return row === undefined ? null : toTenant(row);
}

export function listTenants(
  db: Database,
  { after, limit }: Input<"listTenants">,
): Output<"listTenants"> {
  const rows = db.all<TenantRow & { no: number }>(
    `SELECT no, ${columns} FROM tenants
     WHERE no > CAST(? AS INTEGER) AND deleted_at IS NULL ORDER BY no LIMIT ?`,
    after ?? "0",
    limit + 1,
  );
  // By number: the last of a page may be gone when the next is asked for.
  const next = rows.length > limit ? String(rows[limit - 1]?.no) : null;
  return { items: rows.slice(0, limit).map(toTenant), next };
}
