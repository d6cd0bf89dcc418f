import { shownState } from "../../domain/delivery.ts";
import type { Input, Output } from "../protocol.ts";
import { type DeliveryRow, selectDeliveries, toDelivery } from "./alert-rows.ts";
import type { Database } from "./database.ts";
import { collect, findScanRange } from "./scan.ts";

/** Newest first, over the narrowest index there is for the filter. */
export function listDeliveries(
  db: Database,
  filter: Input<"listDeliveries">,
): Output<"listDeliveries"> {
  const { from, downTo } = findScanRange(db, { ...filter, table: "deliveries" });
  const scan = chooseScan(db, filter);
  if (scan === undefined) return { items: [], next: null };
  const rows = db.iterate<DeliveryRow>(
    `${selectDeliveries.replace("FROM deliveries", `FROM deliveries INDEXED BY ${scan.index}`)}
     WHERE ${scan.where} AND deliveries.no < ? AND deliveries.no >= ? ORDER BY deliveries.no DESC`,
    scan.value,
    from,
    downTo,
  );
  return collect(
    rows,
    filter.limit,
    (row) => row.id,
    (row) => {
      const delivery = toDelivery(row);
      const { tenantId, eventSinkId, alertUid, state, reason, since, until } = filter;
      const isMatch =
        delivery.tenantId === tenantId &&
        (eventSinkId === null || delivery.eventSinkId === eventSinkId) &&
        (alertUid === null || delivery.alertUid === alertUid) &&
        (state === null || shownState(delivery) === state) &&
        (reason === null || delivery.reason === reason) &&
        (since === null || delivery.createdAt >= since) &&
        (until === null || delivery.createdAt < until);
      return isMatch ? delivery : undefined;
    },
  );
}

interface Scan {
  readonly index: string;
  readonly where: string;
  readonly value: number;
}

/** Undefined when what the filter names is not there. */
function chooseScan(db: Database, filter: Input<"listDeliveries">): Scan | undefined {
  const find = (sql: string, id: string) => db.get<{ no: number }>(sql, id)?.no;
  const scan = (index: string, where: string, value: number | undefined): Scan | undefined =>
    value === undefined ? undefined : { index, where, value };
  if (filter.alertUid !== null) {
    const no = find("SELECT no FROM alerts WHERE uid = ?", filter.alertUid);
    return scan("deliveries_by_alert", "deliveries.alert_no = ?", no);
  }
  const tenantNo = find("SELECT no FROM tenants WHERE id = ?", filter.tenantId);
  if (filter.state === "failed") {
    const where = "deliveries.tenant_no = ? AND deliveries.state = 'failed'";
    return scan("deliveries_failed", where, tenantNo);
  }
  if (filter.eventSinkId !== null) {
    const no = find("SELECT no FROM event_sinks WHERE id = ?", filter.eventSinkId);
    return scan("deliveries_by_event_sink", "deliveries.event_sink_no = ?", no);
  }
  return scan("deliveries_by_tenant", "deliveries.tenant_no = ?", tenantNo);
}
