import type { Alert } from "../../../domain/alert.ts";
import { mustWait } from "../../../domain/delivery.ts";
import { isUrgentSeverity } from "../../../domain/severity.ts";
import {
  announceDue,
  announceOffer,
  announceResolveWaiting,
  findTaker,
} from "../../lanes/announcements.ts";
import { changeLane, countDeliveries } from "../../lanes/lane-memory.ts";
import type { Input, Output } from "../../protocol.ts";
import { countStat } from "../../statistics.ts";
import type { AcceptResult, NewAlert, NewDelivery } from "../../store.ts";
import { runApart } from "../batch.ts";
import { findLiveLane, takeLease } from "../deliveries/lanes.ts";
import { readMemory } from "../deliveries/sink-memory.ts";
import { supersedeTriggers } from "../deliveries/supersede.ts";
import { findUnfinished } from "../deliveries/waiting.ts";
import { findTenantNo, type LaneState, type WriterState } from "../writer-state.ts";

export function acceptAlerts(
  state: WriterState,
  { alerts, now }: Input<"acceptAlerts">,
): Output<"acceptAlerts"> {
  return alerts.map((alert) =>
    runApart<AcceptResult>(
      state,
      () => acceptAlert(state, alert, now),
      (message) => ({ kind: "failed", message }),
    ),
  );
}

function acceptAlert(
  state: WriterState,
  { alert, detectionRuleId, deliveries }: NewAlert,
  now: number,
): AcceptResult {
  const tenantNo = findTenantNo(state, alert.tenantId);
  if (tenantNo === undefined) return { kind: "unknown_tenant" };
  const alertNo = state.lastAlertNo + 1;
  const firstNo = keepAlertId(state, tenantNo, alert, alertNo);
  if (firstNo !== alertNo) return describeFirst(state, firstNo);
  state.lastAlertNo = alertNo;
  insertAlert(state, { alert, detectionRuleId: detectionRuleId ?? null, tenantNo, alertNo });

  const stored: NewDelivery[] = [];
  const missingEventSinkIds: string[] = [];
  for (const delivery of deliveries) {
    const sink = { tenantId: alert.tenantId, eventSinkId: delivery.eventSinkId };
    const lane = findLiveLane(state, sink, now);
    if (lane === undefined) {
      missingEventSinkIds.push(delivery.eventSinkId);
      continue;
    }
    storeDelivery(state, lane, { ...delivery, alert, alertNo, tenantNo, now });
    stored.push(delivery);
  }
  countStat(state, { tenant: tenantNo, sink: null, measure: "alerts" }, now);
  return { kind: "accepted", deliveries: stored, missingEventSinkIds };
}

/** Takes (tenant, id, action) for an alert. @returns the number of the alert that has it. */
function keepAlertId(
  { db }: WriterState,
  tenantNo: number,
  { id, uid, action }: Alert,
  alertNo: number,
): number {
  if (id === uid) return alertNo;
  // A uid we gave out is an id too. Ours are version 7; others are not worth the look-up.
  if (id.length === 36 && id[14] === "7") {
    const named = db.get<{ no: number }>(
      "SELECT no FROM alerts WHERE uid = ?1 AND id = ?1 AND tenant_no = ?2 AND action = ?3",
      id,
      tenantNo,
      action,
    );
    if (named !== undefined) return named.no;
  }
  const kept = db.run(
    `INSERT INTO alert_ids (tenant_no, id, action, alert_no) VALUES (?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
    tenantNo,
    id,
    action,
    alertNo,
  );
  if (kept === 1) return alertNo;
  const first = db.get<{ alert_no: number }>(
    "SELECT alert_no FROM alert_ids WHERE tenant_no = ? AND id = ? AND action = ?",
    tenantNo,
    id,
    action,
  );
  return first?.alert_no ?? alertNo;
}

function describeFirst({ db }: WriterState, alertNo: number): AcceptResult {
  const first = db.get<{ uid: string; received_at: number }>(
    "SELECT uid, received_at FROM alerts WHERE no = ?",
    alertNo,
  );
  if (first === undefined) throw new Error(`Alert ${alertNo} has an id but is not stored.`);
  const deliveries = db.all<{ id: string; event_sink_id: string }>(
    `SELECT deliveries.id, event_sinks.id AS event_sink_id
     FROM deliveries JOIN event_sinks ON event_sinks.no = deliveries.event_sink_no
     WHERE deliveries.alert_no = ? ORDER BY deliveries.no`,
    alertNo,
  );
  return {
    kind: "duplicate",
    uid: first.uid,
    receivedAt: first.received_at,
    deliveries: deliveries.map((row) => ({ id: row.id, eventSinkId: row.event_sink_id })),
  };
}

interface NumberedAlert {
  readonly alert: Alert;
  readonly detectionRuleId: string | null;
  readonly tenantNo: number;
  readonly alertNo: number;
}

function insertAlert({ db }: WriterState, numbered: NumberedAlert): void {
  const { alert, detectionRuleId, tenantNo, alertNo } = numbered;
  db.run(
    `INSERT INTO alerts (no, tenant_no, uid, id, name, action, dedup_key, has_explicit_key,
       severity_id, tags, staging, received_at, template, body, detection_rule_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    alertNo,
    tenantNo,
    alert.uid,
    alert.id,
    alert.name,
    alert.action,
    alert.dedupKey,
    alert.hasExplicitKey ? 1 : 0,
    alert.severityId,
    alert.tags.length === 0 ? "[]" : JSON.stringify(alert.tags),
    alert.staging ? 1 : 0,
    alert.receivedAt,
    alert.template,
    alert.body,
    detectionRuleId,
  );
}

interface StoredDelivery extends NewDelivery {
  readonly alert: Alert;
  readonly alertNo: number;
  readonly tenantNo: number;
  readonly now: number;
}

function storeDelivery(state: WriterState, lane: LaneState, delivery: StoredDelivery): void {
  const { id, alert, alertNo, tenantNo, now } = delivery;
  const { dedupKey, action } = alert;
  if (delivery.supersedes === true) supersedeTriggers(state, lane, dedupKey, now);
  const waits = mustWait(action, findUnfinished(state, lane, dedupKey));
  const deliveryNo = state.lastDeliveryNo + 1;
  state.lastDeliveryNo = deliveryNo;
  state.db.run(
    `INSERT INTO deliveries (no, id, tenant_no, event_sink_no, alert_no, dedup_key, action, state,
       attempt_count, failure_count, created_at, updated_at, due_at, is_urgent, is_ambiguous)
     VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', 0, 0, ?, ?, ?, ?, 0)`,
    deliveryNo,
    id,
    tenantNo,
    lane.eventSinkNo,
    alertNo,
    dedupKey,
    action,
    now,
    now,
    waits ? null : now,
    isUrgentSeverity(alert.severityId) ? 1 : 0,
  );
  countDeliveries(state, "pending", 1);
  if (waits) {
    if (!lane.hasWaiting) changeLane(state, lane, { hasWaiting: true });
    if (action === "resolve") announceResolveWaiting(state, lane, dedupKey);
    return;
  }

  const taker = findTaker(state, lane);
  if (taker === undefined) {
    announceDue(state, lane, now);
    return;
  }
  const chars = alert.body.length;
  const leasable = {
    deliveryId: id,
    deliveryNo,
    dedupKey,
    action,
    dueAt: now,
    arrivedAt: now,
    chars,
  };
  announceOffer(state, taker, {
    tenantId: lane.tenantId,
    eventSinkId: lane.eventSinkId,
    id,
    lease: takeLease(state, lane, taker, leasable).token,
    alert,
    attemptCount: 0,
    failureCount: 0,
    createdAt: now,
    replayedAt: null,
    memory: readMemory(state, lane, dedupKey),
    isResolveWaiting: false,
  });
}
