/** A database of the first schema with real data in it, for upgrades. */

import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { readMigrations } from "../../src/store/migrate.ts";
import { openForWriting } from "../../src/store/sqlite/database.ts";
import { migratedSqlite } from "../../src/store/sqlite/migrated-sqlite.ts";

const migrations = new URL("../../src/store/sqlite/migrations/", import.meta.url);

/**
 * Copies a stopped service's folder and takes its database back to the first schema: what the service
 * wrote, less the tables and columns that have come since.
 */
export function takeBack(from: string, to: string): void {
  cpSync(from, to, { recursive: true });
  const path = join(to, "data/event-sinks.db");
  for (const ending of ["", "-wal", "-shm"]) rmSync(path + ending, { force: true });
  const [first] = readMigrations(migrations);
  if (first === undefined) throw new Error("no migrations");
  const db = openForWriting(path);
  void migratedSqlite(db).apply([first]);
  db.run("ATTACH ? AS later", join(from, "data/event-sinks.db"));
  db.exec("BEGIN; DELETE FROM delivery_counts");
  for (const table of tablesOf(db.connection)) {
    const columns = columnsOf(db.connection, table).join(", ");
    db.exec(`INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM later.${table}`);
  }
  db.exec("COMMIT; DETACH later");
  db.close();
}

function tablesOf(db: DatabaseSync): string[] {
  const rows = db.prepare(
    "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT IN ('migrations', 'sqlite_sequence')",
  );
  return rows.all().map(({ name }) => String(name));
}

function columnsOf(db: DatabaseSync, table: string): string[] {
  const rows = db.prepare("SELECT name FROM pragma_table_info(?)").all(table);
  return rows.map(({ name }) => String(name));
}
