/**
 * A copy of the database while the service runs on it.
 *
 * `VACUUM INTO` reads one snapshot (in WAL mode a reader holds up no writer, nor is it held up), so
 * the copy is of one moment: what was answered before it began is in it, whole. The other way,
 * SQLite's page-wise backup, starts again whenever the service commits, and copies free pages too.
 *
 * The copy is made under a name of its own, read through, and on disk for good before it gets the
 * name that was asked for: whatever has that name is a whole backup.
 */

import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { readSqliteFault } from "./sqlite-fault.ts";
import { peekAtForeignWal } from "./wal-mark.ts";

export type BackupResult =
  | { readonly ok: true; readonly path: string; readonly bytes: number }
  /** Sentences that say what is wrong and what to do. */
  | { readonly ok: false; readonly problem: string };

/**
 * @param from the database file in use.
 * @param to where the copy goes, readable by its owner only.
 * @param mayReplace whether a file that is there gives way.
 */
export function backUpSqlite(from: string, to: string, mayReplace: boolean): BackupResult {
  const problem = findProblem(from, to, mayReplace);
  if (problem !== null) return { ok: false, problem };
  const path = join(realpathSync(dirname(resolve(to))), basename(to));
  const draft = `${path}.${crypto.randomUUID().slice(0, 8)}.part`;
  try {
    closeSync(openSync(draft, "wx", 0o600));
    copy(from, draft);
    unmark(draft);
    check(draft);
    sync(draft);
    publish(draft, path, mayReplace);
    sync(dirname(path));
    return { ok: true, path, bytes: statSync(path).size };
  } catch (error) {
    return { ok: false, problem: explain(error, path) };
  } finally {
    rmSync(draft, { force: true });
  }
}

function findProblem(from: string, to: string, mayReplace: boolean): string | null {
  if (!existsSync(from)) {
    return `There is no database at ${from}. Say which one is meant in EVENT_SINKS_DATABASE_URL.`;
  }
  const foreignWal = peekAtForeignWal(from);
  if (foreignWal !== null) return foreignWal;
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(to) || to === "-") {
    return `A backup goes to a file, not to "${to}": name a file, and copy it from there.`;
  }
  const folder = dirname(resolve(to));
  if (!existsSync(folder)) return `There is no folder ${folder}. Make it first.`;
  const path = join(realpathSync(folder), basename(to));
  if (basename(to) === "" || statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    return `${to} is a folder. Name a file in it.`;
  }
  const own = ["", "-wal", "-shm", ".lock"].map((ending) => realpathSync(from) + ending);
  if (own.includes(existsSync(path) ? realpathSync(path) : path)) {
    return `${to} belongs to the database itself. Name another file, best on another disk.`;
  }
  if (existsSync(path) && !mayReplace) {
    return `${to} is there already. Name another file, or add --force to replace it.`;
  }
  return null;
}

function copy(from: string, draft: string): void {
  const db = new DatabaseSync(from, { readOnly: true, timeout: 10_000 });
  try {
    const tables = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'migrations'").all();
    if (tables.length === 0) throw new Error(`${from} is no database of Event Sinks.`);
    const needed = count(db, "page_size") * (count(db, "page_count") - count(db, "freelist_count"));
    const { bavail, bsize } = statfsSync(dirname(draft));
    if (bavail * bsize < needed) {
      throw new Error(
        `The backup needs about ${mebibytes(needed)}, but the disk of ${dirname(draft)} has only ` +
          `${mebibytes(bavail * bsize)} left. Make room, or name a file on another disk.`,
      );
    }
    db.prepare("VACUUM INTO ?").run(draft);
  } finally {
    db.close();
  }
}

function count(db: DatabaseSync, pragma: string): number {
  return Number(Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
}

/** It must not pass for the database it was made of, whose WAL may still be there when it is restored. */
function unmark(draft: string): void {
  const db = new DatabaseSync(draft);
  try {
    db.exec("PRAGMA user_version = 0");
  } finally {
    db.close();
  }
}

/** A backup that was never read is only a hope. */
function check(draft: string): void {
  const db = new DatabaseSync(draft, { readOnly: true });
  try {
    const found = db.prepare("PRAGMA quick_check(1)").get();
    const said = String(found?.["quick_check"]);
    if (said !== "ok") {
      throw new Error(
        `The copy is damaged (${said}), so the database is too. Restore an earlier backup.`,
      );
    }
  } finally {
    db.close();
  }
}

function sync(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A link fails where a file is; renaming would replace one that has come meanwhile. */
function publish(draft: string, path: string, mayReplace: boolean): void {
  if (mayReplace) {
    renameSync(draft, path);
    return;
  }
  try {
    linkSync(draft, path);
  } catch (error) {
    const isWithoutLinks = ["EPERM", "ENOTSUP", "ENOSYS"].includes(codeOf(error));
    if (!isWithoutLinks || existsSync(path)) throw error;
    renameSync(draft, path);
  }
}

function explain(error: unknown, path: string): string {
  const fault = readSqliteFault(error);
  if (fault !== undefined) return `The database cannot be copied to ${path}: ${fault}.`;
  if (!(error instanceof Error) || codeOf(error) === "") return messageOf(error);
  return `${path} cannot be written (${codeOf(error)}). Name a file that this user may write.`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "syscall" in error && "code" in error ? String(error.code) : "";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function mebibytes(bytes: number): string {
  return `${Math.max(1, Math.round(bytes / 1024 / 1024))} MiB`;
}
