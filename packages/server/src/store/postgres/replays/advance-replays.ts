import type { Input, Output } from "../../protocol.ts";
import { replayPendingMax } from "../../replay-operations.ts";
import { toReplay } from "../../rows/replay-row.ts";
import type { DeliveryRow } from "../alerts/alert-rows.ts";
import type { Queries } from "../database.ts";
import { sendAgain } from "../deliveries/resend.ts";
import type { NodeState } from "../node-state.ts";
import { isBroken } from "../sinks/event-sinks.ts";
import {
  findTarget,
  isReplayMatch,
  judgeAll,
  scanForReplay,
  type Target,
  type Verdict,
} from "./replay-scan.ts";
import type { ReplayRow } from "./replays.ts";

/** Rows looked at, and of those sent, in one step. */
const scannedMax = 1_000;
const sentMax = 100;

/**
 * One step of the next replay that can go on: the first one after the last, and around. One that
 * another node has in hand is left to it.
 */
export async function advanceReplays(
  state: NodeState,
  { now }: Input<"advanceReplays">,
): Promise<Output<"advanceReplays">> {
  const running = await state.db.all<{ tenant_id: string; no: number }>(
    "SELECT tenant_id, no FROM replays WHERE state = 'running' ORDER BY no",
  );
  const later = running.filter(({ no }) => no > state.lastReplayNo);
  const turns = [...later, ...running.slice(0, running.length - later.length)];
  for (const turn of turns) {
    const row = await state.db.get<ReplayRow>(
      `SELECT * FROM replays WHERE tenant_id = $1 AND no = $2 AND state = 'running'
       FOR UPDATE SKIP LOCKED`,
      turn.tenant_id,
      turn.no,
    );
    if (row === undefined || !(await advance(state, row, now))) continue;
    // Where it is only decides whose turn is next, so it need not be undone.
    state.lastReplayNo = row.no;
    return "moved";
  }
  return running.length === 0 ? "idle" : "waiting";
}

type Counts = Record<Verdict, number>;

/** @returns whether it got on. */
async function advance(state: NodeState, row: ReplayRow, now: number): Promise<boolean> {
  const order = toReplay(row);
  const range = { afterId: row.position_id, endId: row.end_id, limit: scannedMax };
  const rows = await scanForReplay(state.db, order, range);
  const target = await findTarget(state.db, order);
  const matched = rows.filter((found) => isReplayMatch(found, order));
  const verdicts = await judgeAll(state.db, matched, order, target);
  const verdictOf = new Map(matched.map((found, index) => [found, verdicts[index] ?? "send"]));
  const room = await measureRoom(state.db, order.tenantId, matched, target);
  const step = takeStep(rows, verdictOf, room, target);
  const isDone = step.isWhole && rows.length < scannedMax;
  if (step.positionId === null && !isDone) return false;
  await sendAgain(
    state,
    step.sent.map((found) => ({
      row: found,
      eventSinkId: target?.id ?? found.event_sink_id,
      isUrgent: false,
    })),
    now,
  );
  await keepProgress(state.db, row, step.counts, {
    positionId: step.positionId ?? row.position_id,
    finishedAt: isDone ? now : null,
  });
  return true;
}

/** How much more a sink is given in this step; infinite for what is held anyway. */
type Room = Map<string, number>;

interface Step {
  readonly sent: DeliveryRow[];
  readonly counts: Counts;
  /** The last row that is done with; null when there is none. */
  positionId: string | null;
  /** All rows are done with. */
  isWhole: boolean;
}

/** Goes through rows, oldest first, until there is no more room for one. */
function takeStep(
  rows: readonly DeliveryRow[],
  verdictOf: ReadonlyMap<DeliveryRow, Verdict>,
  room: Room,
  target: Target,
): Step {
  const counts = { send: 0, overtaken: 0, already_there: 0, sink_deleted: 0 };
  const step: Step = { sent: [], counts, positionId: null, isWhole: true };
  const copied = new Set<string>();
  for (const row of rows) {
    const judged = verdictOf.get(row);
    if (judged !== undefined) {
      const isCopy = target !== null && target.id !== row.event_sink_id;
      // Two sinks' deliveries of one alert make one at the other sink.
      const verdict =
        judged === "send" && isCopy && copied.has(row.alert_uid) ? "already_there" : judged;
      if (verdict === "send") {
        const sinkId = target?.id ?? row.event_sink_id;
        const left = room.get(sinkId) ?? 0;
        if (counts.send === sentMax || left <= 0) {
          step.isWhole = false;
          return step;
        }
        room.set(sinkId, left - 1);
        step.sent.push(row);
        if (isCopy) copied.add(row.alert_uid);
      }
      counts[verdict] += 1;
    }
    step.positionId = row.id;
  }
  return step;
}

async function measureRoom(
  db: Queries,
  tenantId: string,
  matched: readonly DeliveryRow[],
  target: Target,
): Promise<Room> {
  const ids = target === null ? matched.map((row) => row.event_sink_id) : [target.id];
  const rows = await db.all<{
    id: string;
    is_paused: boolean;
    health: string | null;
    pending: number;
  }>(
    `SELECT s.id, s.paused_at IS NOT NULL AS is_paused, s.health,
       (SELECT count(*) FROM (SELECT 1 FROM queue q WHERE q.tenant_id = s.tenant_id
         AND q.event_sink_id = s.id LIMIT ${replayPendingMax}) AS some_pending) AS pending
     FROM event_sinks s WHERE s.tenant_id = $1 AND s.id = ANY($2::uuid[])`,
    tenantId,
    [...new Set(ids)],
  );
  return new Map(
    rows.map(({ id, is_paused, health, pending }) => {
      const isHeld = is_paused || isBroken(health);
      return [id, isHeld ? Number.POSITIVE_INFINITY : replayPendingMax - pending];
    }),
  );
}

async function keepProgress(
  db: Queries,
  row: ReplayRow,
  counts: Counts,
  { positionId, finishedAt }: { positionId: string; finishedAt: number | null },
): Promise<void> {
  await db.run(
    `UPDATE replays SET position_id = $3, replayed_count = replayed_count + $4,
       overtaken_count = overtaken_count + $5, already_there_count = already_there_count + $6,
       sink_deleted_count = sink_deleted_count + $7, state = $8, finished_at = $9
     WHERE tenant_id = $1 AND no = $2`,
    row.tenant_id,
    row.no,
    positionId,
    counts.send,
    counts.overtaken,
    counts.already_there,
    counts.sink_deleted,
    finishedAt === null ? "running" : "done",
    finishedAt,
  );
}
