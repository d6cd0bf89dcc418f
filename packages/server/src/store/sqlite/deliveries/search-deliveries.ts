import { isDeliveryMatch } from "../../delivery-match.ts";
import type { Input, Output } from "../../protocol.ts";
import type { Delivery, Listed } from "../../store.ts";
import { type DeliveryRow, deliveryColumns, toDelivery } from "../alerts/alert-rows.ts";
import type { Database } from "../database.ts";
import { collect, findScanRange } from "../scan.ts";
import { chooseScan, selectScan } from "./delivery-scan.ts";

/** Newest first, over the narrowest index there is for the filter; those of a key by their alerts. */
export function listDeliveries(
  db: Database,
  filter: Input<"listDeliveries">,
): Output<"listDeliveries"> {
  const rows =
    filter.dedupKey !== null && filter.alertUid === null
      ? findByKey(db, filter, filter.dedupKey)
      : findByScan(db, filter);
  return matching(rows, filter);
}

function matching(rows: Iterable<DeliveryRow>, filter: Input<"listDeliveries">): Listed<Delivery> {
  return collect(
    rows,
    filter.limit,
    (row) => row.id,
    (row) => {
      const delivery = toDelivery(row);
      return isDeliveryMatch(delivery, filter) ? delivery : undefined;
    },
  );
}

function findByScan(db: Database, filter: Input<"listDeliveries">): Iterable<DeliveryRow> {
  const { from, downTo } = findScanRange(db, { ...filter, table: "deliveries" });
  const scan = chooseScan(db, filter);
  if (scan === undefined) return [];
  return db.iterate<DeliveryRow>(
    `${selectScan(scan)} AND deliveries.no < ? AND deliveries.no >= ? ORDER BY deliveries.no DESC`,
    scan.value,
    from,
    downTo,
  );
}

/** Deliveries have no index by key, their alerts do: it costs every alert one entry less. */
function findByKey(
  db: Database,
  { tenantId, after }: Input<"listDeliveries">,
  dedupKey: string,
): Iterable<DeliveryRow> {
  const last = { alert_no: Number.MAX_SAFE_INTEGER, no: 0 };
  const sql = "SELECT alert_no, no FROM deliveries WHERE id = ?";
  const from = after === null ? last : db.get<typeof last>(sql, after);
  if (from === undefined) return [];
  return db.iterate<DeliveryRow>(
    `SELECT ${deliveryColumns} FROM alerts INDEXED BY alerts_by_dedup_key
     CROSS JOIN deliveries INDEXED BY deliveries_by_alert ON deliveries.alert_no = alerts.no
     CROSS JOIN event_sinks ON event_sinks.no = deliveries.event_sink_no
     WHERE alerts.tenant_no = (SELECT no FROM tenants WHERE id = ?1) AND alerts.dedup_key = ?2
       AND alerts.no <= ?3 AND (alerts.no < ?3 OR deliveries.no < ?4)
     ORDER BY alerts.no DESC, deliveries.no DESC`,
    tenantId,
    dedupKey,
    from.alert_no,
    from.no,
  );
}
