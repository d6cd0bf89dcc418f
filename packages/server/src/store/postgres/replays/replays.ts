import { isUuid } from "../../../ids.ts";
import { toListed } from "../../listed.ts";
import type { Input, Output } from "../../protocol.ts";
import { runningReplaysMax } from "../../replay-operations.ts";
import { type ReplayRow as SharedReplayRow, toReplay } from "../../rows/replay-row.ts";
import type { Queries } from "../database.ts";
import type { NodeState } from "../node-state.ts";
import { firstId } from "../scan.ts";

export interface ReplayRow extends SharedReplayRow {
  readonly position_id: string;
  readonly end_id: string;
}

export async function createReplay(
  { db }: NodeState,
  input: Input<"createReplay">,
): Promise<Output<"createReplay">> {
  const { tenantId, toEventSinkId, now } = input;
  const tenant = await db.get<{ seq: number; running: number; last_id: string | null }>(
    `SELECT t.seq, (SELECT count(*) FROM replays r WHERE r.tenant_id = t.tenant_id
         AND r.state = 'running') AS running,
       (SELECT d.id FROM deliveries d WHERE d.tenant_id = t.tenant_id ORDER BY d.id DESC LIMIT 1)
         AS last_id
     FROM tenants t WHERE t.tenant_id = $1`,
    tenantId,
  );
  if (tenant === undefined) return "unknown_tenant";
  if (toEventSinkId !== null && !(await hasTarget(db, { tenantId, toEventSinkId }))) {
    return "unknown_event_sink";
  }
  if (tenant.running >= runningReplaysMax) return "too_many";
  await db.run(
    `INSERT INTO replays (tenant_id, id, tenant_no, filter, to_event_sink_id, includes_overtaken,
       state, position_id, end_id, matched_count, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, 'running', $7, $8, $9, $10)`,
    tenantId,
    input.id,
    tenant.seq,
    JSON.stringify(input.filter),
    toEventSinkId,
    input.includesOvertaken,
    firstId,
    tenant.last_id ?? firstId,
    input.matchedCount,
    now,
  );
  return "created";
}

/** Whether the other sink that a replay goes to is there (still). */
export async function hasTarget(
  db: Queries,
  { tenantId, toEventSinkId }: { tenantId: string; toEventSinkId: string },
): Promise<boolean> {
  if (!isUuid(toEventSinkId)) return false;
  const sql = "SELECT 1 FROM event_sinks WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL";
  return (await db.get(sql, tenantId, toEventSinkId)) !== undefined;
}

export async function getReplay(
  db: Queries,
  { tenantId, id }: Input<"getReplay">,
): Promise<Output<"getReplay">> {
  if (!isUuid(id)) return null;
  const row = await db.get<ReplayRow>(
    "SELECT * FROM replays WHERE id = $1 AND ($2::text IS NULL OR tenant_id = $2)",
    id,
    tenantId,
  );
  return row === undefined ? null : toReplay(row);
}

export async function listReplays(
  db: Queries,
  { tenantId, after, limit }: Input<"listReplays">,
): Promise<Output<"listReplays">> {
  if (after !== null && !isUuid(after)) return { items: [], next: null };
  const rows = await db.all<ReplayRow>(
    `SELECT * FROM replays WHERE tenant_id = $1 AND ($2::uuid IS NULL
       OR no < (SELECT no FROM replays WHERE tenant_id = $1 AND id = $2)) ORDER BY no DESC LIMIT $3`,
    tenantId,
    after,
    limit + 1,
  );
  return toListed(rows, limit, toReplay, (replay) => replay.id);
}

export async function cancelReplay(
  { db }: NodeState,
  { tenantId, id, now }: Input<"cancelReplay">,
): Promise<Output<"cancelReplay">> {
  const replay = await getReplay(db, { tenantId, id });
  if (replay === null) return "not_found";
  const canceled = await db.run(
    `UPDATE replays SET state = 'canceled', finished_at = $3
     WHERE tenant_id = $1 AND id = $2 AND state = 'running'`,
    replay.tenantId,
    id,
    now,
  );
  return canceled === 1 ? "canceled" : "finished";
}
