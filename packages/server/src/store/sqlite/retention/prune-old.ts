import type { DeliveryState } from "../../../domain/delivery.ts";
import type { EventSinkId } from "../../../ids.ts";
import { countDeliveries, isHeld } from "../../lanes/lane-memory.ts";
import type { Input, Output } from "../../protocol.ts";
import type { RetentionPass } from "../../retention-operations.ts";
import { findLane } from "../deliveries/lanes.ts";
import { countSettlement } from "../deliveries/statistics.ts";
import { releaseWaiting } from "../deliveries/waiting.ts";
import type { WriterState } from "../writer-state.ts";
import { pruneRest, type RestPlace, restStart } from "./prune-rest.ts";

/** Alerts and deliveries one step looks at: some 5 ms of the writer's time. */
const rowsMax = 200;
const tenantsMax = 50;

const dayMs = 24 * 3_600_000;

/** Where a pass is: the tenants' alerts come first. */
interface AlertPlace {
  readonly part: "alerts";
  readonly tenantNo: number;
  readonly alertNo: number;
}

type Place = AlertPlace | RestPlace;

/** What one step has done so far. */
interface Tally {
  rows: number;
  prunedCount: number;
  expiredCount: number;
}

/** One step of a pass; see `retention-operations.ts`. */
export function pruneOld(state: WriterState, input: Input<"pruneOld">): Output<"pruneOld"> {
  const { after } = input;
  const place: Place =
    after === null ? { part: "alerts", tenantNo: 0, alertNo: 0 } : (JSON.parse(after) as Place);
  const tally: Tally = { rows: 0, prunedCount: 0, expiredCount: 0 };
  const next =
    place.part === "alerts"
      ? pruneTenants(state, place, input, tally)
      : pruneRest(state, place, input);
  const { prunedCount, expiredCount } = tally;
  return { next: next === null ? null : JSON.stringify(next), prunedCount, expiredCount };
}

function pruneTenants(
  state: WriterState,
  place: AlertPlace,
  { now, retentionMs }: RetentionPass,
  tally: Tally,
): Place {
  const tenants = state.db.all<{ no: number; retention_days: number | null }>(
    `SELECT no, retention_days FROM tenants
     WHERE no >= ? AND deleted_at IS NULL ORDER BY no LIMIT ?`,
    place.tenantNo,
    tenantsMax,
  );
  for (const { no, retention_days } of tenants) {
    const before = now - (retention_days === null ? retentionMs : retention_days * dayMs);
    const startNo = no === place.tenantNo ? place.alertNo : 0;
    const alertNo = pruneAlerts(state, { tenantNo: no, startNo, before, now }, tally);
    if (alertNo !== null) return { part: "alerts", tenantNo: no, alertNo };
  }
  const last = tenants.at(-1);
  if (tenants.length === tenantsMax && last !== undefined) {
    return { part: "alerts", tenantNo: last.no + 1, alertNo: 0 };
  }
  return restStart;
}

interface Pruned {
  readonly tenantNo: number;
  /** Alerts up to this number have been looked at. */
  readonly startNo: number;
  /** Older than this is old. */
  readonly before: number;
  readonly now: number;
}

/** @returns where to go on in this tenant, null when it is done. */
function pruneAlerts(
  state: WriterState,
  { tenantNo, startNo, before, now }: Pruned,
  tally: Tally,
): number | null {
  const { db } = state;
  const alerts = db.all<{ no: number; id: string; action: string; received_at: number }>(
    `SELECT no, id, action, received_at FROM alerts INDEXED BY alerts_by_tenant
     WHERE tenant_no = ? AND no > ? ORDER BY no LIMIT ?`,
    tenantNo,
    startNo,
    rowsMax,
  );
  let lookedAt = startNo;
  for (const { no, id, action, received_at } of alerts) {
    if (received_at >= before) return null;
    if (tally.rows >= rowsMax) return lookedAt;
    tally.rows += 1;
    lookedAt = no;
    if (!pruneDeliveries(state, no, { before, now }, tally)) continue;
    const sql = "DELETE FROM alert_ids WHERE tenant_no = ? AND id = ? AND action = ?";
    db.run(sql, tenantNo, id, action);
    db.run("DELETE FROM alerts WHERE no = ?", no);
    tally.prunedCount += 1;
  }
  return alerts.length < rowsMax ? null : lookedAt;
}

interface OldDelivery {
  readonly no: number;
  readonly id: string;
  readonly event_sink_id: EventSinkId;
  readonly dedup_key: string;
  readonly state: DeliveryState;
  readonly updated_at: number;
  /** When its time to be delivered began. */
  readonly sent_off_at: number;
}

/** Deletes all deliveries of an alert if all are old and settled. @returns whether it did. */
function pruneDeliveries(
  state: WriterState,
  alertNo: number,
  { before, now }: { before: number; now: number },
  tally: Tally,
): boolean {
  const { db } = state;
  const deliveries = db.all<OldDelivery>(
    `SELECT deliveries.no, deliveries.id, event_sinks.id AS event_sink_id, dedup_key, state,
       deliveries.updated_at, ifnull(replayed_at, deliveries.created_at) AS sent_off_at
     FROM deliveries INDEXED BY deliveries_by_alert
     CROSS JOIN event_sinks ON event_sinks.no = deliveries.event_sink_no
     WHERE alert_no = ?`,
    alertNo,
  );
  tally.rows += deliveries.length;
  for (const delivery of deliveries) {
    if (delivery.state === "pending" && delivery.sent_off_at < before) {
      expire(state, delivery, now, tally);
    }
  }
  // Numbers must not be given twice: what has the highest stays.
  if (alertNo === state.lastAlertNo) return false;
  const isOld = deliveries.every(
    (one) => one.state !== "pending" && one.updated_at < before && one.no !== state.lastDeliveryNo,
  );
  if (!isOld) return false;
  for (const { no } of deliveries) {
    db.run("DELETE FROM attempts WHERE delivery_no = ?", no);
    db.run("DELETE FROM deliveries WHERE no = ?", no);
  }
  return true;
}

/** Ends what its sink has held for too long. What is under way, or on its schedule, goes on. */
function expire(state: WriterState, delivery: OldDelivery, now: number, tally: Tally): void {
  const { no, id, event_sink_id, dedup_key } = delivery;
  const lane = findLane(state, event_sink_id, now);
  if (lane === undefined || lane.deletedAt !== null || !isHeld(lane) || state.leases.has(id))
    return;
  state.db.run(
    `UPDATE deliveries SET state = 'failed', reason = 'expired', due_at = NULL, updated_at = ?
     WHERE no = ?`,
    now,
    no,
  );
  countDeliveries(state, "pending", -1);
  countDeliveries(state, "failed", 1);
  countSettlement(state, { lane, arrivedAt: null }, { state: "failed", now });
  releaseWaiting(state, lane, dedup_key, now);
  tally.expiredCount += 1;
}
