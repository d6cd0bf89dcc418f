import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attachSqliteStore } from "../../src/store/sqlite/client.ts";
import { openSqliteStore, type SqliteStore } from "../../src/store/sqlite/store.ts";
import type { Store } from "../../src/store/store.ts";

export interface FreshStore {
  /** A connection for the thread that opened it. */
  readonly store: Store;
  readonly database: SqliteStore;
  /** The database file, alone in a folder of its own. */
  readonly path: string;
  /** Closes the store and removes the folder. */
  close(): Promise<void>;
}

/** An empty SQLite store in a temporary folder. Close it, or the test process will not end. */
export async function openFreshStore(): Promise<FreshStore> {
  const folder = mkdtempSync(join(tmpdir(), "event-sinks-"));
  const path = join(folder, "event-sinks.db");
  const database = await openSqliteStore({ path });
  const store = attachSqliteStore(database.connect());
  return {
    store,
    database,
    path,
    async close() {
      await store.close();
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
