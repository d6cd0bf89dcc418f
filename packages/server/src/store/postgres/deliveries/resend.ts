import { type AlertAction, type DeliveryState, mustWait } from "../../../domain/delivery.ts";
import { isUrgentSeverity, type SeverityId } from "../../../domain/severity.ts";
import { isUuid, newId } from "../../../ids.ts";
import { announceChange, announceDue, announceResolveWaiting } from "../../lanes/announcements.ts";
import { countDeliveries } from "../../lanes/lane-memory.ts";
import type { Input, Output } from "../../protocol.ts";
import type { Lane } from "../../store.ts";
import { type DeliveryRow, isOfTenant, selectDeliveries } from "../alerts/alert-rows.ts";
import type { NodeState } from "../node-state.ts";
import { type Mail, sendMail, waitingMail } from "../nodes/lane-mail.ts";
import { ownLanes, reread } from "../nodes/own-lanes.ts";
import { judgeAll } from "../replays/replay-scan.ts";
import { fromText } from "../text.ts";
import { probeNow } from "./sink-health.ts";
import { findUnfinished, type SinkKey, sinkKeyText } from "./waiting.ts";

export async function retryDelivery(
  state: NodeState,
  { tenantId, id, now, includesOvertaken }: Input<"retryDelivery">,
): Promise<Output<"retryDelivery">> {
  if (!isUuid(id)) return "not_found";
  const row = await state.db.get<DeliveryRow>(
    `${selectDeliveries} WHERE d.id = $1 AND ($2::text IS NULL OR d.tenant_id = $2)
       AND ${isOfTenant("d")}`,
    id,
    tenantId,
  );
  if (row === undefined) return "not_found";
  if (row.deleted_at !== null) return "sink_deleted";
  if (row.state === "pending") return hurry(state, row, now);
  const order = { tenantId: row.tenant_id, includesOvertaken };
  const [verdict] = await judgeAll(state.db, [row], order, null);
  if (verdict === "overtaken") return "overtaken";
  const alert = await state.db.get<{ severity_id: SeverityId }>(
    "SELECT severity_id FROM alerts WHERE tenant_id = $1 AND uid = $2",
    row.tenant_id,
    row.alert_uid,
  );
  const isUrgent = isUrgentSeverity(alert?.severity_id ?? 0);
  await sendAgain(state, [{ row, eventSinkId: row.event_sink_id, isUrgent }], now);
  return "done";
}

/** Makes a pending delivery due now. */
async function hurry(state: NodeState, row: DeliveryRow, now: number): Promise<"done" | "waiting"> {
  if (row.due_at === null) return "waiting";
  const lane = { tenantId: row.tenant_id, eventSinkId: row.event_sink_id };
  // Whoever asks for another try believes that the sink works.
  if (await probeNow(state.db, lane, now)) {
    announceChange(state, lane, false);
    await reread(state, lane, now, true);
  }
  if (state.leases.has(row.id) || row.due_at <= now) return "done";
  await state.db.run(
    `UPDATE queue SET due_at = $4, updated_at = $4
     WHERE tenant_id = $1 AND event_sink_id = $2 AND delivery_id = $3 AND due_at > $4`,
    lane.tenantId,
    lane.eventSinkId,
    row.id,
    now,
  );
  await state.db.run(
    "UPDATE deliveries SET updated_at = $3 WHERE tenant_id = $1 AND id = $2",
    lane.tenantId,
    row.id,
    now,
  );
  await ownLanes(state, [lane], now);
  await tell(
    state,
    [{ ...lane, dedupKey: fromText(row.dedup_key), waits: false, action: row.action }],
    now,
  );
  return "done";
}

export interface Resent {
  readonly row: DeliveryRow;
  /** Another than the row's own: it gets a delivery of the same alert. */
  readonly eventSinkId: string;
  readonly isUrgent: boolean;
}

interface Waiting extends Resent {
  readonly waits: boolean;
}

/** Makes settled deliveries pending again, or makes such for another sink; what comes first goes first. */
export async function sendAgain(
  state: NodeState,
  items: readonly Resent[],
  now: number,
): Promise<void> {
  if (items.length === 0) return;
  await ownLanes(state, items.map(laneOf), now);
  const keys = new Map(items.map((item) => [sinkKeyText(keyOf(item)), keyOf(item)]));
  const found = await findUnfinished(state, [...keys.values()]);
  const unfinished = new Map([...keys.keys()].map((key, index) => [key, found[index] ?? []]));
  const judged = items.map((item): Waiting => {
    const before = unfinished.get(sinkKeyText(keyOf(item))) ?? [];
    const waits = mustWait(item.row.action, before);
    before.push({ action: item.row.action });
    return { ...item, waits };
  });
  await resend(
    state,
    judged.filter(({ row, eventSinkId }) => row.event_sink_id === eventSinkId),
    now,
  );
  await copy(
    state,
    judged.filter(({ row, eventSinkId }) => row.event_sink_id !== eventSinkId),
    now,
  );
  const told = judged.map((item) => ({
    ...keyOf(item),
    waits: item.waits,
    action: item.row.action,
  }));
  await tell(state, told, now);
}

const laneOf = ({ row, eventSinkId }: Resent): Lane => ({ tenantId: row.tenant_id, eventSinkId });

const keyOf = (item: Resent): SinkKey => ({
  ...laneOf(item),
  dedupKey: fromText(item.row.dedup_key),
});

const resendSql = `WITH given AS (
    SELECT * FROM unnest($1::text[], $2::uuid[], $3::boolean[], $4::boolean[])
      AS g(tenant_id, id, waits, is_urgent)
  ), changed AS (
    UPDATE deliveries d SET state = 'pending', reason = NULL, failed_at = NULL, replayed_at = $5,
      updated_at = $5
    FROM given g WHERE d.tenant_id = g.tenant_id AND d.id = g.id AND d.state <> 'pending'
    RETURNING d.tenant_id, d.event_sink_id, d.seq, d.id, d.alert_uid, d.dedup_key, d.action,
      d.attempt_count, d.created_at, g.waits, g.is_urgent
  )
  INSERT INTO queue (tenant_id, event_sink_id, seq, delivery_id, alert_uid, dedup_key, action,
    is_urgent, due_at, attempt_count, is_ambiguous, created_at, updated_at, replayed_at)
  SELECT c.tenant_id, c.event_sink_id, c.seq, c.id, c.alert_uid, c.dedup_key, c.action, c.is_urgent,
    CASE WHEN c.waits THEN NULL ELSE $5::bigint END, c.attempt_count,
    EXISTS (SELECT 1 FROM attempts t WHERE t.tenant_id = c.tenant_id AND t.delivery_id = c.id
      AND t.ambiguous), c.created_at, $5, $5 FROM changed c`;

/** In its old place of the queue, so that it waits for what was there before it. */
async function resend(state: NodeState, items: readonly Waiting[], now: number): Promise<void> {
  if (items.length === 0) return;
  const sent = await state.db.run(
    resendSql,
    items.map(({ row }) => row.tenant_id),
    items.map(({ row }) => row.id),
    items.map(({ waits }) => waits),
    items.map(({ isUrgent }) => isUrgent),
    now,
  );
  if (sent !== items.length)
    throw new Error("A delivery was sent again by another node meanwhile.");
  for (const { row } of items) countDeliveries(state, row.state satisfies DeliveryState, -1);
  countDeliveries(state, "pending", items.length);
}

const copySql = `WITH given AS (
    SELECT nextval('delivery_seq') AS seq, g.* FROM unnest($1::text[], $2::uuid[], $3::uuid[],
      $4::uuid[], $5::uuid[], $6::bigint[], $7::text[], $8::text[], $9::boolean[])
      AS g(tenant_id, event_sink_id, id, source_id, alert_uid, tenant_no, dedup_key, action, waits)
  ), queued AS (
    INSERT INTO queue (tenant_id, event_sink_id, seq, delivery_id, alert_uid, dedup_key, action,
      is_urgent, due_at, created_at, updated_at, replayed_at)
    SELECT tenant_id, event_sink_id, seq, id, alert_uid, dedup_key, action, false,
      CASE WHEN waits THEN NULL ELSE $10::bigint END, $10, $10, $10 FROM given
  )
  INSERT INTO deliveries (tenant_id, id, tenant_no, event_sink_id, alert_uid, seq, dedup_key, action,
    state, attempt_count, created_at, updated_at, replayed_at, replay_of)
  SELECT tenant_id, id, tenant_no, event_sink_id, alert_uid, seq, dedup_key, action, 'pending', 0,
    $10, $10, $10, source_id FROM given`;

async function copy(state: NodeState, items: readonly Waiting[], now: number): Promise<void> {
  if (items.length === 0) return;
  await holdAlerts(state, items);
  await state.db.run(
    copySql,
    items.map(({ row }) => row.tenant_id),
    items.map(({ eventSinkId }) => eventSinkId),
    items.map(() => newId()),
    items.map(({ row }) => row.id),
    items.map(({ row }) => row.alert_uid),
    items.map(({ row }) => row.tenant_no),
    items.map(({ row }) => row.dedup_key),
    items.map(({ row }) => row.action),
    items.map(({ waits }) => waits),
    now,
  );
  countDeliveries(state, "pending", items.length);
}

/** Tells of what was made pending. It is claimed, not offered, so that what is older goes first. */
async function tell(
  state: NodeState,
  items: readonly (SinkKey & { waits: boolean; action: AlertAction })[],
  now: number,
): Promise<void> {
  const mails: Mail[] = [];
  for (const { waits, action, ...key } of items) {
    const lane = state.lanes.get(key.eventSinkId);
    if (lane === undefined)
      mails.push(waitingMail(key, { waits, action, at: now, supersedes: false }));
    else if (!waits) announceDue(state, lane, now);
    else if (action === "resolve") announceResolveWaiting(state, lane, key.dedupKey);
  }
  await sendMail(state, ...mails);
}

/** Keeps retention on another node from deleting these alerts while deliveries of them are made. */
async function holdAlerts({ db }: NodeState, items: readonly Waiting[]): Promise<void> {
  const keys = new Set(items.map(({ row }) => row.alert_uid));
  const held = await db.all(
    `SELECT 1 FROM alerts a WHERE (a.tenant_id, a.uid) IN
       (SELECT * FROM unnest($1::text[], $2::uuid[])) ORDER BY uid FOR KEY SHARE`,
    items.map(({ row }) => row.tenant_id),
    items.map(({ row }) => row.alert_uid),
  );
  if (held.length < keys.size) throw new Error("An alert was deleted by another node meanwhile.");
}
