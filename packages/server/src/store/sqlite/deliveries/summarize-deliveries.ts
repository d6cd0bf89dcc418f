import { type GroupRow, summarizedMax, toSummary } from "../../delivery-summary.ts";
import type { Input, Output } from "../../protocol.ts";
import type { Database } from "../database.ts";

const groups = `SELECT event_sinks.id AS event_sink_id, CASE
    WHEN part.state = 'failed' THEN 'failed'
    WHEN event_sinks.paused_at IS NOT NULL OR event_sinks.health ->> 'state' IS 'broken' THEN 'held'
    ELSE 'pending' END AS state,
  part.reason, count(*) AS count, min(part.created_at) AS oldest_at, max(part.created_at) AS newest_at`;

const failedSql = `${groups} FROM (
    SELECT event_sink_no, state, reason, created_at FROM deliveries INDEXED BY deliveries_failed
    WHERE tenant_no = (SELECT no FROM tenants WHERE id = ?) AND state = 'failed'
    ORDER BY no DESC LIMIT ${summarizedMax + 1}) AS part
  JOIN event_sinks ON event_sinks.no = part.event_sink_no
  GROUP BY event_sinks.no, part.reason`;

/** Sink by sink, since what waits has no index by tenant. */
const pendingSql = `${groups} FROM (
    SELECT event_sink_no, state, reason, deliveries.created_at
    FROM event_sinks CROSS JOIN deliveries INDEXED BY deliveries_unfinished
      ON event_sink_no = event_sinks.no AND state = 'pending'
    WHERE tenant_id = ?1 AND (?2 IS NULL OR event_sinks.id = ?2) AND deleted_at IS NULL
    LIMIT ${summarizedMax + 1}) AS part
  JOIN event_sinks ON event_sinks.no = part.event_sink_no
  GROUP BY event_sinks.no, part.reason`;

export function summarizeDeliveries(
  db: Database,
  { tenantId, eventSinkId }: Input<"summarizeDeliveries">,
): Output<"summarizeDeliveries"> {
  const failed = db.all<GroupRow>(failedSql, tenantId);
  const pending = db.all<GroupRow>(pendingSql, tenantId, eventSinkId);
  return toSummary([failed, pending], eventSinkId);
}
