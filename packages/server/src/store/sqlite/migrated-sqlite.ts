import type { AppliedMigration, MigratedDatabase, Migration } from "../migrate.ts";
import type { Database } from "./database.ts";

const createTable = `CREATE TABLE migrations (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  applied_at INTEGER NOT NULL
) STRICT`;

/** A SQLite database, as `migrate` sees it. */
export function migratedSqlite(db: Database): MigratedDatabase {
  return {
    applied() {
      const tables = db.all<{ name: string }>(
        "SELECT name FROM sqlite_schema WHERE type = 'table'",
      );
      if (tables.length === 0) return [];
      if (!tables.some(({ name }) => name === "migrations")) {
        throw new Error(
          `The file ${db.connection.location()} is a database of another program. ` +
            "Choose another file (EVENT_SINKS_DATABASE_URL).",
        );
      }
      return db.all<AppliedMigration>("SELECT number, name FROM migrations ORDER BY number");
    },
    apply(migrations) {
      // All at once in a new database, for the sake of its fsyncs; one by one in a full one, for the size of its WAL.
      const isNew = migrations[0]?.number === 1;
      for (const steps of isNew ? [migrations] : migrations.map((step) => [step])) {
        applyTogether(db, steps);
      }
    },
  };
}

function applyTogether(db: Database, migrations: readonly Migration[]): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    for (const { number, name, sql } of migrations) {
      if (number === 1) db.exec(createTable);
      db.exec(sql);
      db.run(
        "INSERT INTO migrations (number, name, applied_at) VALUES (?, ?, unixepoch() * 1000)",
        number,
        name,
      );
    }
    db.exec("COMMIT");
  } catch (error) {
    if (db.connection.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
