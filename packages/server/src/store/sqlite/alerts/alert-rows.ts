import type { Alert } from "../../../domain/alert.ts";
import type { AlertAction, DeliveryState } from "../../../domain/delivery.ts";
import type { Reason } from "../../../domain/reason.ts";
import type { SeverityId } from "../../../domain/severity.ts";
import type { TenantId } from "../../../ids.ts";
import type { AlertSummary, Delivery } from "../../store.ts";

export interface AlertSummaryRow {
  readonly uid: string;
  readonly alert_id: string;
  readonly name: string;
  readonly action: AlertAction;
  readonly dedup_key: string;
  readonly has_explicit_key: number;
  readonly severity_id: SeverityId;
  readonly tags: string;
  readonly staging: number;
  readonly received_at: number;
}

export interface AlertRow extends AlertSummaryRow {
  readonly tenant_id: string;
  readonly template: string | null;
  readonly body: string;
}

/** Columns of `AlertSummaryRow`. */
export const alertSummaryColumns = `alerts.uid, alerts.id AS alert_id, alerts.name, alerts.action,
  alerts.dedup_key, alerts.has_explicit_key, alerts.severity_id, alerts.tags, alerts.staging,
  alerts.received_at`;

/** Columns of `AlertRow`; needs `tenants` beside `alerts`. */
export const alertColumns = `${alertSummaryColumns}, tenants.id AS tenant_id, alerts.template,
  alerts.body`;

export const toAlertSummary = (row: AlertSummaryRow, tenantId: TenantId): AlertSummary => ({
  uid: row.uid,
  tenantId,
  id: row.alert_id,
  name: row.name,
  action: row.action,
  dedupKey: row.dedup_key,
  hasExplicitKey: row.has_explicit_key === 1,
  severityId: row.severity_id,
  tags: row.tags === "[]" ? [] : (JSON.parse(row.tags) as string[]),
  staging: row.staging === 1,
  receivedAt: row.received_at,
});

export const toAlert = (row: AlertRow): Alert => ({
  ...toAlertSummary(row, row.tenant_id),
  template: row.template,
  body: row.body,
});

export interface DeliveryRow {
  readonly no: number;
  readonly id: string;
  readonly event_sink_no: number;
  readonly tenant_id: string;
  readonly event_sink_id: string;
  readonly deleted_at: number | null;
  readonly alert_no: number;
  readonly alert_uid: string;
  readonly dedup_key: string;
  readonly action: AlertAction;
  readonly state: DeliveryState;
  readonly reason: Reason | null;
  readonly attempt_count: number;
  readonly created_at: number;
  readonly updated_at: number;
  readonly due_at: number | null;
  readonly replayed_at: number | null;
  readonly replay_of: string | null;
  /** Its sink is paused or broken. */
  readonly is_held: number;
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

/** What the sweep of a deleted sink has not reached yet is canceled all the same. */
export function toDelivery(row: DeliveryRow): Delivery {
  const canceledAt = row.state === "pending" ? row.deleted_at : null;
  return {
    id: row.id,
    tenantId: row.tenant_id,
    eventSinkId: row.event_sink_id,
    alertUid: row.alert_uid,
    dedupKey: row.dedup_key,
    action: row.action,
    state: canceledAt === null ? row.state : "canceled",
    isHeld: row.is_held === 1 && row.state === "pending" && canceledAt === null,
    reason: row.reason,
    attemptCount: row.attempt_count,
    createdAt: row.created_at,
    updatedAt: canceledAt ?? row.updated_at,
    dueAt: canceledAt === null ? row.due_at : null,
    replayedAt: row.replayed_at,
    replayOf: row.replay_of,
  };
}
