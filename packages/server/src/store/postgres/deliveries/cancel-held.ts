import { isUuid } from "../../../ids.ts";
import type { Input, Output } from "../../protocol.ts";
import type { NodeState } from "../node-state.ts";
import { sendMail } from "../nodes/lane-mail.ts";
import { ownLanes } from "../nodes/own-lanes.ts";
import { fromText } from "../text.ts";
import { endDeliveries } from "./end-deliveries.ts";
import { isGivenRow } from "./queue-rows.ts";
import { releaseWaiting } from "./waiting.ts";

/** Deliveries canceled in one go, so that a million of them hold nobody up. */
const cancelCountMax = 200;

export async function cancelHeld(
  state: NodeState,
  { now, until, tenantId, eventSinkId }: Input<"cancelHeld">,
): Promise<Output<"cancelHeld">> {
  const given = { tenantId, eventSinkId };
  const last = until ?? (isUuid(eventSinkId) ? await findLast(state, tenantId, eventSinkId) : "0");
  await ownLanes(state, [given], now);
  const lane = state.lanes.get(eventSinkId);
  if (!isUuid(eventSinkId)) return { canceledCount: 0, until: last, isDone: true };
  const leased = [...state.leases].filter(([, lease]) => lease.lane === lane);
  const rows = await state.db.all<{ delivery_id: string; dedup_key: string }>(
    `DELETE FROM queue q USING (SELECT tenant_id, event_sink_id, seq FROM queue
         WHERE tenant_id = $1 AND event_sink_id = $2 AND seq <= $4 AND delivery_id <> ALL($3::uuid[])
         ORDER BY seq LIMIT ${cancelCountMax}) AS w
     WHERE ${isGivenRow} RETURNING q.delivery_id, q.dedup_key`,
    tenantId,
    eventSinkId,
    leased.map(([id]) => id),
    last,
  );
  const ids = rows.map(({ delivery_id }) => delivery_id);
  await endDeliveries(state, tenantId, ids, "canceled", now);
  for (const text of new Set(rows.map(({ dedup_key }) => dedup_key))) {
    const dedupKey = fromText(text);
    if (lane !== undefined) await releaseWaiting(state, lane, dedupKey, now);
    else await sendMail(state, { ...given, kind: "waits", dedupKey, at: now });
  }
  return { canceledCount: rows.length, until: last, isDone: rows.length < cancelCountMax };
}

async function findLast(state: NodeState, tenantId: string, eventSinkId: string): Promise<string> {
  const row = await state.db.get<{ seq: number | null }>(
    "SELECT max(seq) AS seq FROM queue WHERE tenant_id = $1 AND event_sink_id = $2",
    tenantId,
    eventSinkId,
  );
  return String(row?.seq ?? 0);
}
