import type { TenantId } from "../../../ids.ts";
import {
  type AlertRow,
  type AlertSummaryRow,
  readAlert,
  readAlertSummary,
} from "../../rows/alert-row.ts";
import { readDelivery, type DeliveryRow as SharedDeliveryRow } from "../../rows/delivery-row.ts";
import { asStored } from "../../rows/stored.ts";

/** Columns of `AlertSummaryRow`. */
export const alertSummaryColumns = `alerts.uid, alerts.id AS alert_id, alerts.name, alerts.action AS alert_action,
  alerts.dedup_key, alerts.has_explicit_key, alerts.severity_id, alerts.tags, alerts.staging,
  alerts.received_at`;

/** Columns of `AlertRow`; needs `tenants` beside `alerts`. */
export const alertColumns = `${alertSummaryColumns}, tenants.id AS tenant_id, alerts.template,
  alerts.body`;

export const toAlertSummary = (row: AlertSummaryRow, tenantId: TenantId) =>
  readAlertSummary(row, tenantId, asStored);

export const toAlert = (row: AlertRow) => readAlert(row, asStored);

export interface DeliveryRow extends SharedDeliveryRow {
  readonly no: number;
  readonly event_sink_no: number;
  readonly alert_no: number;
}

/** Columns of `DeliveryRow`; needs `event_sinks` and `alerts` beside `deliveries`. */
export const deliveryColumns = `deliveries.no, deliveries.id, deliveries.event_sink_no,
  event_sinks.tenant_id, event_sinks.id AS event_sink_id, event_sinks.deleted_at,
  deliveries.alert_no, alerts.uid AS alert_uid, deliveries.dedup_key, deliveries.action, deliveries.state,
  deliveries.reason, deliveries.attempt_count, deliveries.created_at, deliveries.updated_at,
  deliveries.due_at, deliveries.replayed_at,
  (SELECT id FROM deliveries AS source WHERE source.no = deliveries.replay_of_no) AS replay_of,
  event_sinks.paused_at IS NOT NULL OR event_sinks.health ->> 'state' IS 'broken' AS is_held`;

/** Selects `DeliveryRow`s; a WHERE follows. */
export const selectDeliveries = `SELECT ${deliveryColumns}
  FROM deliveries CROSS JOIN event_sinks ON event_sinks.no = deliveries.event_sink_no
  CROSS JOIN alerts ON alerts.no = deliveries.alert_no`;

export const toDelivery = (row: DeliveryRow) => readDelivery(row, asStored);
