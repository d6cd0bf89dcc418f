import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { newId } from "../../ids.ts";
import { canaryName } from "../seal-operations.ts";
import type { Database } from "../sqlite/database.ts";
import { getMeta } from "../sqlite/meta.ts";
import { openLockedSqlite } from "../sqlite/store.ts";
import { markName, type SourceMark } from "./move-mark.ts";
import type { MovedTable } from "./moved-tables.ts";

/** The key of a row; null: before the first. */
type Place = readonly (string | number)[] | null;

export interface Source {
  readonly mark: SourceMark | null;
  /** What was sealed when it was made, to tell the right key by; null before the first start was over. */
  readonly canary: string | null;
  /** @returns the mark, which is on disk now. */
  putMark(to: string): SourceMark;
  removeMark(): void;
  /** How many rows there are after a place, or in all. */
  count(table: MovedTable, after: Place): number;
  /** Those rows, in order. */
  rows(table: MovedTable, after: Place): Iterable<SourceRow>;
  /** When the oldest alert came; null when there is none. */
  firstAlertAt(): number | null;
  close(): void;
}

export interface SourceRow {
  readonly key: readonly (string | number)[];
  /** In the order of the table's `columns`. */
  readonly values: readonly (string | number | null)[];
}

/**
 * Opens a SQLite database to be moved, with its lock and brought up to date.
 * @throws Error with a sentence for the operator when it is not there, or a service runs on it.
 */
export async function openSource(given: string): Promise<Source> {
  if (!existsSync(given)) {
    throw new Error(`There is no database at ${resolve(given)}. Name the file in --from.`);
  }
  const { db, unlock } = await openLockedSqlite(given);
  const readMark = () => {
    const text = getMeta(db, { name: markName });
    return text === null ? null : (JSON.parse(text) as SourceMark);
  };
  return {
    get mark() {
      return readMark();
    },
    canary: getMeta(db, { name: canaryName }),
    putMark(to) {
      const mark = readMark() ?? { id: newId(), to };
      db.run("INSERT OR IGNORE INTO meta VALUES (?, ?)", markName, JSON.stringify(mark));
      return mark;
    },
    removeMark() {
      db.run("DELETE FROM meta WHERE name = ?", markName);
    },
    count(table, after) {
      const sql = `SELECT count(*) AS count ${rowsAfter(table, after)}`;
      return db.get<{ count: number }>(sql, ...(after ?? []))?.count ?? 0;
    },
    rows: (table, after) => readRows(db, table, after),
    firstAlertAt() {
      const sql = "SELECT received_at FROM alerts ORDER BY no LIMIT 1";
      return db.get<{ received_at: number }>(sql)?.received_at ?? null;
    },
    close() {
      db.close();
      unlock();
    },
  };
}

function rowsAfter({ from, where = "true", key }: MovedTable, after: Place): string {
  const marks = key.map(() => "?").join(", ");
  const isAfter = after === null ? "true" : `(${key.join(", ")}) > (${marks})`;
  return `FROM ${from} WHERE ${where} AND ${isAfter}`;
}

function* readRows(db: Database, table: MovedTable, after: Place): Iterable<SourceRow> {
  const { key, columns } = table;
  const parts = [...key, ...Object.values(columns)];
  const rows = db.iterate<Record<string, string | number | null>>(
    `SELECT ${parts.map((part, index) => `${part} AS c${index}`).join(", ")}
     ${rowsAfter(table, after)} ORDER BY ${key.join(", ")}`,
    ...(after ?? []),
  );
  for (const row of rows) {
    const values = Object.values(row);
    yield {
      key: values.slice(0, key.length) as (string | number)[],
      values: values.slice(key.length),
    };
  }
}
