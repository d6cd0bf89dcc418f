import type { Alert } from "../../../domain/alert.ts";
import { isUuid } from "../../../ids.ts";
import type { Input, Output } from "../../protocol.ts";
import type { AlertRow } from "../../rows/alert-row.ts";
import { type AttemptRow, attemptColumns, readAttempt } from "../../rows/attempt-row.ts";
import type { Delivery } from "../../store.ts";
import type { Queries } from "../database.ts";
import { fromText } from "../text.ts";
import {
  alertColumns,
  type DeliveryRow,
  isOfNamedTenant,
  isOfTenant,
  selectDeliveries,
  toAlert,
  toDelivery,
} from "./alert-rows.ts";

export async function getAlert(
  db: Queries,
  { tenantId, id }: Input<"getAlert">,
): Promise<Output<"getAlert">> {
  if (!isUuid(id)) return null;
  const row = await db.get<AlertRow>(
    `SELECT ${alertColumns} FROM alerts a
     WHERE a.uid = $1 AND ($2::text IS NULL OR a.tenant_id = $2) AND ${isOfTenant("a")}`,
    id,
    tenantId,
  );
  if (row === undefined) return null;
  const deliveries = await readDeliveries(db, row.tenant_id, [row.uid]);
  return { alert: toAlert(row), deliveries: deliveries.get(row.uid) ?? [] };
}

/** Deliveries of alerts of one tenant, oldest first, by the uid of their alert. */
export async function readDeliveries(
  db: Queries,
  tenantId: string,
  alertUids: readonly string[],
): Promise<Map<string, Delivery[]>> {
  if (alertUids.length === 0) return new Map();
  const rows = await db.all<DeliveryRow>(
    `${selectDeliveries} WHERE d.tenant_id = $1 AND d.alert_uid = ANY($2::uuid[]) ORDER BY d.seq`,
    tenantId,
    alertUids,
  );
  return Map.groupBy(rows.map(toDelivery), ({ alertUid }) => alertUid);
}

const toAttempt = (row: AttemptRow) => readAttempt(row, fromText);

export async function getDelivery(
  db: Queries,
  { tenantId, id }: Input<"getDelivery">,
): Promise<Output<"getDelivery">> {
  if (!isUuid(id)) return null;
  const row = await db.get<DeliveryRow>(
    `${selectDeliveries} WHERE d.id = $1 AND ($2::text IS NULL OR d.tenant_id = $2)
       AND ${isOfTenant("d")}`,
    id,
    tenantId,
  );
  if (row === undefined) return null;
  const attempts = await db.all<AttemptRow>(
    `SELECT ${attemptColumns} FROM attempts WHERE tenant_id = $1 AND delivery_id = $2
     ORDER BY number`,
    row.tenant_id,
    row.id,
  );
  const alert = await readAlert(db, row.tenant_id, row.alert_uid);
  return { delivery: toDelivery(row), alert, attempts: attempts.map(toAttempt) };
}

async function readAlert(db: Queries, tenantId: string, uid: string): Promise<Alert> {
  const row = await db.get<AlertRow>(
    `SELECT ${alertColumns} FROM alerts a WHERE a.tenant_id = $1 AND a.uid = $2`,
    tenantId,
    uid,
  );
  if (row === undefined) throw new Error(`Alert ${uid} is not stored.`);
  return toAlert(row);
}

export async function nameAlerts(
  db: Queries,
  { tenantId, uids }: Input<"nameAlerts">,
): Promise<Output<"nameAlerts">> {
  const rows = await db.all<{ uid: string; name: string }>(
    `SELECT a.uid, a.name FROM alerts a
     WHERE a.tenant_id = $1 AND a.uid = ANY($2::uuid[]) AND ${isOfNamedTenant("a")}`,
    tenantId,
    uids,
  );
  return rows.map(({ uid, name }) => ({ uid, name: fromText(name) }));
}
