/**
 * Sharing lanes out. Whoever meets a lane first takes it, so after a node has died, or come, one may
 * have most of them. A node that has more than its share lets some go, whichever their ids say, so
 * that it keeps neither all the busy ones nor all the idle ones. Such a lane leases nothing more, and
 * when the last of its leases has ended it is given to the node that has the fewest, with mail that
 * tells it so, in one transaction. So no delivery is ever in two nodes' hands.
 *
 * When the answer to that commit is lost, this node does not know whose the lane is. It asks the
 * database before it does anything else (`rereadAll`).
 *
 * Not carried over is when the last request went out by the owner's own pace (`rate_per_minute`): the
 * first one of the new owner may follow it sooner. A platform's pace is the store's (`paces.ts`).
 */

import type { LaneState } from "../../lanes/lane-memory.ts";
import { changeLane } from "../../lanes/lane-memory.ts";
import { announceNext } from "../deliveries/due.ts";
import { laneKeys } from "../lane-keys.ts";
import type { NodeState } from "../node-state.ts";
import { sendMail } from "./lane-mail.ts";
import { forgetLane } from "./own-lanes.ts";

/** Lanes with leases that are on their way, at most: they stand still until they have left. */
const leavingMax = 20;
/** Lanes that are given at once, at most, so that one batch stays short. */
const giftsMax = 500;

/** Marks what this node has too much of, for whoever has the least, and gives what is at rest. */
export async function shareLanes(state: NodeState): Promise<void> {
  const nodes = await state.db.all<{ id: string; lane_count: number }>(
    `SELECT n.id, count(l.node_id) AS lane_count FROM nodes n LEFT JOIN lanes l ON l.node_id = n.id
     WHERE n.leased_until > clock_timestamp() GROUP BY n.id`,
  );
  const others = nodes.filter(({ id }) => id !== state.id);
  if (others.length === 0) return;
  const total = nodes.reduce((sum, { lane_count }) => sum + lane_count, 0);
  const leavingCount = countLeaving(state);
  // One more than the share is no reason to move it to and fro.
  const spare = state.lanes.size - leavingCount - Math.ceil(total / nodes.length) - 1;
  const counts = new Map(others.map(({ id, lane_count }) => [id, lane_count]));
  for (const lane of pickLeaving(state, spare, leavingMax - leavingCount)) {
    const [poorest, count] = [...counts].reduce((a, b) => (b[1] < a[1] ? b : a));
    counts.set(poorest, count + 1);
    changeLane(state, lane, { leavesFor: poorest });
  }
  await giveLanes(state);
}

function countLeaving({ lanes }: NodeState): number {
  return lanes.values().reduce((sum, { leavesFor }) => sum + (leavesFor === null ? 0 : 1), 0);
}

/** By the random part of their ids, and only as far as there is room for busy ones among them. */
function pickLeaving(state: NodeState, spare: number, busyMax: number): LaneState[] {
  const chosen: LaneState[] = [];
  if (spare <= 0) return chosen;
  const tail = ({ eventSinkId }: LaneState) => eventSinkId.slice(-8);
  const lanes = [...state.lanes.values()]
    .filter(({ leavesFor, deletedAt }) => leavesFor === null && deletedAt === null)
    .sort((a, b) => (tail(a) < tail(b) ? -1 : 1));
  let busyCount = 0;
  for (const lane of lanes) {
    if (lane.leasedCount > 0) busyCount += 1;
    if (busyCount > busyMax || chosen.length >= Math.min(spare, giftsMax)) break;
    chosen.push(lane);
  }
  return chosen;
}

/** Whether a lane has nothing in hand any more that keeps it from leaving. */
export function hasReadyToLeave({ lanes }: NodeState): boolean {
  return lanes.values().some(isReady);
}

const isReady = ({ leavesFor, leasedCount }: LaneState) => leavesFor !== null && leasedCount === 0;

export const giveLanesSql = `UPDATE lanes l SET node_id = w.to_id
  FROM unnest($1::text[], $2::uuid[], $3::uuid[]) AS w(tenant_id, event_sink_id, to_id)
  WHERE l.tenant_id = w.tenant_id AND l.event_sink_id = w.event_sink_id AND l.node_id = $4::uuid
    AND EXISTS (SELECT 1 FROM nodes n WHERE n.id = w.to_id AND n.leased_until > clock_timestamp())
  RETURNING l.event_sink_id`;

/** Gives away what is ready to leave, to nodes that are still there. */
export async function giveLanes(state: NodeState): Promise<void> {
  const ready = [...state.lanes.values()].filter(isReady).slice(0, giftsMax);
  if (ready.length === 0) return;
  const rows = await state.db.all<{ event_sink_id: string }>(
    giveLanesSql,
    ...laneKeys(ready),
    ready.map(({ leavesFor }) => leavesFor),
    state.id,
  );
  const given = new Set(rows.map(({ event_sink_id }) => event_sink_id));
  const kept = ready.filter(({ eventSinkId }) => !given.has(eventSinkId));
  for (const lane of kept) changeLane(state, lane, { leavesFor: null });
  await announceNext(state, kept, Number.MAX_SAFE_INTEGER);
  const gone = ready.filter(({ eventSinkId }) => given.has(eventSinkId));
  for (const lane of gone) forgetLane(state, lane);
  await sendMail(
    state,
    ...gone.map(({ tenantId, eventSinkId }) => {
      return { tenantId, eventSinkId, kind: "given" as const, dedupKey: null, at: 0 };
    }),
  );
}
