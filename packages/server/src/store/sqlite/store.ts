import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { MessageChannel, Worker } from "node:worker_threads";
import { makeDurableFolder } from "../../durable-folder.ts";
import type { Log } from "../../log.ts";
import { threadLimits } from "../../thread-memory.ts";
import { type Migrated, migrate } from "../migrate.ts";
import { markName, refuseMoved } from "../move/move-mark.ts";
import type { ControlMessage, StoreConnection, WorkerNotice } from "../protocol.ts";
import { type Database, openForWriting } from "./database.ts";
import { lockDatabase } from "./lock.ts";
import { getMeta } from "./meta.ts";
import { migratedSqlite } from "./migrated-sqlite.ts";
import { readSqliteFault } from "./sqlite-fault.ts";
import { adoptDatabase, findForeignWal, markDatabase } from "./wal-mark.ts";

export interface SqliteStoreOptions {
  /** The database file; made, with its folder, when it is not there. */
  readonly path: string;
  /** Hears when the store stops being able to write, and when it can again. */
  readonly log?: Pick<Log, "info" | "error">;
  /**
   * Told when one of the threads has ended by a bug: what was not answered was not promised, and a
   * restart recovers. Without it the process ends with that error.
   */
  readonly onCrash?: (error: Error) => void;
}

/** An open database: the threads behind it, and connections to them. */
export interface SqliteStore {
  /** Ports for one thread; `attachStore` makes a `Store` of them there. */
  connect(): StoreConnection;
  /** Finishes what was asked for, copies the WAL into the file, and gives the lock back. */
  close(): Promise<void>;
  /** Plays a full disk, for tests: this many pages more and no others; null lifts it. */
  limitPages(pagesMax: number | null): Promise<void>;
}

/**
 * Opens the database, brings its schema up to date and starts the writer and the reader.
 * Must be closed; until then it keeps the process alive.
 * @throws Error with a sentence for the operator when the file cannot be used.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  const { path, db, unlock } = await openLockedSqlite(options.path);
  try {
    try {
      refuseMoved(path, getMeta(db, { name: markName }));
    } finally {
      db.close();
    }
    const [writer, reader] = await Promise.all([
      startWorker("writer", path, options),
      startWorker("reader", path, options),
    ]);
    return {
      connect() {
        const toWriter = new MessageChannel();
        const toReader = new MessageChannel();
        connectWorker(writer, toWriter);
        connectWorker(reader, toReader);
        return { writer: toWriter.port2, reader: toReader.port2 };
      },
      async close() {
        // The writer last: the last connection to close removes the WAL.
        await stopWorker(reader);
        await stopWorker(writer);
        unlock();
      },
      async limitPages(pagesMax) {
        const limited = new Promise((resolve) => writer.worker.once("message", resolve));
        writer.worker.postMessage({ kind: "limit_pages", pagesMax } satisfies ControlMessage);
        await limited;
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** One spelling for one file, so that two names of it cannot be locked twice. */
function resolveDatabasePath(given: string): string {
  const path = resolve(given);
  try {
    makeDurableFolder(dirname(path));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The folder ${dirname(path)} for the database cannot be made (${reason}). Make it and ` +
        "let this user write there, or choose another one (EVENT_SINKS_DATABASE_URL).",
    );
  }
  try {
    return realpathSync(path);
  } catch {
    return join(realpathSync(dirname(path)), basename(path));
  }
}

export interface LockedSqlite {
  readonly path: string;
  /** Its only connection. To be closed before the lock is given back. */
  readonly db: Database;
  readonly migrated: Migrated;
  unlock(): void;
}

/**
 * Locks a database, which is made when it is not there, and brings its schema up to date.
 *
 * Begins with what a killed process left in the WAL: written, maybe never synced. From here on the
 * service answers by it ("I have that alert"), so it is put on disk first, or the start is refused;
 * closing a database would do the same and tell nobody when it fails.
 * @throws Error with a sentence for the operator when the file cannot be used.
 */
export async function openLockedSqlite(given: string): Promise<LockedSqlite> {
  const path = resolveDatabasePath(given);
  const lock = explain(path, () => lockDatabase(path));
  let db: Database | undefined;
  try {
    const problem = findForeignWal(path, lock.marks);
    if (problem !== null) throw new Error(problem);
    adoptDatabase(path, lock);
    db = openForWriting(path);
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    const migrated = await migrate(migratedSqlite(db), new URL("./migrations/", import.meta.url));
    markDatabase(path, db, lock);
    return { path, db, migrated, unlock: lock.unlock };
  } catch (error) {
    db?.close();
    lock.unlock();
    throw explained(path, error);
  }
}

function explain<T>(path: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw explained(path, error);
  }
}

function explained(path: string, error: unknown): unknown {
  const fault = readSqliteFault(error);
  if (fault === undefined) return error;
  return new Error(
    `The database ${path} cannot be opened: ${fault}. Check the file, its folder and the space ` +
      "left; if the file is damaged, restore a backup or move it away to start with an empty one.",
    { cause: error },
  );
}

const workerUrls = {
  writer: new URL("./writer.ts", import.meta.url),
  reader: new URL("./reader.ts", import.meta.url),
};

interface RunningWorker {
  readonly worker: Worker;
  /** Resolves when the thread is gone, whyever. */
  readonly ended: Promise<void>;
}

async function startWorker(
  name: "writer" | "reader",
  path: string,
  { log, onCrash }: SqliteStoreOptions,
): Promise<RunningWorker> {
  const worker = new Worker(workerUrls[name], {
    name: `store-${name}`,
    resourceLimits: threadLimits,
    workerData: { path },
  });
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", () => {
      worker.off("error", reject);
      resolve();
    });
  });
  worker.on("message", (notice: WorkerNotice) => {
    if (notice.kind === "unavailable") log?.error({ reason: notice.message }, "store.unavailable");
    if (notice.kind === "available") log?.info({}, "store.available");
  });
  if (onCrash !== undefined) worker.on("error", onCrash);
  return { worker, ended };
}

function connectWorker({ worker }: RunningWorker, { port1 }: MessageChannel): void {
  const message: ControlMessage = { kind: "connect", port: port1 };
  worker.postMessage(message, [port1]);
}

async function stopWorker({ worker, ended }: RunningWorker): Promise<void> {
  worker.postMessage({ kind: "close" } satisfies ControlMessage);
  await ended;
}
