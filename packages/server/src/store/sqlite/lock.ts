import { DatabaseSync } from "node:sqlite";
import { readSqliteFault } from "./sqlite-fault.ts";

/** A database that this process has for itself. */
export interface DatabaseLock {
  /** What was last remembered; empty at the first start. */
  readonly marks: readonly number[];
  /** Keeps these marks instead (`wal-mark.ts`); they are on disk when it returns. */
  remember(marks: readonly number[]): void;
  unlock(): void;
}

/**
 * Keeps every other process off a database: holds a write lock on a small SQLite file beside
 * it. The operating system lets go of it when the process ends, however it ends, so no stale
 * lock is ever left; and the database itself stays free for backups.
 * @throws Error with a sentence for the operator when another one holds it.
 */
export function lockDatabase(path: string): DatabaseLock {
  const lock = new DatabaseSync(lockPathOf(path));
  try {
    // So the lock outlives the transaction that takes it.
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT");
    return {
      marks: readMarks(lock),
      remember: (marks) => writeMarks(lock, marks),
      unlock: () => lock.close(),
    };
  } catch (error) {
    lock.close();
    if (readSqliteFault(error) !== "another program holds the database") throw error;
    throw new Error(
      `The database ${path} is in use by another Event Sinks. Stop that one first, ` +
        "or give this one a database of its own (EVENT_SINKS_DATABASE_URL).",
    );
  }
}

/** The marks beside a database that nobody has open; null when somebody has, or there are none. */
export function peekAtMarks(path: string): readonly number[] | null {
  let lock: DatabaseSync | null = null;
  try {
    lock = new DatabaseSync(lockPathOf(path), { readOnly: true });
    return readMarks(lock);
  } catch {
    return null;
  } finally {
    lock?.close();
  }
}

function lockPathOf(path: string): string {
  return `${path}.lock`;
}

function readMarks(lock: DatabaseSync): number[] {
  const table = lock.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'marks'").get();
  if (table === undefined) return [];
  const rows = lock.prepare("SELECT mark FROM marks").all();
  return rows.map(({ mark }) => Number(mark));
}

function writeMarks(lock: DatabaseSync, marks: readonly number[]): void {
  lock.exec("BEGIN");
  try {
    lock.exec("CREATE TABLE IF NOT EXISTS marks (mark INTEGER NOT NULL) STRICT");
    lock.exec("DELETE FROM marks");
    const insert = lock.prepare("INSERT INTO marks (mark) VALUES (?)");
    for (const mark of marks) insert.run(mark);
    lock.exec("COMMIT");
  } catch (error) {
    if (lock.isTransaction) lock.exec("ROLLBACK");
    throw error;
  }
}
