import { isDeliveryMatch } from "../../delivery-match.ts";
import type { Input, Output } from "../../protocol.ts";
import { type DeliveryRow, selectFirstDeliveries, toDelivery } from "../alerts/alert-rows.ts";
import type { Queries } from "../database.ts";
import { collect, findScanRange, readChunks } from "../scan.ts";
import { chooseScan } from "./delivery-scan.ts";

/** Newest first, over the narrowest index there is for the filter. */
export async function listDeliveries(
  db: Queries,
  filter: Input<"listDeliveries">,
): Promise<Output<"listDeliveries">> {
  const scan = chooseScan(filter);
  if (scan === undefined) return { items: [], next: null };
  const range = await findScanRange(db, { ...filter, table: "deliveries" });
  const keyOf = (row: DeliveryRow) => row.id;
  const chunks = readChunks<DeliveryRow>(range, filter.limit + 1, keyOf, ({ from, downTo }, max) =>
    db.all<DeliveryRow>(
      selectFirstDeliveries(`d.id < $2 AND d.id >= $3 AND ${scan.where}`, "DESC", "$4"),
      filter.tenantId,
      from,
      downTo,
      max,
      ...scan.values,
    ),
  );
  return collect(chunks, filter.limit, keyOf, async (rows) =>
    rows.map((row) => {
      const delivery = toDelivery(row);
      return isDeliveryMatch(delivery, filter) ? delivery : undefined;
    }),
  );
}
