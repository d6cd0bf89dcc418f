import { isHeld } from "../../lanes/lane-memory.ts";
import type { Input, Output } from "../../protocol.ts";
import { replayPendingMax } from "../../replay-operations.ts";
import { toReplay } from "../../rows/replay-row.ts";
import type { DeliveryRow } from "../alerts/alert-rows.ts";
import { findLane } from "../deliveries/lanes.ts";
import { resend, sendCopy } from "../deliveries/resend.ts";
import type { LaneState, WriterState } from "../writer-state.ts";
import {
  findTarget,
  isReplayMatch,
  judgeForReplay,
  scanForReplay,
  type Verdict,
} from "./replay-scan.ts";
import { type ReplayRow, selectReplays } from "./replays.ts";

/** Rows looked at, and of those sent, in one step: a few ms of the writer's time. */
const scannedMax = 1_000;
const sentMax = 100;

/** One step of the next replay that can go on: the first one after the last, and around. */
export function advanceReplays(
  state: WriterState,
  { now }: Input<"advanceReplays">,
): Output<"advanceReplays"> {
  const running = state.db.all<ReplayRow>(
    `${selectReplays} WHERE replays.state = 'running' ORDER BY replays.no`,
  );
  const later = running.filter(({ no }) => no > state.lastReplayNo);
  const turns = [...later, ...running.slice(0, running.length - later.length)];
  for (const row of turns) {
    if (!advance(state, row, now)) continue;
    // Where it is only decides whose turn is next, so it need not be undone.
    state.lastReplayNo = row.no;
    return "moved";
  }
  return running.length === 0 ? "idle" : "waiting";
}

/** @returns whether it got on. */
function advance(state: WriterState, row: ReplayRow, now: number): boolean {
  const order = toReplay(row);
  const range = { afterNo: row.position_no, endNo: row.end_no, limit: scannedMax };
  const rows = scanForReplay(state.db, order, range);
  const target = findTarget(state.db, order);
  const room = createRoom(state);
  const counts: Record<Verdict, number> = {
    send: 0,
    overtaken: 0,
    already_there: 0,
    sink_deleted: 0,
  };
  let positionNo = row.position_no;
  let isDone = rows.length < scannedMax;
  for (const found of rows) {
    if (isReplayMatch(found, order)) {
      const verdict = judgeForReplay(state.db, found, order, target);
      const sinkId = order.toEventSinkId ?? found.event_sink_id;
      const lane = verdict === "send" ? findLane(state, sinkId, now) : undefined;
      if (lane !== undefined && (counts.send === sentMax || !room.take(lane))) {
        isDone = false;
        break;
      }
      if (lane !== undefined) send(state, lane, found, row.tenant_no, now);
      counts[verdict] += 1;
    }
    positionNo = found.no;
  }
  if (positionNo === row.position_no && !isDone) return false;
  keepProgress(state, row, { positionNo, counts, finishedAt: isDone ? now : null });
  return true;
}

function send(
  state: WriterState,
  lane: LaneState,
  row: DeliveryRow,
  tenantNo: number,
  now: number,
): void {
  const { no, alert_no: alertNo, dedup_key: dedupKey, action, state: from } = row;
  if (lane.eventSinkNo !== row.event_sink_no) {
    sendCopy(state, lane, { no, alertNo, tenantNo, dedupKey, action }, now);
  } else {
    resend(state, lane, { no, dedupKey, action, from, keepsUrgency: false }, now);
  }
}

/** How much more each lane is given in this step. What is held by its sink waits anyway. */
function createRoom({ db }: WriterState) {
  const left = new Map<LaneState, number>();
  return {
    take(lane: LaneState): boolean {
      if (isHeld(lane)) return true;
      const before = left.get(lane) ?? replayPendingMax - countPending(lane.eventSinkNo);
      left.set(lane, before - 1);
      return before > 0;
    },
  };

  function countPending(eventSinkNo: number): number {
    const row = db.get<{ count: number }>(
      `SELECT count(*) AS count FROM (SELECT 1 FROM deliveries INDEXED BY deliveries_unfinished
         WHERE event_sink_no = ? AND state = 'pending' LIMIT ${replayPendingMax})`,
      eventSinkNo,
    );
    return row?.count ?? 0;
  }
}

function keepProgress(
  { db }: WriterState,
  row: ReplayRow,
  made: { positionNo: number; counts: Record<Verdict, number>; finishedAt: number | null },
): void {
  const { positionNo, counts, finishedAt } = made;
  db.run(
    `UPDATE replays SET position_no = ?, replayed_count = replayed_count + ?,
       overtaken_count = overtaken_count + ?, already_there_count = already_there_count + ?,
       sink_deleted_count = sink_deleted_count + ?, state = ?, finished_at = ? WHERE no = ?`,
    positionNo,
    counts.send,
    counts.overtaken,
    counts.already_there,
    counts.sink_deleted,
    finishedAt === null ? "running" : "done",
    finishedAt,
    row.no,
  );
}
