import type { AppliedMigration, MigratedDatabase } from "../migrate.ts";
import type { Queries } from "./database.ts";

const createTable = `CREATE TABLE migrations (
  number integer PRIMARY KEY,
  name text NOT NULL,
  applied_at bigint NOT NULL
)`;

/** Any number that no other program is likely to lock in the same database. */
const lockNumber = 7_262_194_551;

/**
 * Lets one node at a time migrate: others wait here, and then find it done. The lock ends with the
 * transaction.
 */
export async function lockMigrations(db: Queries): Promise<void> {
  await db.run("SELECT pg_advisory_xact_lock($1)", lockNumber);
}

/** A PostgreSQL database, as `migrate` sees it; all of it in the one transaction of `db`. */
export function migratedPostgres(db: Queries): MigratedDatabase {
  return {
    async applied() {
      const row = await db.get<{ is_there: boolean; is_empty: boolean }>(
        `SELECT to_regclass('migrations') IS NOT NULL AS is_there,
           NOT EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p')) AS is_empty`,
      );
      if (row?.is_there === true) {
        return db.all<AppliedMigration>("SELECT number, name FROM migrations ORDER BY number");
      }
      if (row?.is_empty === true) return [];
      throw new Error(
        "The database holds tables of another program. Make a database of its own for Event Sinks and name it in EVENT_SINKS_DATABASE_URL.",
      );
    },
    async apply(migrations) {
      for (const { number, name, sql } of migrations) {
        if (number === 1) await db.run(createTable);
        if (sql.replaceAll(/^--.*$/gm, "").trim() !== "") await db.run(sql);
        await db.run(
          `INSERT INTO migrations (number, name, applied_at)
           VALUES ($1, $2, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)`,
          number,
          name,
        );
      }
    },
  };
}
