import { resolve } from "node:path";
import type { Log } from "../log.ts";
import type { Secret } from "../secret.ts";
import type { DatabaseLocation } from "../setting-readers.ts";
import type { StoreConnection } from "./protocol.ts";
import { openSqliteStore } from "./sqlite/store.ts";

export interface OpenedStore {
  /** Ports for one thread; `attachStore` makes a `Store` of them there. */
  connect(): StoreConnection;
  close(): Promise<void>;
}

/** Opens the store that the settings name, and makes it when it is not there. */
export async function openStore(
  location: DatabaseLocation,
  {
    listenUrl,
    ...options
  }: {
    /** Where LISTEN goes on PostgreSQL, if not where the rest goes. */
    readonly listenUrl?: Secret | null;
    readonly log?: Log;
    readonly onCrash?: (error: Error) => void;
  },
): Promise<OpenedStore> {
  if (location.kind === "sqlite") {
    return openSqliteStore({ path: resolve(location.path), ...options });
  }
  // Loaded only where it is used, for the sake of memory.
  const { openPostgresStore } = await import("./postgres/store.ts");
  const url = location.url.reveal();
  return openPostgresStore({ url, listenUrl: listenUrl?.reveal() ?? url, ...options });
}
