import type { LaneState } from "../../lanes/lane-memory.ts";
import { countDeliveries, isHeld } from "../../lanes/lane-memory.ts";
import type { RetentionPass } from "../../retention-operations.ts";
import type { NodeState } from "../node-state.ts";
import { ownLanes } from "../nodes/own-lanes.ts";
import { beforeOf } from "../retention/retention.ts";
import type { Tally } from "../retention/tally.ts";
import { fromText } from "../text.ts";
import { deleteRowsSql, queueKeys } from "./queue-rows.ts";
import { countSettlement } from "./statistics.ts";
import { releaseWaiting } from "./waiting.ts";

/** Looked at in one step. */
const sinksMax = 20;
const rowsMax = 200;

/** Sinks in the order of their keys; in the first one, what comes after `seq`. */
export interface HeldPlace {
  readonly part: "held";
  readonly tenantId: string;
  readonly eventSinkId: string;
  readonly seq: number;
}

export const heldStart: HeldPlace = {
  part: "held",
  tenantId: "",
  eventSinkId: "00000000-0000-0000-0000-000000000000",
  seq: 0,
};

/**
 * Ends what paused and broken sinks have held for too long, in the lanes of this node and those that
 * are nobody's. @returns null when all have been looked at.
 */
export async function expireHeld(
  state: NodeState,
  place: HeldPlace,
  pass: RetentionPass,
  tally: Tally,
): Promise<HeldPlace | null> {
  const sinks = await state.db.all<{
    tenant_id: string;
    id: string;
    retention_days: number | null;
  }>(
    `SELECT s.tenant_id, s.id, t.retention_days
     FROM event_sinks s JOIN tenants t ON t.tenant_id = s.tenant_id
     WHERE (s.tenant_id, s.id) >= ($1, $2::uuid) AND s.deleted_at IS NULL
       AND (s.paused_at IS NOT NULL OR s.health IS NOT NULL)
     ORDER BY s.tenant_id, s.id LIMIT ${sinksMax}`,
    place.tenantId,
    place.eventSinkId,
  );
  const lanes = sinks.map((sink) => ({ tenantId: sink.tenant_id, eventSinkId: sink.id }));
  await ownLanes(state, lanes, pass.now);
  for (const { id, retention_days } of sinks) {
    const lane = state.lanes.get(id);
    if (lane === undefined || !isHeld(lane) || lane.deletedAt !== null) continue;
    const startSeq = id === place.eventSinkId ? place.seq : 0;
    const before = beforeOf(pass, retention_days);
    const seq = await expireIn(state, lane, { startSeq, before, now: pass.now }, tally);
    if (seq !== null) return { part: "held", tenantId: lane.tenantId, eventSinkId: id, seq };
  }
  const last = lanes.at(-1);
  return sinks.length === sinksMax && last !== undefined
    ? { part: "held", ...last, seq: Number.MAX_SAFE_INTEGER }
    : null;
}

/** @returns where to go on in this lane; null when nothing in it is old any more. */
async function expireIn(
  state: NodeState,
  lane: LaneState,
  { startSeq, before, now }: { startSeq: number; before: number; now: number },
  tally: Tally,
): Promise<number | null> {
  const rows = await state.db.all<{
    seq: number;
    delivery_id: string;
    dedup_key: string;
    created_at: number;
    sent_off_at: number;
  }>(
    `SELECT seq, delivery_id, dedup_key, created_at, coalesce(replayed_at, created_at) AS sent_off_at
     FROM queue WHERE tenant_id = $1 AND event_sink_id = $2 AND seq > $3
     ORDER BY seq LIMIT ${rowsMax}`,
    lane.tenantId,
    lane.eventSinkId,
    startSeq,
  );
  const old = rows.filter((row) => row.sent_off_at < before && !state.leases.has(row.delivery_id));
  await endAsExpired(state, lane, old, now);
  for (const key of new Set(old.map(({ dedup_key }) => dedup_key))) {
    await releaseWaiting(state, lane, fromText(key), now);
  }
  for (const _ of old) {
    countSettlement(state, { lane, arrivedAt: null }, { state: "failed", now });
  }
  tally.expiredCount += old.length;
  const last = rows.at(-1);
  return rows.length === rowsMax && last !== undefined && last.created_at < before
    ? last.seq
    : null;
}

async function endAsExpired(
  state: NodeState,
  lane: LaneState,
  old: readonly { seq: number; delivery_id: string }[],
  now: number,
): Promise<void> {
  if (old.length === 0) return;
  await state.db.run(
    deleteRowsSql,
    ...queueKeys(
      lane,
      old.map(({ seq }) => seq),
    ),
  );
  await state.db.run(
    `UPDATE deliveries SET state = 'failed', reason = 'expired', updated_at = $3, failed_at = $3
     WHERE tenant_id = $1 AND id = ANY($2::uuid[])`,
    lane.tenantId,
    old.map(({ delivery_id }) => delivery_id),
    now,
  );
  countDeliveries(state, "pending", -old.length);
  countDeliveries(state, "failed", old.length);
}
