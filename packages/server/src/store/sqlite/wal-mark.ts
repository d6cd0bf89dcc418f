/**
 * Tells a WAL that was left behind by another database.
 *
 * A WAL does not say whose it is. Where a backup takes the place of a database whose process was killed,
 * and the old WAL stays beside it, SQLite mixes the two and tells nobody. So each start marks the
 * database: a number in the header of the file itself (`user_version`), and the same beside it, in the
 * lock file. A WAL is opened only with a database that has the mark of the start that wrote it.
 *
 * The new mark is remembered before it is set, together with the old one, and the old one is forgotten when
 * the new one has got from the WAL into the file: a kill at any moment leaves a pair that fits. Backups
 * have no mark (`backup.ts`). Where nothing is remembered, after an upgrade or in a new folder, nothing is refused.
 */

import { randomInt } from "node:crypto";
import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import type { Database } from "./database.ts";
import { type DatabaseLock, peekAtMarks } from "./lock.ts";
import { readSqliteFault } from "./sqlite-fault.ts";

/** The header of a WAL: without a page after it nothing is mixed. */
const walHeaderBytes = 32;
/** Of `user_version`, in the header of a database (sqlite.org/fileformat2.html, 1.3). */
const markOffset = 60;

/** @returns a sentence for the operator when the WAL beside a database is another's; null when all is well. */
export function findForeignWal(path: string, marks: readonly number[]): string | null {
  const wal = statSync(`${path}-wal`, { throwIfNoEntry: false });
  if (wal === undefined || wal.size <= walHeaderBytes || marks.length === 0) return null;
  if (marks.includes(readMark(path))) return null;
  return (
    `${path}-wal was not written by the database that is there now: ${path} was replaced or moved while a WAL was ` +
    `left. Together they would be damaged. If a backup was restored, move ${path}-wal and ${path}-shm away; ` +
    "else put the database back that belongs to them."
  );
}

/** The same, for whoever has not locked the database; null also while a service has it open. */
export function peekAtForeignWal(path: string): string | null {
  return findForeignWal(path, peekAtMarks(path) ?? []);
}

/**
 * Remembers a database that has taken the place of another with no WAL beside it, a restored backup: before
 * anything is written, so that the WAL of a start that is killed half way fits it.
 */
export function adoptDatabase(path: string, lock: DatabaseLock): void {
  if (lock.marks.length === 0) return;
  const mark = readMark(path);
  if (lock.marks.includes(mark)) return;
  try {
    lock.remember([mark]);
  } catch (error) {
    if (readSqliteFault(error) === undefined) throw error;
  }
}

/** Marks a database that was just opened, as this start's. */
export function markDatabase(path: string, db: Database, lock: DatabaseLock): void {
  const mark = randomInt(1, 2 ** 31 - 1);
  try {
    lock.remember([mark, readMark(path)]);
    db.exec(`PRAGMA user_version = ${mark}`);
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    // Somebody who reads, such as a backup, may hold up the checkpoint.
    if (readMark(path) === mark) lock.remember([mark]);
  } catch (error) {
    // A full disk must not keep the service from starting: what is remembered still fits.
    if (readSqliteFault(error) === undefined) throw error;
  }
}

/** As the file itself has it, whatever stands in the WAL. */
function readMark(path: string): number {
  const bytes = Buffer.alloc(4);
  if (!existsSync(path)) return 0;
  const file = openSync(path, "r");
  try {
    readSync(file, bytes, 0, bytes.length, markOffset);
  } finally {
    closeSync(file);
  }
  return bytes.readInt32BE();
}
