import { isDeliveryMatch } from "../../delivery-match.ts";
import type { Input, Output } from "../../protocol.ts";
import type { ReplayOrder } from "../../replay-operations.ts";
import { type DeliveryRow, toDelivery } from "../alerts/alert-rows.ts";
import type { Database } from "../database.ts";
import { chooseScan, selectScan } from "../deliveries/delivery-scan.ts";
import { isOvertaken } from "../deliveries/overtaken.ts";

/** Rows looked at for one part of a count: some 20 to 50 ms. */
const countedRowsMax = 10_000;

/** What a replay does with a delivery that its filter found. */
export type Verdict = "send" | "overtaken" | "already_there" | "sink_deleted";

/** Rows after `afterNo` up to `endNo`, oldest first, whether they match or not. */
export function scanForReplay(
  db: Database,
  { tenantId, filter }: ReplayOrder,
  { afterNo, endNo, limit }: { afterNo: number; endNo: number; limit: number },
): DeliveryRow[] {
  const scan = chooseScan(db, { ...filter, tenantId });
  if (scan === undefined) return [];
  return db.all<DeliveryRow>(
    `${selectScan(scan)} AND deliveries.no > ? AND deliveries.no <= ?
     ORDER BY deliveries.no LIMIT ?`,
    scan.value,
    afterNo,
    endNo,
    limit,
  );
}

export function isReplayMatch(row: DeliveryRow, { tenantId, filter }: ReplayOrder): boolean {
  return isDeliveryMatch(toDelivery(row), { ...filter, tenantId });
}

/** @param target the number of the other sink, 0 when it was deleted; null: where it went before. */
export function judgeForReplay(
  db: Database,
  row: DeliveryRow,
  { includesOvertaken }: ReplayOrder,
  target: number | null,
): Verdict {
  if (target === 0 || (target === null && row.deleted_at !== null)) return "sink_deleted";
  const isElsewhere = target !== null && target !== row.event_sink_no;
  // What is pending there goes out by itself; made pending once more it would wait for itself.
  if (!isElsewhere && row.state === "pending") return "already_there";
  if (isElsewhere && isThere(db, row.alert_no, target)) return "already_there";
  if (includesOvertaken) return "send";
  const resendable = { alertNo: row.alert_no, dedupKey: row.dedup_key, action: row.action };
  const isPast =
    isOvertaken(db, row.event_sink_no, resendable) ||
    (isElsewhere && isOvertaken(db, target, resendable));
  return isPast ? "overtaken" : "send";
}

function isThere(db: Database, alertNo: number, eventSinkNo: number): boolean {
  const sql = `SELECT 1 FROM deliveries INDEXED BY deliveries_by_alert
    WHERE alert_no = ? AND event_sink_no = ? AND state IN ('delivered', 'pending') LIMIT 1`;
  return db.get(sql, alertNo, eventSinkNo) !== undefined;
}

/** The number of the sink that a replay goes to; 0 when it is not there (any more). */
export function findTarget(db: Database, { tenantId, toEventSinkId }: ReplayOrder): number | null {
  if (toEventSinkId === null) return null;
  const row = db.get<{ no: number }>(
    "SELECT no FROM event_sinks WHERE id = ? AND tenant_id = ? AND deleted_at IS NULL",
    toEventSinkId,
    tenantId,
  );
  return row?.no ?? 0;
}

export function countReplay(
  db: Database,
  { after, ...order }: Input<"countReplay">,
): Output<"countReplay"> {
  const target = findTarget(db, order);
  const afterNo = after === null ? 0 : Number(after);
  const range = { afterNo, endNo: Number.MAX_SAFE_INTEGER, limit: countedRowsMax };
  const rows = scanForReplay(db, order, range);
  const counts = { send: 0, overtaken: 0, already_there: 0, sink_deleted: 0 };
  for (const row of rows) {
    if (isReplayMatch(row, order)) counts[judgeForReplay(db, row, order, target)] += 1;
  }
  return {
    matchedCount: counts.send + counts.overtaken + counts.already_there + counts.sink_deleted,
    skipped: {
      overtaken: counts.overtaken,
      alreadyThere: counts.already_there,
      sinkDeleted: counts.sink_deleted,
    },
    next: rows.length < countedRowsMax ? null : String(rows.at(-1)?.no),
  };
}
