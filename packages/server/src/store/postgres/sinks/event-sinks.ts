import type { EventSink, SinkTypeName } from "../../../domain/event-sink.ts";
import { isUuid } from "../../../ids.ts";
import { toListed } from "../../listed.ts";
import type { Input, Output } from "../../protocol.ts";
import { type EventSinkRow, eventSinkColumns, readEventSink } from "../../rows/event-sink-row.ts";
import { isScoped, keepTenantId } from "../accounts/tenant-ids.ts";
import { getTenant, hasTenant, insertTenant } from "../accounts/tenants.ts";
import type { Queries } from "../database.ts";
import type { NodeState } from "../node-state.ts";
import { fromText, toText } from "../text.ts";

export const toEventSink = (row: EventSinkRow) => readEventSink(row, fromText);

/** What stands in the column by which the sinks of an integration are found. */
export function slackIntegrationIdOf({ settings }: EventSink): string | null {
  const id = settings["slack_integration_id"];
  return typeof id === "string" ? id : null;
}

export async function createEventSink(
  state: NodeState,
  { eventSink, createsTenant }: Input<"createEventSink">,
): Promise<Output<"createEventSink">> {
  const { id, tenantId, createdAt } = eventSink;
  const { db } = state;
  if (createsTenant) await insertTenant(db, { id: tenantId, createdAt });
  if (!(await hasTenant(db, tenantId))) return "unknown_tenant";
  if (await isFull(db, tenantId)) return "too_many";
  await db.run(
    `INSERT INTO event_sinks (${eventSinkColumns}, slack_integration_id, tenant_no)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, seq FROM tenants WHERE tenant_id = $1`,
    tenantId,
    id,
    toText(eventSink.name),
    toText(eventSink.description),
    eventSink.type,
    JSON.stringify(eventSink.settings),
    eventSink.sealedSecrets,
    eventSink.savedByOperator,
    eventSink.version,
    createdAt,
    eventSink.updatedAt,
    slackIntegrationIdOf(eventSink),
  );
  await keepTenantId(db, id, tenantId);
  return "created";
}

/** It has as many sinks as it may. Its row is locked, so that two nodes cannot both make the last. */
async function isFull(db: Queries, tenantId: string): Promise<boolean> {
  const most = (await getTenant(db, { id: tenantId }))?.limits.eventSinks;
  if (most === undefined) return false;
  await db.run("SELECT 1 FROM tenants WHERE tenant_id = $1 FOR UPDATE", tenantId);
  const sql =
    "SELECT count(*) AS count FROM event_sinks WHERE tenant_id = $1 AND deleted_at IS NULL";
  return ((await db.get<{ count: number }>(sql, tenantId))?.count ?? 0) >= most;
}

export async function getEventSink(
  db: Queries,
  { tenantId, id }: Input<"getEventSink">,
): Promise<Output<"getEventSink">> {
  if (!isUuid(id)) return null;
  const row = await db.get<EventSinkRow>(
    `SELECT ${eventSinkColumns} FROM event_sinks
     WHERE ${isScoped} AND id = $1::uuid AND deleted_at IS NULL`,
    id.toLowerCase(),
    tenantId,
  );
  return row === undefined ? null : toEventSink(row);
}

export async function listEventSinks(
  db: Queries,
  { tenantId, after, limit }: Input<"listEventSinks">,
): Promise<Output<"listEventSinks">> {
  const rows = await db.all<EventSinkRow>(
    `SELECT ${eventSinkColumns} FROM event_sinks
     WHERE tenant_id = $1 AND ($2::uuid IS NULL OR id > $2) AND deleted_at IS NULL
     ORDER BY id LIMIT $3`,
    tenantId,
    after,
    limit + 1,
  );
  return toListed(rows, limit, toEventSink, (eventSink) => eventSink.id);
}

export async function getTenantSinks(
  db: Queries,
  { tenantId }: Input<"getTenantSinks">,
): Promise<Output<"getTenantSinks">> {
  const tenant = await getTenant(db, { id: tenantId });
  if (tenant === null) return null;
  const rows = await db.all<{
    id: string;
    type: SinkTypeName;
    name: string;
    is_paused: boolean;
    health: string | null;
  }>(
    `SELECT id, type, name, paused_at IS NOT NULL AS is_paused, health
     FROM event_sinks WHERE tenant_id = $1 AND deleted_at IS NULL ORDER BY id`,
    tenantId,
  );
  return {
    eventSinks: rows.map(({ id, type, name, is_paused, health }) => ({
      id,
      type,
      name: fromText(name),
      isWorking: !is_paused && !isBroken(health),
    })),
    operationalEventSinkIds: tenant.operationalEventSinkIds,
    limits: tenant.limits,
  };
}

/** Whether a sink's stored health says that it is broken. */
export function isBroken(health: string | null): boolean {
  return health !== null && (JSON.parse(health) as { state: string }).state === "broken";
}
