import { attachStore } from "../../src/store/client.ts";
import { migratePostgres, openPostgresStore } from "../../src/store/postgres/store.ts";
import type { Store } from "../../src/store/store.ts";
import type { PostgresServer } from "./postgres-server.ts";

const templates = new WeakMap<PostgresServer, Promise<string>>();
let databaseCount = 0;

/** A migrated database that others are copied from: quicker than to migrate each of them. */
function templateOn(server: PostgresServer): Promise<string> {
  const known = templates.get(server);
  if (known !== undefined) return known;
  const made = createDatabase(server, null).then(async (name) => {
    await migratePostgres(server.urlOf(name));
    return name;
  });
  templates.set(server, made);
  return made;
}

async function createDatabase(server: PostgresServer, template: string | null): Promise<string> {
  databaseCount += 1;
  const name = `event_sinks_${process.pid}_${databaseCount}`;
  await server.run(`CREATE DATABASE ${name}${template === null ? "" : ` TEMPLATE ${template}`}`);
  return name;
}

export interface FreshPostgres {
  /** A connection for the thread that opened it; another one after `reopen`. */
  readonly store: Store;
  readonly url: string;
  reopen(): Promise<Store>;
  close(): Promise<void>;
}

/**
 * An empty database on a server with one node. Close it, or the test process will not end.
 * @param way how the node gets to its database: past nobody, unless a pooler is given.
 */
export async function openFreshPostgres(
  server: PostgresServer,
  way: Pick<PostgresServer, "urlOf"> = server,
): Promise<FreshPostgres> {
  const name = await createDatabase(server, await templateOn(server));
  const url = way.urlOf(name);
  let database = await openPostgresStore({ url });
  let store = attachStore(database.connect());
  const stop = async () => {
    await store.close();
    await database.close();
  };
  return {
    get store() {
      return store;
    },
    url,
    async reopen() {
      await stop();
      database = await openPostgresStore({ url });
      store = attachStore(database.connect());
      return store;
    },
    async close() {
      await stop();
      // A pooler keeps its connections.
      await server.run(`DROP DATABASE ${name}${way === server ? "" : " WITH (FORCE)"}`);
    },
  };
}
