import { shownState } from "../../../domain/delivery.ts";
import { isJsonObject, parseJson } from "../../../domain/json.ts";
import type { Input, Output } from "../../protocol.ts";
import type { Delivery } from "../../store.ts";
import type { Queries } from "../database.ts";
import { collect, findScanRange, readChunks } from "../scan.ts";
import { fromText, toText } from "../text.ts";
import {
  type AlertSummaryRow,
  alertSummaryColumns,
  isOfNamedTenant,
  toAlertSummary,
} from "./alert-rows.ts";
import { readDeliveries } from "./get-alert.ts";

/** What a scan reads of each alert; the body only when it is searched. */
interface ScannedAlert extends AlertSummaryRow {
  readonly body: string | null;
}

/** Newest first, over the tenant's alerts or those of one key. */
export async function listAlerts(
  db: Queries,
  filter: Input<"listAlerts">,
): Promise<Output<"listAlerts">> {
  const range = await findScanRange(db, { ...filter, table: "alerts" });
  const keyOf = (row: ScannedAlert) => row.uid;
  const dedupKey = filter.dedupKey === null ? [] : [toText(filter.dedupKey)];
  const chunks = readChunks<ScannedAlert>(range, filter.limit + 1, keyOf, ({ from, downTo }, max) =>
    db.all<ScannedAlert>(
      `SELECT ${alertSummaryColumns}, ${filter.q === null ? "NULL" : "a.body"} AS body FROM alerts a
       WHERE a.tenant_id = $1 AND a.uid < $2 AND a.uid >= $3 AND ${isOfNamedTenant("a")}
         AND ${dedupKey.length === 0 ? "true" : "a.dedup_key = $5"}
       ORDER BY a.uid DESC LIMIT $4`,
      filter.tenantId,
      from,
      downTo,
      max,
      ...dedupKey,
    ),
  );
  const isTextMatch = createTextMatch(filter.q);
  return collect(chunks, filter.limit, keyOf, async (rows) => {
    const found = rows.filter((row) => isRowMatch(row, filter) && isTextMatch(row));
    const uids = found.map(({ uid }) => uid);
    const deliveries = await readDeliveries(db, filter.tenantId, uids);
    const matched = new Set(uids);
    return rows.map((row) => {
      const own = deliveries.get(row.uid) ?? [];
      if (!matched.has(row.uid) || !isDeliveryMatch(own, filter)) return undefined;
      return { alert: toAlertSummary(row), deliveries: own };
    });
  });
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
    has(fromText(row.name)) ||
    has(fromText(row.alert_id)) ||
    has(fromText(row.dedup_key)) ||
    hasInDescription(row.body, has);
}

function hasInDescription(body: string | null, has: (text: string) => boolean): boolean {
  if (body === null) return false;
  // Parsing is the dear part; without escapes the text must stand in the raw body too.
  if (!body.includes("\\") && !has(body)) return false;
  const alert = parseJson(fromText(body));
  const description = isJsonObject(alert) ? alert["description"] : undefined;
  return typeof description === "string" && has(description);
}
