import { createAlertMatch, isAnyDeliveryMatch, type ScannedAlert } from "../../alert-match.ts";
import type { Input, Output } from "../../protocol.ts";
import { asStored } from "../../rows/stored.ts";
import type { Database } from "../database.ts";
import { collect, findScanRange } from "../scan.ts";
import { alertSummaryColumns, toAlertSummary } from "./alert-rows.ts";
import { readDeliveries } from "./get-alert.ts";

interface NumberedAlert extends ScannedAlert {
  readonly no: number;
}

/** Newest first, over the tenant's alerts or those of one rule or key. */
export function listAlerts(db: Database, filter: Input<"listAlerts">): Output<"listAlerts"> {
  const tenant = db.get<{ no: number }>("SELECT no FROM tenants WHERE id = ?", filter.tenantId);
  if (tenant === undefined) return { items: [], next: null };
  const { from, downTo } = findScanRange(db, { ...filter, table: "alerts" });
  const { dedupKey, detectionRuleId: ruleId } = filter;
  const byKey = dedupKey === null ? "alerts_by_tenant" : "alerts_by_dedup_key";
  const rows = db.iterate<NumberedAlert>(
    `SELECT no, ${alertSummaryColumns}, ${filter.q === null ? "NULL" : "body"} AS body
     FROM alerts INDEXED BY ${ruleId === null ? byKey : "alerts_by_rule"}
     WHERE tenant_no = ? AND ${dedupKey === null ? "? IS NULL" : "dedup_key = ?"}
       AND ${ruleId === null ? "? IS NULL" : "detection_rule_id = ?"}
       AND no < ? AND no >= ? ORDER BY no DESC`,
    tenant.no,
    dedupKey,
    ruleId,
    from,
    downTo,
  );
  const isMatch = createAlertMatch(filter, asStored);
  return collect(
    rows,
    filter.limit,
    (row) => row.uid,
    (row) => {
      if (!isMatch(row)) return undefined;
      const deliveries = readDeliveries(db, row.no);
      if (!isAnyDeliveryMatch(deliveries, filter)) return undefined;
      return { alert: toAlertSummary(row, filter.tenantId), deliveries };
    },
  );
}
