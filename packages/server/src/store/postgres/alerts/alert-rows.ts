import type { Alert } from "../../../domain/alert.ts";
import type { AlertAction, DeliveryState } from "../../../domain/delivery.ts";
import type { Reason } from "../../../domain/reason.ts";
import type { SeverityId } from "../../../domain/severity.ts";
import type { AlertSummary, Delivery } from "../../store.ts";
import { fromText } from "../text.ts";

export interface AlertSummaryRow {
  readonly tenant_id: string;
  readonly uid: string;
  readonly alert_id: string;
  readonly name: string;
  readonly alert_action: AlertAction;
  readonly dedup_key: string;
  readonly has_explicit_key: boolean;
  readonly severity_id: SeverityId;
  readonly tags: string;
  readonly staging: boolean;
  readonly received_at: number;
}

export interface AlertRow extends AlertSummaryRow {
  readonly template: string | null;
  readonly body: string;
}

/** Columns of `AlertSummaryRow`; the table of alerts is `a`. */
export const alertSummaryColumns = `a.tenant_id, a.uid, a.id AS alert_id, a.name,
  a.action AS alert_action, a.dedup_key, a.has_explicit_key, a.severity_id, a.tags, a.staging,
  a.received_at`;

/** Columns of `AlertRow`. */
export const alertColumns = `${alertSummaryColumns}, a.template, a.body`;

export const toAlertSummary = (row: AlertSummaryRow): AlertSummary => ({
  uid: row.uid,
  tenantId: row.tenant_id,
  id: fromText(row.alert_id),
  name: fromText(row.name),
  action: row.alert_action,
  dedupKey: fromText(row.dedup_key),
  hasExplicitKey: row.has_explicit_key,
  severityId: row.severity_id,
  tags: row.tags === "[]" ? [] : (JSON.parse(row.tags) as string[]),
  staging: row.staging,
  receivedAt: row.received_at,
});

export const toAlert = (row: AlertRow): Alert => ({
  ...toAlertSummary(row),
  template: row.template === null ? null : fromText(row.template),
  body: fromText(row.body),
});

/** That an alert or delivery `row` is of the tenant that has its id now, not of an earlier one. */
export const isOfTenant = (row: string) =>
  `${row}.tenant_no = (SELECT t.seq FROM tenants t WHERE t.tenant_id = ${row}.tenant_id)`;

/**
 * The same where `$1` is the tenant. Asked for once and not for each row; above all the planner then
 * does not take it for a rare thing, and reads an index in order instead of sorting all that it finds.
 */
export const isOfNamedTenant = (row: string) =>
  `${row}.tenant_no = (SELECT t.seq FROM tenants t WHERE t.tenant_id = $1)`;

export interface DeliveryRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly event_sink_id: string;
  readonly deleted_at: number | null;
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
  readonly tenant_no: number;
  /** Its sink is paused or broken. */
  readonly is_held: boolean;
}

/** Selects `DeliveryRow`s; a WHERE follows. The table of deliveries is `d`. */
export const selectDeliveries = `SELECT d.id, d.tenant_id, d.event_sink_id, s.deleted_at,
  d.alert_uid, d.dedup_key, d.action, d.state, d.reason, d.attempt_count, d.created_at,
  d.updated_at, q.due_at, d.replayed_at, d.replay_of, d.tenant_no,
  s.paused_at IS NOT NULL OR coalesce(s.health::json ->> 'state' = 'broken', false) AS is_held
  FROM deliveries d
  JOIN event_sinks s ON s.tenant_id = d.tenant_id AND s.id = d.event_sink_id
  LEFT JOIN queue q ON d.state = 'pending' AND q.tenant_id = d.tenant_id
    AND q.event_sink_id = d.event_sink_id AND q.seq = d.seq`;

/** What the sweep of a deleted sink has not reached yet is canceled all the same. */
export function toDelivery(row: DeliveryRow): Delivery {
  const canceledAt = row.state === "pending" ? row.deleted_at : null;
  return {
    id: row.id,
    tenantId: row.tenant_id,
    eventSinkId: row.event_sink_id,
    alertUid: row.alert_uid,
    dedupKey: fromText(row.dedup_key),
    action: row.action,
    state: canceledAt === null ? row.state : "canceled",
    isHeld: row.is_held && row.state === "pending" && canceledAt === null,
    reason: row.reason,
    attemptCount: row.attempt_count,
    createdAt: row.created_at,
    updatedAt: canceledAt ?? row.updated_at,
    dueAt: canceledAt === null ? row.due_at : null,
    replayedAt: row.replayed_at,
    replayOf: row.replay_of,
  };
}
