import type { TenantId } from "../../../ids.ts";
import {
  type AlertRow,
  type AlertSummaryRow,
  readAlert,
  readAlertSummary,
} from "../../rows/alert-row.ts";
import { readDelivery, type DeliveryRow as SharedDeliveryRow } from "../../rows/delivery-row.ts";
import { fromText } from "../text.ts";

/** Columns of `AlertSummaryRow`; the table of alerts is `a`. */
export const alertSummaryColumns = `a.tenant_id, a.uid, a.id AS alert_id, a.name,
  a.action AS alert_action, a.dedup_key, a.has_explicit_key, a.severity_id, a.tags, a.staging,
  a.received_at`;

/** Columns of `AlertRow`. */
export const alertColumns = `${alertSummaryColumns}, a.template, a.body`;

export const toAlertSummary = (row: AlertSummaryRow, tenantId: TenantId) =>
  readAlertSummary(row, tenantId, fromText);

export const toAlert = (row: AlertRow) => readAlert(row, fromText);

/** That an alert or delivery `row` is of the tenant that has its id now, not of an earlier one. */
export const isOfTenant = (row: string) =>
  `${row}.tenant_no = (SELECT t.seq FROM tenants t WHERE t.tenant_id = ${row}.tenant_id)`;

/**
 * The same where `$1` is the tenant. Asked for once and not for each row; above all the planner then
 * does not take it for a rare thing, and reads an index in order instead of sorting all that it finds.
 */
export const isOfNamedTenant = (row: string) =>
  `${row}.tenant_no = (SELECT t.seq FROM tenants t WHERE t.tenant_id = $1)`;

export interface DeliveryRow extends SharedDeliveryRow {
  readonly tenant_no: number;
}

/** Selects `DeliveryRow`s of these deliveries, which are called `d`. */
const selectDeliveriesOf = (
  deliveries: string,
) => `SELECT d.id, d.tenant_id, d.event_sink_id, s.deleted_at,
  d.alert_uid, d.dedup_key, d.action, d.state, d.reason, d.attempt_count, d.created_at,
  d.updated_at, q.due_at, d.replayed_at, d.replay_of, d.tenant_no,
  s.paused_at IS NOT NULL OR coalesce(s.health::json ->> 'state' = 'broken', false) AS is_held
  FROM ${deliveries} d
  JOIN event_sinks s ON s.tenant_id = d.tenant_id AND s.id = d.event_sink_id
  LEFT JOIN queue q ON d.state = 'pending' AND q.tenant_id = d.tenant_id
    AND q.event_sink_id = d.event_sink_id AND q.seq = d.seq`;

/** Selects `DeliveryRow`s; a WHERE follows. The table of deliveries is `d`. */
export const selectDeliveries = selectDeliveriesOf("deliveries");

/**
 * Selects so many `DeliveryRow`s of the tenant `$1` in the order of their ids. They are picked before sinks
 * are looked up: a planner that may do it the other way takes a tenant's sinks to have next to nothing
 * pending, and reads and sorts a million.
 */
export const selectFirstDeliveries = (where: string, order: "ASC" | "DESC", rowsMax: string) =>
  `${selectDeliveriesOf(`(SELECT * FROM deliveries d WHERE d.tenant_id = $1 AND ${where}
     AND ${isOfNamedTenant("d")} ORDER BY d.id ${order} LIMIT ${rowsMax})`)} ORDER BY d.id ${order}`;

export const toDelivery = (row: DeliveryRow) => readDelivery(row, fromText);
