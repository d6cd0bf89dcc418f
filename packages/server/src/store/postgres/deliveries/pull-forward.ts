import { announceDue } from "../../lanes/announcements.ts";
import type { LaneState } from "../../lanes/lane-memory.ts";
import { changeLane } from "../../lanes/lane-memory.ts";
import type { NodeState } from "../node-state.ts";
import { isGivenRow } from "./queue-rows.ts";

/** Made due by one settle; the next settle of the lane goes on. */
const pullCountMax = 500;

/**
 * Makes what was put off while a sink was down due as it was on arrival, so that it goes out now that the
 * sink works, oldest first, instead of hours later. What failed since the sink healed keeps
 * its time, and so does what its platform asked to wait with.
 */
export async function pullForward(
  state: NodeState,
  lane: LaneState,
  healedAt: number,
): Promise<void> {
  if (lane.deletedAt !== null) return;
  let pulled = 0;
  for (const urgency of ["is_urgent", "NOT is_urgent"]) {
    pulled += await state.db.run(
      `UPDATE queue q SET due_at = created_at FROM (SELECT tenant_id, event_sink_id, seq FROM queue
           WHERE tenant_id = $1 AND event_sink_id = $2 AND ${urgency} AND due_at > $3
             AND updated_at <= $3 AND NOT is_rate_limited ORDER BY due_at LIMIT $4) AS w
       WHERE ${isGivenRow}`,
      lane.tenantId,
      lane.eventSinkId,
      healedAt,
      pullCountMax - pulled,
    );
  }
  if (pulled < pullCountMax) changeLane(state, lane, { pullsBefore: null });
  if (pulled > 0) announceDue(state, lane, healedAt);
}
