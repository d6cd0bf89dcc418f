import { toListed } from "../../listed.ts";
import type { Input, Output } from "../../protocol.ts";
import { runningReplaysMax } from "../../replay-operations.ts";
import { type ReplayRow as SharedReplayRow, toReplay } from "../../rows/replay-row.ts";
import type { Database } from "../database.ts";
import { findLiveLane } from "../deliveries/lanes.ts";
import { findTenantNo, type WriterState } from "../writer-state.ts";

export interface ReplayRow extends SharedReplayRow {
  readonly position_no: number;
  readonly end_no: number;
}

/** Selects `ReplayRow`s; a WHERE follows. */
export const selectReplays = `SELECT replays.*, tenants.id AS tenant_id
  FROM replays CROSS JOIN tenants ON tenants.no = replays.tenant_no`;

export function createReplay(
  state: WriterState,
  input: Input<"createReplay">,
): Output<"createReplay"> {
  const { tenantId, toEventSinkId, now } = input;
  const tenantNo = findTenantNo(state, tenantId);
  if (tenantNo === undefined) return "unknown_tenant";
  if (
    toEventSinkId !== null &&
    findLiveLane(state, { tenantId, eventSinkId: toEventSinkId }, now) === undefined
  ) {
    return "unknown_event_sink";
  }
  const running = state.db.get<{ count: number }>(
    "SELECT count(*) AS count FROM replays WHERE tenant_no = ? AND state = 'running'",
    tenantNo,
  );
  if ((running?.count ?? 0) >= runningReplaysMax) return "too_many";
  state.db.run(
    `INSERT INTO replays (id, tenant_no, filter, to_event_sink_id, includes_overtaken, state,
       position_no, end_no, matched_count, replayed_count, overtaken_count, already_there_count,
       sink_deleted_count, created_at)
     VALUES (?, ?, ?, ?, ?, 'running', 0, ?, ?, 0, 0, 0, 0, ?)`,
    input.id,
    tenantNo,
    JSON.stringify(input.filter),
    toEventSinkId,
    input.includesOvertaken ? 1 : 0,
    state.lastDeliveryNo,
    input.matchedCount,
    now,
  );
  return "created";
}

export function getReplay(db: Database, { tenantId, id }: Input<"getReplay">): Output<"getReplay"> {
  const row = db.get<ReplayRow>(
    `${selectReplays} WHERE replays.id = ?1 AND (?2 IS NULL OR tenants.id = ?2)`,
    id,
    tenantId,
  );
  return row === undefined ? null : toReplay(row);
}

export function listReplays(
  db: Database,
  { tenantId, after, limit }: Input<"listReplays">,
): Output<"listReplays"> {
  const rows = db.all<ReplayRow>(
    `${selectReplays} WHERE tenants.id = ?1
       AND (?2 IS NULL OR replays.no < (SELECT no FROM replays WHERE id = ?2))
     ORDER BY replays.no DESC LIMIT ?3`,
    tenantId,
    after,
    limit + 1,
  );
  return toListed(rows, limit, toReplay, (replay) => replay.id);
}

export function cancelReplay(
  { db }: WriterState,
  { tenantId, id, now }: Input<"cancelReplay">,
): Output<"cancelReplay"> {
  const replay = getReplay(db, { tenantId, id });
  if (replay === null) return "not_found";
  if (replay.state !== "running") return "finished";
  db.run("UPDATE replays SET state = 'canceled', finished_at = ? WHERE id = ?", now, id);
  return "canceled";
}
