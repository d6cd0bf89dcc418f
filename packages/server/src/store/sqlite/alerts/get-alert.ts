import type { Alert } from "../../../domain/alert.ts";
import type { Input, Output } from "../../protocol.ts";
import type { AlertRow } from "../../rows/alert-row.ts";
import { type AttemptRow, attemptColumns, readAttempt } from "../../rows/attempt-row.ts";
import { asStored } from "../../rows/stored.ts";
import type { Delivery } from "../../store.ts";
import type { Database } from "../database.ts";
import {
  alertColumns,
  type DeliveryRow,
  selectDeliveries,
  toAlert,
  toDelivery,
} from "./alert-rows.ts";

export function getAlert(db: Database, { tenantId, id }: Input<"getAlert">): Output<"getAlert"> {
  const row = db.get<{ no: number }>(
    `SELECT alerts.no FROM alerts JOIN tenants ON tenants.no = alerts.tenant_no
     WHERE alerts.uid = ?1 AND tenants.deleted_at IS NULL AND (?2 IS NULL OR tenants.id = ?2)`,
    id,
    tenantId,
  );
  if (row === undefined) return null;
  return { alert: readAlert(db, row.no), deliveries: readDeliveries(db, row.no) };
}

/** The alert of this number, which must be there. */
export function readAlert(db: Database, alertNo: number): Alert {
  const row = db.get<AlertRow>(
    `SELECT ${alertColumns} FROM alerts CROSS JOIN tenants ON tenants.no = alerts.tenant_no
     WHERE alerts.no = ?`,
    alertNo,
  );
  if (row === undefined) throw new Error(`Alert ${alertNo} is not stored.`);
  return toAlert(row);
}

/** An alert's deliveries, oldest first. */
export function readDeliveries(db: Database, alertNo: number): Delivery[] {
  return db
    .all<DeliveryRow>(
      `${selectDeliveries} WHERE deliveries.alert_no = ? ORDER BY deliveries.no`,
      alertNo,
    )
    .map(toDelivery);
}

const toAttempt = (row: AttemptRow) => readAttempt(row, asStored);

export function getDelivery(
  db: Database,
  { tenantId, id }: Input<"getDelivery">,
): Output<"getDelivery"> {
  const row = db.get<DeliveryRow>(
    `${selectDeliveries} WHERE deliveries.id = ?1 AND (?2 IS NULL OR event_sinks.tenant_id = ?2)
     AND EXISTS (SELECT 1 FROM tenants WHERE no = deliveries.tenant_no AND deleted_at IS NULL)`,
    id,
    tenantId,
  );
  if (row === undefined) return null;
  const attempts = db.all<AttemptRow>(
    `SELECT ${attemptColumns} FROM attempts WHERE delivery_no = ? ORDER BY number`,
    row.no,
  );
  return {
    delivery: toDelivery(row),
    alert: readAlert(db, row.alert_no),
    attempts: attempts.map(toAttempt),
  };
}

export function countDeliveries(db: Database): Output<"countDeliveries"> {
  const counts = { pending: 0, delivered: 0, failed: 0, superseded: 0, canceled: 0 };
  const rows = db.all<{ state: keyof typeof counts; count: number }>(
    "SELECT state, count FROM delivery_counts",
  );
  for (const { state, count } of rows) counts[state] = count;
  return counts;
}

export function nameAlerts(
  db: Database,
  { tenantId, uids }: Input<"nameAlerts">,
): Output<"nameAlerts"> {
  return db.all<{ uid: string; name: string }>(
    `SELECT alerts.uid, alerts.name FROM json_each(?) AS wanted
     CROSS JOIN alerts ON alerts.uid = wanted.value
     WHERE alerts.tenant_no = (SELECT no FROM tenants WHERE id = ?)`,
    JSON.stringify(uids),
    tenantId,
  );
}
