import type { DeliveryFilter } from "../../store.ts";
import { selectDeliveries } from "../alerts/alert-rows.ts";
import type { Database } from "../database.ts";

/** The narrowest range of an index that holds all that a filter can find. */
export interface DeliveryScan {
  readonly index: string;
  readonly where: string;
  readonly value: number;
}

/** Undefined when what the filter names is not there. */
export function chooseScan(
  db: Database,
  filter: Pick<DeliveryFilter, "tenantId" | "eventSinkId" | "alertUid" | "state">,
): DeliveryScan | undefined {
  const find = (sql: string, id: string) => db.get<{ no: number }>(sql, id)?.no;
  const scan = (index: string, where: string, value: number | undefined) =>
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

/** Selects `DeliveryRow`s of a scan; conditions on `deliveries.no` follow. */
export function selectScan({ index, where }: DeliveryScan): string {
  const from = "FROM deliveries CROSS";
  const select = selectDeliveries.replace(from, `FROM deliveries INDEXED BY ${index} CROSS`);
  return `${select} WHERE ${where}`;
}
