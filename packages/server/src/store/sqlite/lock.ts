import { DatabaseSync } from "node:sqlite";
import { readSqliteFault } from "./sqlite-fault.ts";

/**
 * Keeps every other process off a database: holds a write lock on an empty SQLite file beside
 * it. The operating system lets go of it when the process ends, however it ends, so no stale
 * lock is ever left; and the database itself stays free for backups.
 * @returns what gives the lock back.
 * @throws Error with a sentence for the operator when another one holds it.
 */
export function lockDatabase(path: string): () => void {
  const lock = new DatabaseSync(`${path}.lock`);
  try {
    lock.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (readSqliteFault(error) !== "another program holds the database") throw error;
    throw new Error(
      `The database ${path} is in use by another Event Sinks. Stop that one first, ` +
        "or give this one a database of its own (EVENT_SINKS_DATABASE_URL).",
    );
  }
  return () => lock.close();
}
