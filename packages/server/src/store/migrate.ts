import { readdirSync, readFileSync } from "node:fs";

export interface Migration {
  /** 1, 2, 3, … without gaps. */
  readonly number: number;
  /** The file's name without number and ending, e.g. `initial`. */
  readonly name: string;
  readonly sql: string;
}

export interface AppliedMigration {
  readonly number: number;
  readonly name: string;
}

/** What a database has to offer to be migrated. */
export interface MigratedDatabase {
  /** In order; empty for a new database. */
  applied(): AppliedMigration[] | Promise<AppliedMigration[]>;
  /** Runs the steps in order and records them, each with its step in one transaction or all in one. */
  apply(migrations: readonly Migration[]): void | Promise<void>;
}

export interface Migrated {
  /** What the database has now. */
  readonly schema: number;
  /** How many steps were run. */
  readonly ran: number;
}

/**
 * Brings a database to the schema this version knows. Forward only: there is no way back,
 * so a database that is ahead is refused before anything is touched.
 * @param folder holds `000001_<what>.sql` and so on; PostgreSQL's has the same numbers and names.
 * @throws Error with a sentence for the operator when the database is not one of ours or is newer.
 */
export async function migrate(database: MigratedDatabase, folder: URL): Promise<Migrated> {
  const migrations = readMigrations(folder);
  const applied = await database.applied();
  for (const [index, { number, name }] of applied.entries()) {
    const known = migrations[index];
    if (known === undefined) {
      throw new Error(
        `The database has schema ${applied.length} ("${applied.at(-1)?.name}"), but this version of ` +
          `Event Sinks knows schemas up to ${migrations.length}. Start the newer version again, ` +
          "or restore a backup made before the upgrade.",
      );
    }
    if (known.number !== number || known.name !== name) {
      throw new Error(
        `The database says its schema step ${number} is "${name}", but here it is "${known.name}". ` +
          "It was made by another edition of Event Sinks; use the one that made it.",
      );
    }
  }
  const missing = migrations.slice(applied.length);
  if (missing.length > 0) await database.apply(missing);
  return { schema: migrations.length, ran: missing.length };
}

/** Reads a folder of migrations, in order. Throws when a number is missing or taken twice. */
export function readMigrations(folder: URL): Migration[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".sql"))
    .sort();
  return files.map((file, index) => {
    const [, digits, name] = /^(\d{6})_([a-z0-9_]+)\.sql$/.exec(file) ?? [];
    if (digits === undefined || name === undefined || Number(digits) !== index + 1) {
      throw new Error(`Migration ${file} should be number ${index + 1}, as 000001_<what>.sql.`);
    }
    return { number: index + 1, name, sql: readFileSync(new URL(file, folder), "utf8") };
  });
}
