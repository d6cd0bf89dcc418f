import { MessageChannel, Worker } from "node:worker_threads";
import { systemClock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { threadLimits } from "../../thread-memory.ts";
import { type Migrated, migrate } from "../migrate.ts";
import { markName, refuseHalfMoved } from "../move/move-mark.ts";
import { createNodeLease, type NodeLease } from "../node-lease.ts";
import type { StoreConnection, WorkerNotice } from "../protocol.ts";
import { openDatabase } from "./database.ts";
import { getMeta } from "./meta.ts";
import { lockMigrations, migratedPostgres } from "./migrated-postgres.ts";
import type { NodeControl, NodeData } from "./node.ts";
import { readPostgresFault } from "./postgres-fault.ts";
import { makePartitions } from "./retention/partitions.ts";

export interface PostgresStoreOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** Where LISTEN goes: `url` unless something else is given; null does without. */
  readonly listenUrl?: string | null;
  /** How often mail is looked for that nothing was heard of. */
  readonly safetyLookMs?: number;
  /** Hears when the store stops being able to write, and when it can again. */
  readonly log?: Pick<Log, "info" | "error">;
  /**
   * Told when the node's thread has ended by a bug: what was not answered was not promised, and a
   * restart recovers. Without it the process ends with that error.
   */
  readonly onCrash?: (error: Error) => void;
}

/** A node of a PostgreSQL store, and connections to it. */
export interface PostgresStore {
  /** Ports for one thread; `attachStore` makes a `Store` of them there. */
  connect(): StoreConnection;
  /** Finishes what was asked for and gives its lanes to other nodes. */
  close(): Promise<void>;
}

/**
 * Brings the schema up to date, one node at a time, and starts a node.
 * Must be closed; until then it keeps the process alive.
 * @throws Error with a sentence for the operator when the database cannot be used.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<PostgresStore> {
  await migratePostgres(options.url);
  const lease = createNodeLease();
  const { worker, ended } = await startNode(options, lease);
  return {
    connect() {
      const toWriter = new MessageChannel();
      const toReader = new MessageChannel();
      const control = { kind: "connect", writer: toWriter.port1, reader: toReader.port1 } as const;
      worker.postMessage(control satisfies NodeControl, [control.writer, control.reader]);
      return { writer: toWriter.port2, reader: toReader.port2, lease };
    },
    async close() {
      worker.postMessage({ kind: "close" } satisfies NodeControl);
      await ended;
    },
  };
}

/**
 * Brings the schema of a database up to date.
 * @param options.isMoveTarget a move into it may be under way; otherwise it must be whole.
 */
export async function migratePostgres(
  url: string,
  { isMoveTarget = false } = {},
): Promise<Migrated> {
  const pool = openDatabase({ url, connectionsMax: 1, prepares: false, isPatient: true });
  try {
    return await pool.transaction(async (db) => {
      await lockMigrations(db);
      const migrated = await migrate(
        migratedPostgres(db),
        new URL("./migrations/", import.meta.url),
      );
      if (!isMoveTarget) refuseHalfMoved(placeOf(url), await getMeta(db, { name: markName }));
      await makePartitions(db, systemClock.now());
      return migrated;
    });
  } catch (error) {
    throw explainPostgres(url, error);
  } finally {
    await pool.close();
  }
}

async function startNode(options: PostgresStoreOptions, lease: NodeLease) {
  const { url, listenUrl = url, safetyLookMs = 1_000, log, onCrash } = options;
  const worker = new Worker(new URL("./node.ts", import.meta.url), {
    name: "store-node",
    resourceLimits: threadLimits,
    workerData: { url, lease, listenUrl, safetyLookMs } satisfies NodeData,
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
    if (notice.kind === "deaf") log?.info({ reason: notice.message }, "store.not_listening");
  });
  if (onCrash !== undefined) worker.on("error", onCrash);
  return { worker, ended };
}

/** A fault of the database as a sentence for the operator; anything else as it is. */
export function explainPostgres(url: string, error: unknown): unknown {
  const fault = readPostgresFault(error);
  if (fault === undefined) return error;
  return new Error(
    `The database at ${placeOf(url)} cannot be used: ${fault}. Check that it runs, and the address, ` +
      "user, password and name in EVENT_SINKS_DATABASE_URL.",
    { cause: error },
  );
}

/** Where a database is, without user and password. */
export function placeOf(url: string): string {
  const { host, pathname, searchParams } = new URL(url);
  return `${searchParams.get("host") ?? host}${pathname}`;
}
