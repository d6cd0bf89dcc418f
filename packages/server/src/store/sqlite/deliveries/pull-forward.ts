import { announceDue } from "../../lanes/announcements.ts";
import { changeLane } from "../../lanes/lane-memory.ts";
import type { LaneState, WriterState } from "../writer-state.ts";

/** Made due by one settle; the next settle of the lane goes on. */
const pullCountMax = 500;

/**
 * Makes what was put off while a sink was down due as it was on arrival, so that it goes out now that the
 * sink works, oldest first, instead of hours later. What failed since the sink healed keeps
 * its time, and so does what its platform asked to wait with.
 */
export function pullForward(state: WriterState, lane: LaneState, healedAt: number): void {
  if (lane.deletedAt !== null) return;
  let pulled = 0;
  for (const isUrgent of [1, 0]) {
    pulled += state.db.run(
      `UPDATE deliveries SET due_at = created_at WHERE no IN (
         SELECT no FROM deliveries INDEXED BY deliveries_due
         WHERE event_sink_no = ? AND is_urgent = ? AND state = 'pending' AND due_at > ?
           AND updated_at <= ? AND reason IS NOT 'rate_limited'
         ORDER BY due_at LIMIT ?)`,
      lane.eventSinkNo,
      isUrgent,
      healedAt,
      healedAt,
      pullCountMax - pulled,
    );
  }
  if (pulled < pullCountMax) changeLane(state, lane, { pullsBefore: null });
  if (pulled > 0) announceDue(state, lane, healedAt);
}
