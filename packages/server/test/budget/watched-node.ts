/**
 * A node of the PostgreSQL store on this thread: what `node.ts` does on one of its own, without its
 * timers, so that nothing is sent but what a test asks for. Every statement is shown to the test.
 */

import { MessageChannel } from "node:worker_threads";
import { newId } from "../../src/ids.ts";
import { attachStore } from "../../src/store/client.ts";
import {
  type Database,
  openDatabase,
  type Queries,
  type SqlValue,
} from "../../src/store/postgres/database.ts";
import { NodeLoop } from "../../src/store/postgres/node-loop.ts";
import { join, leave } from "../../src/store/postgres/nodes/membership.ts";
import { runRead } from "../../src/store/postgres/operations.ts";
import { migratePostgres } from "../../src/store/postgres/store.ts";
import type { ClientMessage } from "../../src/store/protocol.ts";
import type { Store } from "../../src/store/store.ts";
import { createCallQueue, type PortClient, sendAnswers } from "../../src/store/worker-ports.ts";
import type { PostgresServer } from "../support/postgres-server.ts";

/** A statement that is about to be sent. */
export interface Asked {
  readonly sql: string;
  readonly values: readonly SqlValue[];
  /** What it will run on. */
  readonly on: Queries;
  /** Whether it is part of a transaction, and so on one connection with what came before. */
  readonly isInTransaction: boolean;
}

/** Hears of a statement before it is sent; it waits for the answer. */
export type Watch = (asked: Asked) => Promise<void> | void;

export interface WatchedNode {
  readonly store: Store;
  readonly url: string;
  readonly loop: NodeLoop;
  /** What it asks, shown to the test too. */
  readonly db: Queries;
  /** How often the database was waited for, `BEGIN` and `COMMIT` included. */
  roundTripCount(): number;
  close(): Promise<void>;
}

let databaseCount = 0;

/** On an empty database of its own. Close it, or the test process will not end. */
export async function startWatchedNode(server: PostgresServer, watch: Watch): Promise<WatchedNode> {
  databaseCount += 1;
  const name = `event_sinks_watched_${process.pid}_${databaseCount}`;
  await server.run(`CREATE DATABASE ${name}`);
  const url = server.urlOf(name);
  await migratePostgres(url);
  const pool = openDatabase({ url, connectionsMax: 3 });
  const watched = watchDatabase(pool, watch);
  const closed = Promise.withResolvers<void>();
  const queue = createCallQueue(
    () => loop.schedule(),
    (client) => loop.forget(client),
  );
  const loop = new NodeLoop({
    pool: watched,
    queue,
    id: newId(),
    tell() {},
    wake() {},
    onClosed: () => closed.resolve(),
  });
  await join(pool, loop.state.id);
  // There is no timer here that would renew it.
  await pool.run("UPDATE nodes SET leased_until = 'infinity' WHERE id = $1", loop.state.id);
  const [toWriter, toReader] = [new MessageChannel(), new MessageChannel()];
  queue.connect(toWriter.port1);
  const reader: PortClient = { port: toReader.port1, offersPerLane: null };
  toReader.port1.on("message", async (message: ClientMessage) => {
    if (message.kind !== "calls") return;
    for (const { id, name, input } of message.calls) {
      const value = await runRead(watched, name, input);
      sendAnswers([[reader, { id, kind: "ok", value }]]);
    }
  });
  const store = attachStore({ writer: toWriter.port2, reader: toReader.port2 });
  return {
    store,
    url,
    loop,
    db: watched,
    roundTripCount: () => pool.statementCount,
    async close() {
      await store.close();
      loop.close();
      await closed.promise;
      await leave(pool, loop.state.id);
      await pool.close();
      await server.run(`DROP DATABASE ${name}`);
    },
  };
}

function watchDatabase(db: Database, watch: Watch): Database {
  const watchQueries = (on: Queries, isInTransaction: boolean): Queries => {
    const ask = (sql: string, values: readonly SqlValue[]) =>
      watch({ sql, values, on, isInTransaction });
    return {
      async all<Row>(sql: string, ...values: readonly SqlValue[]) {
        await ask(sql, values);
        return on.all<Row>(sql, ...values);
      },
      async get<Row>(sql: string, ...values: readonly SqlValue[]) {
        await ask(sql, values);
        return on.get<Row>(sql, ...values);
      },
      async run(sql, ...values) {
        await ask(sql, values);
        return on.run(sql, ...values);
      },
    };
  };
  return {
    ...watchQueries(db, false),
    get statementCount() {
      return db.statementCount;
    },
    transaction: (run) => db.transaction((queries) => run(watchQueries(queries, true))),
    close: () => db.close(),
  };
}
