import { createAlertMatch, isAnyDeliveryMatch, type ScannedAlert } from "../../alert-match.ts";
import type { Input, Output } from "../../protocol.ts";
import type { Queries } from "../database.ts";
import { collect, findScanRange, readChunks } from "../scan.ts";
import { fromText, toText } from "../text.ts";
import { alertSummaryColumns, isOfNamedTenant, toAlertSummary } from "./alert-rows.ts";
import { readDeliveries } from "./get-alert.ts";

/** Newest first, over the tenant's alerts or those of one rule or key. */
export async function listAlerts(
  db: Queries,
  filter: Input<"listAlerts">,
): Promise<Output<"listAlerts">> {
  const range = await findScanRange(db, { ...filter, table: "alerts" });
  const keyOf = (row: ScannedAlert) => row.uid;
  const named = [
    { column: "a.dedup_key", value: filter.dedupKey },
    { column: "a.detection_rule_id", value: filter.detectionRuleId },
  ].flatMap(({ column, value }) => (value === null ? [] : [{ column, value: toText(value) }]));
  const areNamed = named.map(({ column }, index) => `AND ${column} = $${index + 5}`).join(" ");
  const chunks = readChunks<ScannedAlert>(range, filter.limit + 1, keyOf, ({ from, downTo }, max) =>
    db.all<ScannedAlert>(
      `SELECT ${alertSummaryColumns}, ${filter.q === null ? "NULL" : "a.body"} AS body FROM alerts a
       WHERE a.tenant_id = $1 AND a.uid < $2 AND a.uid >= $3 AND ${isOfNamedTenant("a")}
         ${areNamed}
       ORDER BY a.uid DESC LIMIT $4`,
      filter.tenantId,
      from,
      downTo,
      max,
      ...named.map(({ value }) => value),
    ),
  );
  const isMatch = createAlertMatch(filter, fromText);
  return collect(chunks, filter.limit, keyOf, async (rows) => {
    const found = rows.filter((row) => isMatch(row));
    const uids = found.map(({ uid }) => uid);
    const deliveries = await readDeliveries(db, filter.tenantId, uids);
    const matched = new Set(uids);
    return rows.map((row) => {
      const own = deliveries.get(row.uid) ?? [];
      if (!matched.has(row.uid) || !isAnyDeliveryMatch(own, filter)) return undefined;
      return { alert: toAlertSummary(row, filter.tenantId), deliveries: own };
    });
  });
}
