import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attachStore } from "../../src/store/client.ts";
import { openSqliteStore, type SqliteStore } from "../../src/store/sqlite/store.ts";
import type { Store } from "../../src/store/store.ts";

export interface FreshStore {
  /** A connection for the thread that opened it; another one after `reopen`. */
  readonly store: Store;
  readonly database: SqliteStore;
  /** The database file, alone in a folder of its own. */
  readonly path: string;
  /** One more connection, as another thread would have; close it before the store. */
  connect(): Store;
  /** Closes the store and opens it again on the same data, as a restart does. */
  reopen(): Promise<Store>;
  /** Closes the store and removes the folder. */
  close(): Promise<void>;
}

/** An empty SQLite store in a temporary folder. Close it, or the test process will not end. */
export async function openFreshStore(): Promise<FreshStore> {
  const folder = mkdtempSync(join(tmpdir(), "event-sinks-"));
  const path = join(folder, "event-sinks.db");
  let database = await openSqliteStore({ path });
  let store = attachStore(database.connect());
  const stop = async () => {
    await store.close();
    await database.close();
  };
  return {
    get store() {
      return store;
    },
    get database() {
      return database;
    },
    path,
    connect: () => attachStore(database.connect()),
    async reopen() {
      await stop();
      database = await openSqliteStore({ path });
      store = attachStore(database.connect());
      return store;
    },
    async close() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
