import { shownState } from "../../../domain/delivery.ts";
import { isJsonObject, parseJson } from "../../../domain/json.ts";
import type { Input, Output } from "../../protocol.ts";
import type { Delivery } from "../../store.ts";
import type { Database } from "../database.ts";
import { collect, findScanRange } from "../scan.ts";
import { type AlertSummaryRow, alertSummaryColumns, toAlertSummary } from "./alert-rows.ts";
import { readDeliveries } from "./get-alert.ts";

/** What a scan reads of each alert; the body only when it is searched. */
interface ScannedAlert extends AlertSummaryRow {
  readonly no: number;
  readonly body: string | null;
}

/** Newest first, over the tenant's alerts or those of one key. */
export function listAlerts(db: Database, filter: Input<"listAlerts">): Output<"listAlerts"> {
  const tenant = db.get<{ no: number }>("SELECT no FROM tenants WHERE id = ?", filter.tenantId);
  if (tenant === undefined) return { items: [], next: null };
  const { from, downTo } = findScanRange(db, { ...filter, table: "alerts" });
  const { dedupKey } = filter;
  const index = dedupKey === null ? "alerts_by_tenant" : "alerts_by_dedup_key";
  const rows = db.iterate<ScannedAlert>(
    `SELECT no, ${alertSummaryColumns}, ${filter.q === null ? "NULL" : "body"} AS body
     FROM alerts INDEXED BY ${index}
     WHERE tenant_no = ? AND ${dedupKey === null ? "? IS NULL" : "dedup_key = ?"}
       AND no < ? AND no >= ? ORDER BY no DESC`,
    tenant.no,
    dedupKey,
    from,
    downTo,
  );
  const isTextMatch = createTextMatch(filter.q);
  return collect(
    rows,
    filter.limit,
    (row) => row.uid,
    (row) => {
      if (!isRowMatch(row, filter) || !isTextMatch(row)) return undefined;
      const deliveries = readDeliveries(db, row.no);
      if (!isDeliveryMatch(deliveries, filter)) return undefined;
      return { alert: toAlertSummary(row, filter.tenantId), deliveries };
    },
  );
}

function isRowMatch(row: ScannedAlert, filter: Input<"listAlerts">): boolean {
  const { severityId, tag, since, until } = filter;
  return (
    (severityId === null || row.severity_id === severityId) &&
    (tag === null || (JSON.parse(row.tags) as string[]).includes(tag)) &&
    (since === null || row.received_at >= since) &&
    (until === null || row.received_at < until)
  );
}

/** With a sink and a state asked for, one delivery must have both. */
function isDeliveryMatch(
  deliveries: readonly Delivery[],
  { eventSinkId, state }: Input<"listAlerts">,
): boolean {
  if (eventSinkId === null && state === null) return true;
  return deliveries.some(
    (delivery) =>
      (eventSinkId === null || delivery.eventSinkId === eventSinkId) &&
      (state === null || shownState(delivery) === state),
  );
}

/** Whether `q` stands in the name, description, id or key of an alert, in any case. */
function createTextMatch(q: string | null): (row: ScannedAlert) => boolean {
  if (q === null) return () => true;
  const wanted = q.toLowerCase();
  const has = (text: string) => text.toLowerCase().includes(wanted);
  return (row) =>
    has(row.name) || has(row.alert_id) || has(row.dedup_key) || hasInDescription(row.body, has);
}

function hasInDescription(body: string | null, has: (text: string) => boolean): boolean {
  if (body === null) return false;
  // Parsing is the dear part; without escapes the text must stand in the raw body too.
  if (!body.includes("\\") && !has(body)) return false;
  const alert = parseJson(body);
  const description = isJsonObject(alert) ? alert["description"] : undefined;
  return typeof description === "string" && has(description);
}
