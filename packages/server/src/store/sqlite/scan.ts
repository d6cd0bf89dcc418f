import type { Listed } from "../store.ts";
import type { Database } from "./database.ts";

/** Rows one page looks at, at most: some 10 to 50 ms of a search that finds nothing. */
const scanCountMax = 10_000;

/** Wall clocks are set back now and then; rows this far out of order in time are still found. */
const clockStepMsMax = 3_600_000;

/** The numbers a search goes over, newest first: `from` (not included) down to `downTo` (included). */
export interface ScanRange {
  readonly from: number;
  readonly downTo: number;
}

export interface ScanInput {
  readonly table: "alerts" | "deliveries";
  /** The id of the row to go on after. */
  readonly after: string | null;
  readonly since: number | null;
  readonly until: number | null;
}

const idColumns = { alerts: "uid", deliveries: "id" } as const;
const timeColumns = { alerts: "received_at", deliveries: "created_at" } as const;

/**
 * Narrows a search in time to a range of row numbers: rows are numbered as they arrive, so a
 * few look-ups find where a time begins, and no index by time has to be kept.
 */
export function findScanRange(db: Database, { table, after, since, until }: ScanInput): ScanRange {
  const last = db.get<{ no: number | null }>(`SELECT max(no) AS no FROM ${table}`)?.no ?? 0;
  let from = last + 1;
  if (after !== null) {
    const sql = `SELECT no FROM ${table} WHERE ${idColumns[table]} = ?`;
    from = Math.min(from, db.get<{ no: number }>(sql, after)?.no ?? 0);
  }
  if (until !== null) from = Math.min(from, findFirst(db, table, until + clockStepMsMax, last));
  const downTo = since === null ? 0 : findFirst(db, table, since - clockStepMsMax, last);
  return { from, downTo };
}

/** The lowest number whose row is not older than `time`; `last + 1` when all are older. */
function findFirst(db: Database, table: ScanInput["table"], time: number, last: number): number {
  let low = 1;
  let high = last + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = db.get<{ no: number; at: number }>(
      `SELECT no, ${timeColumns[table]} AS at FROM ${table} WHERE no >= ? ORDER BY no LIMIT 1`,
      middle,
    );
    if (row === undefined || row.at >= time) high = middle;
    else low = row.no + 1;
  }
  return low;
}

/**
 * Collects up to `limit` rows that match, looking at a bounded number of them.
 * @param keyOf the id by which the next page goes on.
 */
export function collect<Row, T>(
  rows: Iterable<Row>,
  limit: number,
  keyOf: (row: Row) => string,
  match: (row: Row) => T | undefined,
): Listed<T> {
  const items: T[] = [];
  let scannedCount = 0;
  let last: string | null = null;
  for (const row of rows) {
    // This row shows that something follows the page, so it is left for the next one.
    if (items.length === limit || scannedCount === scanCountMax) return { items, next: last };
    scannedCount += 1;
    last = keyOf(row);
    const item = match(row);
    if (item !== undefined) items.push(item);
  }
  return { items, next: null };
}
