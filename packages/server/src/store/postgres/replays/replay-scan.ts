import { isDeliveryMatch } from "../../delivery-match.ts";
import type { Input, Output } from "../../protocol.ts";
import type { ReplayOrder } from "../../replay-operations.ts";
import { type DeliveryRow, selectFirstDeliveries, toDelivery } from "../alerts/alert-rows.ts";
import type { Queries } from "../database.ts";
import { chooseScan } from "../deliveries/delivery-scan.ts";
import { firstId, lastId } from "../scan.ts";
import { hasTarget } from "./replays.ts";

/** Rows looked at for one part of a count. */
const countedRowsMax = 5_000;

/** What a replay does with a delivery that its filter found. */
export type Verdict = "send" | "overtaken" | "already_there" | "sink_deleted";

/** Where a replay sends: to another sink, to one that is deleted, or (null) where it went before. */
export type Target = { readonly id: string; readonly isThere: boolean } | null;

/** Rows after `afterId` up to `endId`, oldest first, whether they match or not. */
export function scanForReplay(
  db: Queries,
  { tenantId, filter }: ReplayOrder,
  { afterId, endId, limit }: { afterId: string; endId: string; limit: number },
): Promise<DeliveryRow[]> {
  const scan = chooseScan(filter);
  if (scan === undefined) return Promise.resolve([]);
  return db.all<DeliveryRow>(
    selectFirstDeliveries(`d.id > $2 AND d.id <= $3 AND ${scan.where}`, "ASC", "$4"),
    tenantId,
    afterId,
    endId,
    limit,
    ...scan.values,
  );
}

export function isReplayMatch(row: DeliveryRow, { tenantId, filter }: ReplayOrder): boolean {
  return isDeliveryMatch(toDelivery(row), { ...filter, tenantId });
}

export async function findTarget(
  db: Queries,
  { tenantId, toEventSinkId }: ReplayOrder,
): Promise<Target> {
  if (toEventSinkId === null) return null;
  return { id: toEventSinkId, isThere: await hasTarget(db, { tenantId, toEventSinkId }) };
}

/** Later alerts of a key that are looked at for a trigger, newest first. */
const laterAlertsMax = 200;

/** Whether a sink was told, or will be, of something later that makes `w` misleading. */
const isOvertakenAt = (sink: string) => `CASE WHEN w.action = 'resolve' THEN EXISTS (
    SELECT 1 FROM (SELECT a.uid FROM alerts a WHERE a.tenant_id = $1 AND a.dedup_key = w.dedup_key
        AND a.uid > w.alert_uid ORDER BY a.uid DESC LIMIT ${laterAlertsMax}) AS later
      JOIN deliveries d ON d.tenant_id = $1 AND d.alert_uid = later.uid
      WHERE d.event_sink_id = ${sink} AND d.action = 'trigger' AND d.state IN ('delivered', 'pending'))
  ELSE EXISTS (SELECT 1 FROM deliveries d WHERE d.tenant_id = $1 AND d.event_sink_id = ${sink}
      AND d.dedup_key = w.dedup_key AND d.action = 'resolve' AND d.alert_uid > w.alert_uid
      AND d.state IN ('delivered', 'pending')) END`;

export const judgeSql = `SELECT ${isOvertakenAt("w.event_sink_id")}
      OR ($2::uuid IS NOT NULL AND ${isOvertakenAt("$2::uuid")}) AS is_overtaken,
    $2::uuid IS NOT NULL AND $2::uuid <> w.event_sink_id AND EXISTS (SELECT 1 FROM deliveries d
      WHERE d.tenant_id = $1 AND d.alert_uid = w.alert_uid AND d.event_sink_id = $2::uuid
      AND d.state IN ('delivered', 'pending')) AS is_there
  FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[]) WITH ORDINALITY
    AS w(alert_uid, event_sink_id, dedup_key, action, no) ORDER BY w.no`;

type Judged = Pick<
  DeliveryRow,
  "alert_uid" | "event_sink_id" | "dedup_key" | "action" | "state" | "deleted_at"
>;

/** What is to be done with deliveries of a tenant, as things stand. */
export async function judgeAll(
  db: Queries,
  rows: readonly Judged[],
  { tenantId, includesOvertaken }: Pick<ReplayOrder, "tenantId" | "includesOvertaken">,
  target: Target,
): Promise<Verdict[]> {
  if (target?.isThere === false) return rows.map(() => "sink_deleted");
  if (rows.length === 0) return [];
  const facts = await db.all<{ is_overtaken: boolean; is_there: boolean }>(
    judgeSql,
    tenantId,
    target?.id ?? null,
    rows.map((row) => row.alert_uid),
    rows.map((row) => row.event_sink_id),
    rows.map((row) => row.dedup_key),
    rows.map((row) => row.action),
  );
  return rows.map((row, index) => {
    if (target === null && row.deleted_at !== null) return "sink_deleted";
    // What is pending there goes out by itself; made pending once more it would wait for itself.
    const isWaiting =
      row.state === "pending" && (target?.id ?? row.event_sink_id) === row.event_sink_id;
    if (isWaiting || facts[index]?.is_there === true) return "already_there";
    return facts[index]?.is_overtaken === true && !includesOvertaken ? "overtaken" : "send";
  });
}

export async function countReplay(
  db: Queries,
  { after, ...order }: Input<"countReplay">,
): Promise<Output<"countReplay">> {
  const target = await findTarget(db, order);
  const range = { afterId: after ?? firstId, endId: lastId, limit: countedRowsMax };
  const rows = await scanForReplay(db, order, range);
  const matched = rows.filter((row) => isReplayMatch(row, order));
  const verdicts = await judgeAll(db, matched, order, target);
  const count = (wanted: Verdict) => verdicts.filter((verdict) => verdict === wanted).length;
  return {
    matchedCount: matched.length,
    skipped: {
      overtaken: count("overtaken"),
      alreadyThere: count("already_there"),
      sinkDeleted: count("sink_deleted"),
    },
    next: rows.length < countedRowsMax ? null : (rows.at(-1)?.id ?? null),
  };
}
