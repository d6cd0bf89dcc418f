/**
 * Moves everything from a SQLite database to a PostgreSQL database, once.
 *
 * The source is locked and marked, so no service runs on it, now or later; the target is marked too and
 * no node starts there before it is whole (`move-mark.ts`). Table by table (`moved-tables.ts`)
 * rows are read in order and written in batches. Each batch is one transaction with the place it
 * has come to, so a move that is killed at any point goes on after the last batch that was
 * committed, without a row lost or brought twice: nothing else writes to either side.
 *
 * At the end every table is read again on both sides and compared, by the number of rows and by a
 * checksum over all that was brought. Only then may nodes start.
 *
 * Secrets travel sealed, as they are: the move needs no key, and the nodes need the one the source
 * had. What it costs: the service stands still meanwhile. Senders are answered by nobody and must
 * try again, as they do when a service restarts.
 */

import { systemClock } from "../../clock.ts";
import { type Database, openDatabase } from "../postgres/database.ts";
import { explainPostgres, migratePostgres, placeOf } from "../postgres/store.ts";
import { toText } from "../postgres/text.ts";
import { createChecksum } from "./checksum.ts";
import type { TargetMark } from "./move-mark.ts";
import { movedTables } from "./moved-tables.ts";
import { openSource, type Source } from "./source.ts";
import {
  describeTable,
  examineTarget,
  finishMark,
  finishTables,
  readTable,
  type TargetTable,
  takeTarget,
  writeRows,
} from "./target.ts";

export interface MoveProgress {
  readonly step: "copy" | "compare";
  /** What the rows are, for people. */
  readonly label: string;
  readonly doneCount: number;
  readonly totalCount: number;
}

export interface MoveOptions {
  /** The path of the SQLite file. */
  readonly from: string;
  /** The URL of the PostgreSQL database. */
  readonly to: string;
  /** Told of a table when it begins, now and then, and when it is done. */
  readonly onProgress: (progress: MoveProgress) => void;
  /** Throws when what the source was sealed with is not the key that is in use. */
  readonly checkCanary: (canary: string) => void;
}

export type MoveResult = "moved" | "was_moved_before";

const rowsPerBatch = 500;
const charsPerBatch = 4_000_000;

/**
 * @throws Error with a sentence for the operator when it cannot be done, or was broken off; run again
 * it goes on where it was.
 */
export async function moveStore(options: MoveOptions): Promise<MoveResult> {
  const { from, to, onProgress } = options;
  const source = await openSource(from);
  try {
    if (source.canary !== null) options.checkCanary(source.canary);
    refuseOtherPlace(source, placeOf(to));
    await migratePostgres(to, { isMoveTarget: true });
    const pool = openDatabase({ url: to, connectionsMax: 2, isPatient: true });
    try {
      return await moveInto(pool, source, { to: placeOf(to), onProgress });
    } catch (error) {
      throw explainPostgres(to, error);
    } finally {
      await pool.close();
    }
  } finally {
    source.close();
  }
}

/** Takes the mark off a source, so that it can be used again. @returns false when there is none. */
export async function cancelMove(from: string): Promise<boolean> {
  const source = await openSource(from);
  try {
    const wasMarked = source.mark !== null;
    source.removeMark();
    return wasMarked;
  } finally {
    source.close();
  }
}

function refuseOtherPlace({ mark }: Source, place: string): void {
  if (mark === null || mark.to === place) return;
  throw new Error(
    `It has been moved, or is being moved, to ${mark.to}. Name that one in --to to go on, or run event-sinks move ` +
      "--cancel first and empty that one.",
  );
}

type Tell = MoveOptions["onProgress"];

async function moveInto(
  pool: Database,
  source: Source,
  { to, onProgress }: { to: string; onProgress: Tell },
): Promise<MoveResult> {
  // A move that is refused marks nothing.
  await examineTarget(pool, source.mark?.id ?? null);
  // The source first: if this is killed between the two, the next run finds an empty target.
  const sourceMark = source.mark ?? source.putMark(to);
  const dates = { firstAlertAt: source.firstAlertAt(), now: systemClock.now() };
  let mark = await takeTarget(pool, sourceMark, dates);
  if (mark.isFinished) return "was_moved_before";
  const tables: TargetTable[] = [];
  for (const table of movedTables) tables.push(await describeTable(pool, table));
  for (const table of tables) {
    if (!mark.done.includes(table.name))
      mark = await copyTable(pool, source, table, mark, onProgress);
  }
  await finishTables(pool);
  for (const table of tables) await compareTable(pool, source, table, onProgress);
  await finishMark(pool, mark);
  return "moved";
}

async function copyTable(
  pool: Database,
  source: Source,
  table: TargetTable,
  from: TargetMark,
  onProgress: Tell,
): Promise<TargetMark> {
  const { label } = table;
  const totalCount = source.count(table, null);
  const prepare = preparerOf(table);
  let mark = from;
  let doneCount = mark.after === null ? 0 : totalCount - source.count(table, mark.after);
  const tell = () => onProgress({ step: "copy", label, doneCount, totalCount });
  if (doneCount < totalCount) tell();
  let batch: ReturnType<typeof prepare>[] = [];
  let chars = 0;
  for (const { key, values } of source.rows(table, mark.after)) {
    const row = prepare(values);
    batch.push(row);
    for (const value of row) if (typeof value === "string") chars += value.length;
    if (batch.length < rowsPerBatch && chars < charsPerBatch) continue;
    mark = { ...mark, after: key };
    await writeRows(pool, table, batch, mark);
    doneCount += batch.length;
    if (doneCount < totalCount) tell();
    batch = [];
    chars = 0;
  }
  mark = { ...mark, done: [...mark.done, table.name], after: null };
  await writeRows(pool, table, batch, mark);
  doneCount = totalCount;
  tell();
  return mark;
}

/** Values as PostgreSQL will give them back. */
function preparerOf({ columnNames, types, escaped = [] }: TargetTable) {
  const isEscaped = columnNames.map((name) => escaped.includes(name));
  return (values: readonly (string | number | null)[]) =>
    values.map((value, index) => {
      if (typeof value !== "string") return value;
      if (types[index] === "uuid") return value.toLowerCase();
      return isEscaped[index] === true ? toText(value) : value;
    });
}

/** @throws Error when the two sides are not alike. */
async function compareTable(
  pool: Database,
  source: Source,
  table: TargetTable,
  onProgress: Tell,
): Promise<void> {
  const { label } = table;
  const prepare = preparerOf(table);
  const sent = createChecksum();
  for (const { values } of source.rows(table, null)) sent.add(prepare(values));
  const { count, sum } = sent.read();
  onProgress({ step: "compare", label, doneCount: 0, totalCount: count });
  const stored = createChecksum();
  await readTable(pool, table, stored.add);
  const found = stored.read();
  if (found.count !== count || found.sum !== sum) {
    throw new Error(
      `What has arrived is not what was there: of ${label} there are ${count}, and ${found.count} have arrived` +
        `${found.count === count ? ", but not the same" : ""}. Empty the PostgreSQL database, run event-sinks move ` +
        "--cancel, and move again; nothing was changed where it comes from.",
    );
  }
  onProgress({ step: "compare", label, doneCount: count, totalCount: count });
}
