import { isUuid } from "../../../ids.ts";
import { type GroupRow, summarizedMax, toSummary } from "../../delivery-summary.ts";
import type { Input, Output } from "../../protocol.ts";
import { isOfNamedTenant } from "../alerts/alert-rows.ts";
import type { Queries } from "../database.ts";

const groups = `SELECT s.id::text AS event_sink_id, CASE
    WHEN part.state = 'failed' THEN 'failed'
    WHEN s.paused_at IS NOT NULL OR coalesce(s.health::json ->> 'state' = 'broken', false) THEN 'held'
    ELSE 'pending' END AS state,
  part.reason, count(*) AS count, min(part.created_at) AS oldest_at, max(part.created_at) AS newest_at`;

const failedSql = `${groups} FROM (
    SELECT d.tenant_id, d.event_sink_id, d.state, d.reason, d.created_at FROM deliveries d
    WHERE d.tenant_id = $1 AND d.failed_at IS NOT NULL AND d.state = 'failed' AND ${isOfNamedTenant("d")}
    ORDER BY d.id DESC LIMIT ${summarizedMax + 1}) AS part
  JOIN event_sinks s ON s.tenant_id = part.tenant_id AND s.id = part.event_sink_id
  GROUP BY s.tenant_id, s.id, 2, part.reason`;

const waitingSql = `SELECT q.delivery_id::text AS id FROM queue q
  JOIN event_sinks s ON s.tenant_id = q.tenant_id AND s.id = q.event_sink_id
  WHERE q.tenant_id = $1 AND ($2::uuid IS NULL OR q.event_sink_id = $2) AND s.deleted_at IS NULL
  LIMIT ${summarizedMax + 1}`;

/** By ids given, and not as a join: without statistics the planner would look through the table for each. */
const pendingSql = `${groups} FROM (
    SELECT d.tenant_id, d.event_sink_id, d.state, d.reason, d.created_at FROM deliveries d
    WHERE d.tenant_id = $1 AND d.id = ANY($2::uuid[]) AND d.state = 'pending') AS part
  JOIN event_sinks s ON s.tenant_id = part.tenant_id AND s.id = part.event_sink_id
  GROUP BY s.tenant_id, s.id, 2, part.reason`;

export async function summarizeDeliveries(
  db: Queries,
  { tenantId, eventSinkId }: Input<"summarizeDeliveries">,
): Promise<Output<"summarizeDeliveries">> {
  if (eventSinkId !== null && !isUuid(eventSinkId)) return { groups: [], isPartial: false };
  const failed = await db.all<GroupRow>(failedSql, tenantId);
  const waiting = await db.all<{ id: string }>(waitingSql, tenantId, eventSinkId);
  const ids = waiting.map(({ id }) => id);
  const pending = await db.all<GroupRow>(pendingSql, tenantId, ids);
  return toSummary([failed, pending], eventSinkId);
}
