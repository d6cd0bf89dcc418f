import { announceDue } from "../../lanes/announcements.ts";
import { changeLane, claimableAt } from "../../lanes/lane-memory.ts";
import { endLease, findLease } from "../../lanes/leases.ts";
import { leasedCharsPerLaneMax } from "../../lease-limits.ts";
import type { Input, Output } from "../../protocol.ts";
import type { AlertRow } from "../../rows/alert-row.ts";
import type { ClaimedLane, Lane, LeasedDelivery } from "../../store.ts";
import type { PortClient } from "../../worker-ports.ts";
import { alertColumns, toAlert } from "../alerts/alert-rows.ts";
import { startSweep } from "../sinks/delete-event-sink.ts";
import type { LaneState, Lease, WriterState } from "../writer-state.ts";
import { type DueRow, findNextDue, pickDue } from "./due.ts";
import { findLane, findLiveLane, takeLease } from "./lanes.ts";
import { readMemory } from "./sink-memory.ts";
import { isResolveWaiting } from "./waiting.ts";

export function claim(state: WriterState, { lanes, now }: Input<"claim">): Output<"claim"> {
  const { caller } = state;
  return lanes.map(({ tenantId, eventSinkId, limit }) => {
    const lane = caller === null ? undefined : findLiveLane(state, { tenantId, eventSinkId }, now);
    const claimed =
      caller === null || lane === undefined
        ? { deliveries: [], nextDueAt: null }
        : claimLane(state, lane, caller, limit, now);
    return { tenantId, eventSinkId, ...claimed };
  });
}

function claimLane(
  state: WriterState,
  lane: LaneState,
  holder: PortClient,
  limit: number,
  now: number,
): Pick<ClaimedLane, "deliveries" | "nextDueAt"> {
  const { due, nextDueAt: othersDueAt } = pickDue(state, lane, roomFor(lane, limit, now), now);
  const deliveries = leaseSome(state, lane, holder, due);
  const nextDueAt = due[deliveries.length]?.due_at ?? othersDueAt;
  const hasBacklog = nextDueAt !== null && nextDueAt <= now;
  if (hasBacklog !== lane.hasBacklog) changeLane(state, lane, { hasBacklog });
  return { deliveries, nextDueAt: nextDueAt === null ? null : claimableAt(lane, nextDueAt) };
}

/** How many may be leased now: none of a paused lane, one of a broken one when a probe is due. */
function roomFor(lane: LaneState, limit: number, now: number): number {
  const from = claimableAt(lane, now);
  if (from === null || from > now) return 0;
  return lane.probeAt === null ? limit : Math.min(limit, 1);
}

/** Stops where memory asks for it; the first is always leased. */
function leaseSome(
  state: WriterState,
  lane: LaneState,
  holder: PortClient,
  due: readonly DueRow[],
): LeasedDelivery[] {
  const leased: LeasedDelivery[] = [];
  let chars = 0;
  for (const { no } of due) {
    if (chars >= leasedCharsPerLaneMax) break;
    const delivery = lease(state, lane, holder, no);
    chars += delivery.alert.body.length;
    leased.push(delivery);
  }
  return leased;
}

function lease(
  state: WriterState,
  lane: LaneState,
  holder: PortClient,
  deliveryNo: number,
): LeasedDelivery {
  const row = state.db.get<
    AlertRow & {
      delivery_id: string;
      attempt_count: number;
      failure_count: number;
      created_at: number;
      replayed_at: number | null;
      due_at: number;
    }
  >(
    `SELECT ${alertColumns}, deliveries.id AS delivery_id, deliveries.attempt_count,
       deliveries.failure_count, deliveries.created_at, deliveries.replayed_at, deliveries.due_at
     FROM deliveries CROSS JOIN alerts ON alerts.no = deliveries.alert_no
     CROSS JOIN tenants ON tenants.no = alerts.tenant_no WHERE deliveries.no = ?`,
    deliveryNo,
  );
  if (row === undefined) throw new Error(`Delivery ${deliveryNo} has no alert.`);
  const alert = toAlert(row);
  const { dedupKey, action } = alert;
  const leasable = {
    deliveryId: row.delivery_id,
    deliveryNo,
    dedupKey,
    action,
    dueAt: row.due_at,
    arrivedAt: row.replayed_at === null ? row.created_at : null,
    chars: alert.body.length,
  };
  return {
    tenantId: lane.tenantId,
    eventSinkId: lane.eventSinkId,
    id: row.delivery_id,
    lease: takeLease(state, lane, holder, leasable).token,
    alert,
    attemptCount: row.attempt_count,
    failureCount: row.failure_count,
    createdAt: row.created_at,
    replayedAt: row.replayed_at,
    memory: readMemory(state, lane, dedupKey),
    isResolveWaiting: isResolveWaiting(state, lane, dedupKey, action),
  };
}

export function release(state: WriterState, { leases }: Input<"release">): Output<"release"> {
  for (const held of leases) {
    const found = findLease(state, held);
    if (found !== undefined) handBack(state, held.deliveryId, found);
  }
}

/** Frees what a client that is gone held, for others to claim. */
export function releaseAll(state: WriterState, holder: PortClient): void {
  for (const [deliveryId, found] of state.leases) {
    if (found.holder === holder) handBack(state, deliveryId, found);
  }
}

function handBack(state: WriterState, deliveryId: string, found: Lease): void {
  endLease(state, deliveryId, found);
  if (found.lane.deletedAt === null) announceDue(state, found.lane, found.dueAt);
  else startSweep(state, found.lane);
}

/**
 * Steps from one lane with unsettled deliveries to the next, so that it costs by lanes and not
 * by deliveries.
 */
export function listLanes(state: WriterState): Output<"listLanes"> {
  const lanes: (Lane & { nextDueAt: number | null })[] = [];
  let no = 0;
  for (;;) {
    const next = state.db.get<{ event_sink_no: number }>(
      `SELECT event_sink_no FROM deliveries INDEXED BY deliveries_unfinished
       WHERE event_sink_no > ? AND state = 'pending'
       ORDER BY event_sink_no LIMIT 1`,
      no,
    );
    if (next === undefined) return lanes;
    no = next.event_sink_no;
    const sink = state.db.get<{ id: string; tenant_id: string }>(
      "SELECT id, tenant_id FROM event_sinks WHERE no = ? AND deleted_at IS NULL",
      no,
    );
    if (sink === undefined) continue;
    // The time is not known here, so whatever has a due time counts as backlog until it is claimed.
    const lane = findLane(state, sink.id, Number.MAX_SAFE_INTEGER);
    lanes.push({
      tenantId: sink.tenant_id,
      eventSinkId: sink.id,
      nextDueAt: lane === undefined ? null : findNextDue(state, lane),
    });
  }
}
