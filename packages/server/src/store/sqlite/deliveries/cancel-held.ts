import { countDeliveries } from "../../lanes/lane-memory.ts";
import type { Input, Output } from "../../protocol.ts";
import type { LaneState, WriterState } from "../writer-state.ts";
import { findLiveLane } from "./lanes.ts";
import { releaseWaiting } from "./waiting.ts";

/** Deliveries canceled in one go, so that a million of them hold nobody up. */
const cancelCountMax = 200;

export function cancelHeld(
  state: WriterState,
  { now, until, ...sink }: Input<"cancelHeld">,
): Output<"cancelHeld"> {
  const lane = findLiveLane(state, sink, now);
  const lastNo = until === null ? state.lastDeliveryNo : Number(until);
  if (lane === undefined) return { canceledCount: 0, until: String(lastNo), isDone: true };
  const leased = leasedNos(state, lane);
  const limit = cancelCountMax + leased.size;
  const rows = state.db.all<{ no: number; dedup_key: string }>(
    `SELECT no, dedup_key FROM deliveries INDEXED BY deliveries_unfinished
     WHERE event_sink_no = ? AND state = 'pending' AND no <= ? LIMIT ?`,
    lane.eventSinkNo,
    lastNo,
    limit,
  );
  const canceled = rows.filter(({ no }) => !leased.has(no));
  for (const { no } of canceled) {
    state.db.run(
      "UPDATE deliveries SET state = 'canceled', due_at = NULL, updated_at = ? WHERE no = ?",
      now,
      no,
    );
  }
  countDeliveries(state, "pending", -canceled.length);
  countDeliveries(state, "canceled", canceled.length);
  for (const key of new Set(canceled.map(({ dedup_key }) => dedup_key))) {
    releaseWaiting(state, lane, key, now);
  }
  return {
    canceledCount: canceled.length,
    until: String(lastNo),
    isDone: rows.length < limit,
  };
}

/** Deliveries of a lane in somebody's hands. */
export function leasedNos(state: WriterState, lane: LaneState): Set<number> {
  const leased = new Set<number>();
  if (lane.leasedCount === 0) return leased;
  for (const lease of state.leases.values()) {
    if (lease.lane === lane) leased.add(lease.deliveryNo);
  }
  return leased;
}
