import { isUuid } from "../../ids.ts";
import type { Listed } from "../store.ts";
import type { Queries } from "./database.ts";
import { firstIdAt } from "./retention/partitions.ts";

/** Rows one page looks at, at most. */
const scanCountMax = 10_000;

/** Rows read from the database at once, at most. */
const chunkCountMax = 1_000;

/** Wall clocks are set back now and then; rows this far out of order in time are still found. */
const clockStepMsMax = 3_600_000;

/** The ids a search goes over, newest first: `from` (not included) down to `downTo` (included). */
export interface ScanRange {
  readonly from: string;
  readonly downTo: string;
}

export interface ScanInput {
  readonly table: "alerts" | "deliveries";
  readonly tenantId: string;
  /** The id of the row to go on after. */
  readonly after: string | null;
  readonly since: number | null;
  readonly until: number | null;
}

const idColumns = { alerts: "uid", deliveries: "id" } as const;
const timeColumns = { alerts: "received_at", deliveries: "created_at" } as const;

export const firstId = "00000000-0000-0000-0000-000000000000";
export const lastId = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/**
 * Narrows a search in time to a range of ids: ids grow as rows arrive, so a few look-ups find
 * where a time begins, and no index by time has to be kept.
 */
export async function findScanRange(db: Queries, input: ScanInput): Promise<ScanRange> {
  const { after, since, until } = input;
  let from = after ?? lastId;
  if (!isUuid(from)) return { from: firstId, downTo: firstId };
  if (until !== null) {
    const end = await findFirst(db, input, until + clockStepMsMax);
    if (end < from) from = end;
  }
  const downTo = since === null ? firstId : await findFirst(db, input, since - clockStepMsMax);
  return { from, downTo };
}

/** The lowest id whose row is not older than `time`, to the millisecond of ids; the last when all are. */
async function findFirst(db: Queries, input: ScanInput, time: number): Promise<string> {
  const [id, at] = [idColumns[input.table], timeColumns[input.table]];
  const ends = await db.get<{ lowest: string | null; highest: string | null }>(
    `SELECT (SELECT ${id} FROM ${input.table} WHERE tenant_id = $1 ORDER BY ${id} LIMIT 1) AS lowest,
       (SELECT ${id} FROM ${input.table} WHERE tenant_id = $1 ORDER BY ${id} DESC LIMIT 1) AS highest`,
    input.tenantId,
  );
  if (ends?.lowest == null || ends.highest == null) return lastId;
  let low = msOf(ends.lowest);
  let high = msOf(ends.highest) + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = await db.get<{ id: string; at: number }>(
      `SELECT ${id} AS id, ${at} AS at FROM ${input.table} WHERE tenant_id = $1 AND ${id} >= $2
       ORDER BY ${id} LIMIT 1`,
      input.tenantId,
      firstIdAt(middle),
    );
    if (row === undefined || row.at >= time) high = middle;
    else low = msOf(row.id) + 1;
  }
  return firstIdAt(low);
}

/** When a UUIDv7 was made. */
function msOf(id: string): number {
  return Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16);
}

/** Reads rows of a range in pieces, newest first. */
export async function* readChunks<Row>(
  range: ScanRange,
  firstCount: number,
  keyOf: (row: Row) => string,
  read: (range: ScanRange, rowsMax: number) => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  let { from } = range;
  let rowsMax = Math.min(firstCount, chunkCountMax);
  for (;;) {
    const rows = await read({ ...range, from }, rowsMax);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    if (rows.length < rowsMax) return;
    from = keyOf(last);
    rowsMax = chunkCountMax;
  }
}

/**
 * Collects up to `limit` rows that match, looking at a bounded number of them.
 * @param keyOf the id by which the next page goes on.
 * @param match answers for each row of a piece what it becomes, undefined when it does not match.
 */
export async function collect<Row, T>(
  chunks: AsyncIterable<Row[]>,
  limit: number,
  keyOf: (row: Row) => string,
  match: (rows: readonly Row[]) => Promise<(T | undefined)[]>,
): Promise<Listed<T>> {
  const items: T[] = [];
  let scannedCount = 0;
  let last: string | null = null;
  for await (const rows of chunks) {
    const matched = await match(rows);
    for (const [index, row] of rows.entries()) {
      // This row shows that something follows the page, so it is left for the next one.
      if (items.length === limit || scannedCount === scanCountMax) return { items, next: last };
      scannedCount += 1;
      last = keyOf(row);
      const item = matched[index];
      if (item !== undefined) items.push(item);
    }
  }
  return { items, next: null };
}
