import type { SinkTypeName } from "../../../domain/event-sink.ts";
import { toListed } from "../../listed.ts";
import type { Input, Output } from "../../protocol.ts";
import { type EventSinkRow, eventSinkColumns, readEventSink } from "../../rows/event-sink-row.ts";
import { asStored } from "../../rows/stored.ts";
import { createTenant, getTenant } from "../accounts/tenants.ts";
import type { Database } from "../database.ts";
import { findTenantNo, type WriterState } from "../writer-state.ts";

export const toEventSink = (row: EventSinkRow) => readEventSink(row, asStored);

export function createEventSink(
  state: WriterState,
  { eventSink, createsTenant }: Input<"createEventSink">,
): Output<"createEventSink"> {
  if (createsTenant) {
    createTenant(state, { id: eventSink.tenantId, createdAt: eventSink.createdAt });
  }
  if (findTenantNo(state, eventSink.tenantId) === undefined) return "unknown_tenant";
  if (isFull(state.db, eventSink.tenantId)) return "too_many";
  state.db.run(
    `INSERT INTO event_sinks (${eventSinkColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    eventSink.tenantId,
    eventSink.id,
    eventSink.name,
    eventSink.description,
    eventSink.type,
    JSON.stringify(eventSink.settings),
    eventSink.sealedSecrets,
    eventSink.savedByOperator ? 1 : 0,
    eventSink.version,
    eventSink.createdAt,
    eventSink.updatedAt,
  );
  return "created";
}

/** It has as many sinks as it may. */
function isFull(db: Database, tenantId: string): boolean {
  const most = getTenant(db, { id: tenantId })?.limits.eventSinks;
  if (most === undefined) return false;
  const sql =
    "SELECT count(*) AS count FROM event_sinks WHERE tenant_id = ? AND deleted_at IS NULL";
  return (db.get<{ count: number }>(sql, tenantId)?.count ?? 0) >= most;
}

export function getEventSink(
  db: Database,
  { tenantId, id }: Input<"getEventSink">,
): Output<"getEventSink"> {
  const row = db.get<EventSinkRow>(
    `SELECT ${eventSinkColumns} FROM event_sinks
     WHERE id = ?1 AND (?2 IS NULL OR tenant_id = ?2) AND deleted_at IS NULL`,
    id,
    tenantId,
  );
  return row === undefined ? null : toEventSink(row);
}

export function listEventSinks(
  db: Database,
  { tenantId, after, limit }: Input<"listEventSinks">,
): Output<"listEventSinks"> {
  const rows = db.all<EventSinkRow>(
    `SELECT ${eventSinkColumns} FROM event_sinks
     WHERE tenant_id = ? AND id > ? AND deleted_at IS NULL ORDER BY id LIMIT ?`,
    tenantId,
    after ?? "",
    limit + 1,
  );
  return toListed(rows, limit, toEventSink, (eventSink) => eventSink.id);
}

export function getTenantSinks(
  db: Database,
  { tenantId }: Input<"getTenantSinks">,
): Output<"getTenantSinks"> {
  const tenant = getTenant(db, { id: tenantId });
  if (tenant === null) return null;
  const rows = db.all<{ id: string; type: SinkTypeName; name: string; is_working: number }>(
    `SELECT id, type, name,
       paused_at IS NULL AND health ->> 'state' IS NOT 'broken' AS is_working
     FROM event_sinks WHERE tenant_id = ? AND deleted_at IS NULL ORDER BY id`,
    tenantId,
  );
  return {
    eventSinks: rows.map(({ id, type, name, is_working }) => ({
      id,
      type,
      name,
      isWorking: is_working === 1,
    })),
    operationalEventSinkIds: tenant.operationalEventSinkIds,
    limits: tenant.limits,
  };
}
