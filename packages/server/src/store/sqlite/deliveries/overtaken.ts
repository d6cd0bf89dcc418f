import type { AlertAction } from "../../../domain/delivery.ts";
import type { Database } from "../database.ts";

/** Later alerts of a key that are looked at for a trigger, newest first. */
const laterAlertsMax = 200;

/** A delivery that might be sent again. */
export interface Resendable {
  readonly alertNo: number;
  readonly dedupKey: string;
  readonly action: AlertAction;
}

const findLaterResolveSql = `SELECT 1 FROM deliveries INDEXED BY deliveries_resolves
  WHERE event_sink_no = ? AND dedup_key = ? AND action = 'resolve' AND alert_no > ?
    AND state IN ('delivered', 'pending') LIMIT 1`;

/** Triggers of a key may be a million, and have no index of their own: the alerts' must do. */
const findLaterTriggerSql = `SELECT 1 FROM (
    SELECT no FROM alerts INDEXED BY alerts_by_dedup_key
    WHERE tenant_no = (SELECT tenant_no FROM alerts WHERE no = ?1) AND dedup_key = ?2 AND no > ?1
    ORDER BY no DESC LIMIT ${laterAlertsMax}
  ) AS later CROSS JOIN deliveries INDEXED BY deliveries_by_alert ON deliveries.alert_no = later.no
  WHERE deliveries.event_sink_no = ?3 AND deliveries.action = 'trigger'
    AND deliveries.state IN ('delivered', 'pending') LIMIT 1`;

/** Whether a sink was told, or will be, of something later that makes this one misleading. */
export function isOvertaken(
  db: Database,
  eventSinkNo: number,
  { alertNo, dedupKey, action }: Resendable,
): boolean {
  return action === "resolve"
    ? db.get(findLaterTriggerSql, alertNo, dedupKey, eventSinkNo) !== undefined
    : db.get(findLaterResolveSql, eventSinkNo, dedupKey, alertNo) !== undefined;
}
