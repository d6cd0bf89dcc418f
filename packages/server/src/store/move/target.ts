import type { Database, Queries } from "../postgres/database.ts";
import { getMeta } from "../postgres/meta.ts";
import { lockMigrations } from "../postgres/migrated-postgres.ts";
import { makePartitions } from "../postgres/retention/partitions.ts";
import { markName, type SourceMark, type TargetMark } from "./move-mark.ts";
import { type MovedTable, movedTables, numberedColumns } from "./moved-tables.ts";

/** A table with what the database says of its columns. */
export interface TargetTable extends MovedTable {
  readonly columnNames: readonly string[];
  readonly types: readonly string[];
}

const partitionStepMs = 4 * 7 * 24 * 3_600_000;

/**
 * Finds where a move had got to.
 * @param moveId null: none was begun. @returns null when it has not begun here.
 * @throws Error with a sentence for the operator when something else is in the database.
 */
export async function examineTarget(
  db: Queries,
  moveId: string | null,
): Promise<TargetMark | null> {
  const text = await getMeta(db, { name: markName });
  const mark = text === null ? null : (JSON.parse(text) as TargetMark);
  if (mark !== null && mark.id === moveId) return mark;
  if (mark !== null) {
    throw new Error(
      "Another database was moved to this PostgreSQL database. Make an empty one and name it in --to.",
    );
  }
  await refuseNodes(db);
  await refuseRows(db);
  return null;
}

/** Takes the database for a move, or finds where the move had got to; refuses as `examineTarget` does. */
export async function takeTarget(
  pool: Database,
  { id }: SourceMark,
  { firstAlertAt, now }: { firstAlertAt: number | null; now: number },
): Promise<TargetMark> {
  return pool.transaction(async (db) => {
    await lockMigrations(db);
    const found = await examineTarget(db, id);
    if (found !== null) return found;
    for (let at = firstAlertAt ?? now; at < now; at += partitionStepMs)
      await makePartitions(db, at);
    const mark: TargetMark = { id, done: [], after: null, isFinished: false };
    const sql = "INSERT INTO meta (name, value) VALUES ($1, $2)";
    await db.run(sql, markName, JSON.stringify(mark));
    return mark;
  });
}

async function refuseRows(db: Queries): Promise<void> {
  for (const { name, label } of movedTables) {
    if ((await db.get(`SELECT 1 FROM ${name} LIMIT 1`)) === undefined) continue;
    throw new Error(
      `The PostgreSQL database is in use already: it has ${label}. Make an empty database for the move and name it in --to.`,
    );
  }
}

async function refuseNodes(db: Queries): Promise<void> {
  const sql = "SELECT 1 FROM nodes WHERE leased_until > clock_timestamp() LIMIT 1";
  if ((await db.get(sql)) === undefined) return;
  throw new Error(
    "A node of Event Sinks runs on the PostgreSQL database. Stop all of them, wait ten seconds, and run this again.",
  );
}

/** Finds the types of the columns that rows go into. */
export async function describeTable(db: Queries, table: MovedTable): Promise<TargetTable> {
  const columnNames = Object.keys(table.columns);
  const rows = await db.all<{ name: string; type: string }>(
    `SELECT attname::text AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
     WHERE attrelid = $1::text::regclass AND attname = ANY($2::text[])`,
    table.name,
    columnNames,
  );
  const typeOf = new Map(rows.map(({ name, type }) => [name, type]));
  return { ...table, columnNames, types: columnNames.map((name) => typeOf.get(name) ?? "text") };
}

type Values = readonly (string | number | null)[];

/** Writes rows, and in the same transaction how far the move has got. */
export async function writeRows(
  pool: Database,
  { name, columnNames, types }: TargetTable,
  rows: readonly Values[],
  mark: TargetMark,
): Promise<void> {
  await pool.transaction(async (db) => {
    await refuseNodes(db);
    if (rows.length > 0) {
      await db.run(
        `INSERT INTO ${name} (${columnNames.join(", ")}) OVERRIDING SYSTEM VALUE
         SELECT * FROM unnest(${types.map((type, index) => `$${index + 1}::${type}[]`).join(", ")})`,
        ...types.map((_, index) => rows.map((values) => values[index] ?? null)),
      );
    }
    await putMark(db, mark);
  });
}

async function putMark(db: Queries, mark: TargetMark): Promise<void> {
  await db.run("UPDATE meta SET value = $2 WHERE name = $1", markName, JSON.stringify(mark));
}

/** Lets what numbers itself go on after what was brought, and counts rows for the planner. */
export async function finishTables(pool: Database): Promise<void> {
  for (const { sequence, table, column } of numberedColumns) {
    await pool.run(
      `SELECT setval(${sequence}, greatest(coalesce(max(${column}), 0), 1), max(${column}) IS NOT NULL)
       FROM ${table}`,
    );
  }
  for (const { name } of movedTables) await pool.run(`ANALYZE ${name}`);
}

export async function finishMark(pool: Database, mark: TargetMark): Promise<void> {
  await pool.transaction(async (db) => {
    await refuseNodes(db);
    await putMark(db, { ...mark, isFinished: true });
  });
}

const fetchCount = 200;

/** Every row of a table, in no order. */
export async function readTable(
  pool: Database,
  { name, columnNames }: TargetTable,
  onRow: (values: readonly unknown[]) => void,
): Promise<void> {
  const where = name === "meta" ? `WHERE name <> '${markName}'` : "";
  await pool.transaction(async (db) => {
    await db.run(
      `DECLARE moved NO SCROLL CURSOR FOR SELECT ${columnNames.join(", ")} FROM ${name} ${where}`,
    );
    for (;;) {
      const rows = await db.all<Record<string, unknown>>(`FETCH ${fetchCount} FROM moved`);
      for (const row of rows) onRow(columnNames.map((column) => row[column]));
      if (rows.length < fetchCount) return;
    }
  });
}
