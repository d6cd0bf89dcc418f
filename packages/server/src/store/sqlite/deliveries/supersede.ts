import { countDeliveries } from "../../lanes/lane-memory.ts";
import type { LaneState, WriterState } from "../writer-state.ts";
import { releaseWaiting } from "./waiting.ts";

/** Deliveries looked at for one that supersedes, so that it stays one short step; later ones are sent. */
const supersedeCountMax = 1_000;

export const findTriggersSql = `SELECT no, id, is_ambiguous
  FROM deliveries INDEXED BY deliveries_unfinished
  WHERE event_sink_no = ? AND dedup_key = ? AND action = 'trigger' AND state = 'pending'
  ORDER BY no LIMIT ?`;

/**
 * Ends triggers of a key that nobody holds and whose platform cannot have taken them: what comes
 * now makes them pointless. What waited for them only is let go.
 */
export function supersedeTriggers(
  state: WriterState,
  lane: LaneState,
  dedupKey: string,
  now: number,
): void {
  const triggers = state.db.all<{ no: number; id: string; is_ambiguous: number }>(
    findTriggersSql,
    lane.eventSinkNo,
    dedupKey,
    supersedeCountMax,
  );
  const unsent = triggers.filter(
    ({ id, is_ambiguous }) => is_ambiguous === 0 && !state.leases.has(id),
  );
  if (unsent.length === 0) return;
  for (const { no } of unsent) {
    state.db.run(
      `UPDATE deliveries SET state = 'superseded', reason = NULL, due_at = NULL, updated_at = ?
       WHERE no = ?`,
      now,
      no,
    );
  }
  countDeliveries(state, "pending", -unsent.length);
  countDeliveries(state, "superseded", unsent.length);
  releaseWaiting(state, lane, dedupKey, now);
}
