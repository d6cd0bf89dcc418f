import { type AlertAction, type DeliveryState, mustWait } from "../../../domain/delivery.ts";
import { newId } from "../../../ids.ts";
import { announceDue, announceResolveWaiting } from "../../lanes/announcements.ts";
import { changeLane, countDeliveries } from "../../lanes/lane-memory.ts";
import type { Input, Output } from "../../protocol.ts";
import type { LaneState, WriterState } from "../writer-state.ts";
import { findLane } from "./lanes.ts";
import { isOvertaken } from "./overtaken.ts";
import { probeNow } from "./sink-health.ts";
import { findUnfinished } from "./waiting.ts";

interface RetriedRow {
  readonly no: number;
  readonly alert_no: number;
  readonly event_sink_id: string;
  readonly dedup_key: string;
  readonly action: AlertAction;
  readonly state: DeliveryState;
  readonly due_at: number | null;
}

export function retryDelivery(
  state: WriterState,
  { tenantId, id, now, includesOvertaken }: Input<"retryDelivery">,
): Output<"retryDelivery"> {
  const row = state.db.get<RetriedRow>(
    `SELECT deliveries.no, alert_no, event_sinks.id AS event_sink_id, dedup_key, action, state, due_at
     FROM deliveries CROSS JOIN event_sinks ON event_sinks.no = deliveries.event_sink_no
     WHERE deliveries.id = ?1 AND (?2 IS NULL OR event_sinks.tenant_id = ?2)`,
    id,
    tenantId,
  );
  const lane = row && findLane(state, row.event_sink_id, now);
  if (row === undefined || lane === undefined) return "not_found";
  if (lane.deletedAt !== null) return "sink_deleted";
  if (row.state === "pending") return hurry(state, lane, { ...row, id }, now);
  const delivery = { alertNo: row.alert_no, dedupKey: row.dedup_key, action: row.action };
  if (!includesOvertaken && isOvertaken(state.db, lane.eventSinkNo, delivery)) return "overtaken";
  resend(state, lane, { ...delivery, no: row.no, from: row.state, keepsUrgency: true }, now);
  return "done";
}

function hurry(
  state: WriterState,
  lane: LaneState,
  { no, id, due_at }: { no: number; id: string; due_at: number | null },
  now: number,
): "done" | "waiting" {
  if (due_at === null) return "waiting";
  // Whoever asks for another try believes that the sink works.
  probeNow(state, lane, now);
  if (state.leases.has(id) || due_at <= now) return "done";
  state.db.run("UPDATE deliveries SET due_at = ?, updated_at = ? WHERE no = ?", now, now, no);
  announceDue(state, lane, now);
  return "done";
}

interface Resent {
  readonly no: number;
  readonly dedupKey: string;
  readonly action: AlertAction;
  /** The state it is in. */
  readonly from: DeliveryState;
  /** Many at once go behind what is urgent. */
  readonly keepsUrgency: boolean;
}

/** Makes a settled delivery pending again. */
export function resend(
  state: WriterState,
  lane: LaneState,
  { no, dedupKey, action, from, keepsUrgency }: Resent,
  now: number,
): void {
  const waits = mustWait(action, findUnfinished(state, lane, dedupKey));
  state.db.run(
    `UPDATE deliveries SET state = 'pending', reason = NULL, failure_count = 0, due_at = ?,
       is_urgent = is_urgent * ?, replayed_at = ?, updated_at = ? WHERE no = ?`,
    waits ? null : now,
    keepsUrgency ? 1 : 0,
    now,
    now,
    no,
  );
  countDeliveries(state, from, -1);
  countDeliveries(state, "pending", 1);
  queue(state, lane, { dedupKey, action, waits }, now);
}

interface Copied {
  /** The delivery it repeats. */
  readonly no: number;
  readonly alertNo: number;
  readonly tenantNo: number;
  readonly dedupKey: string;
  readonly action: AlertAction;
}

/** Makes a delivery of the same alert for another sink. */
export function sendCopy(state: WriterState, lane: LaneState, copied: Copied, now: number): void {
  const { no, alertNo, tenantNo, dedupKey, action } = copied;
  const waits = mustWait(action, findUnfinished(state, lane, dedupKey));
  const copyNo = state.lastDeliveryNo + 1;
  state.lastDeliveryNo = copyNo;
  state.db.run(
    `INSERT INTO deliveries (no, id, tenant_no, event_sink_no, alert_no, dedup_key, action, state,
       attempt_count, failure_count, created_at, updated_at, due_at, is_urgent, is_ambiguous,
       replayed_at, replay_of_no)
     VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', 0, 0, ?, ?, ?, 0, 0, ?, ?)`,
    copyNo,
    newId(),
    tenantNo,
    lane.eventSinkNo,
    alertNo,
    dedupKey,
    action,
    now,
    now,
    waits ? null : now,
    now,
    no,
  );
  countDeliveries(state, "pending", 1);
  queue(state, lane, { dedupKey, action, waits }, now);
}

/** Tells of what was made pending. It is claimed, not offered, so that what is older goes first. */
function queue(
  state: WriterState,
  lane: LaneState,
  { dedupKey, action, waits }: { dedupKey: string; action: AlertAction; waits: boolean },
  now: number,
): void {
  if (!waits) {
    announceDue(state, lane, now);
    return;
  }
  if (!lane.hasWaiting) changeLane(state, lane, { hasWaiting: true });
  if (action === "resolve") announceResolveWaiting(state, lane, dedupKey);
}
