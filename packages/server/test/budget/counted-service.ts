/**
 * The writer, the reader and the engine on one thread, over real message ports, with everything
 * counted that costs the same on any machine: statements, rows, commits, messages.
 */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { systemClock } from "../../src/clock.ts";
import type { EventSink } from "../../src/domain/event-sink.ts";
import { Engine } from "../../src/engine/engine.ts";
import { createEngineMetrics } from "../../src/engine/engine-metrics.ts";
import { createLog } from "../../src/log.ts";
import type { Outbound } from "../../src/outbound/outbound.ts";
import { createSealer } from "../../src/sealer.ts";
import { Secret } from "../../src/secret.ts";
import { attachStore } from "../../src/store/client.ts";
import { migrate } from "../../src/store/migrate.ts";
import type { Reply, StoreConnection } from "../../src/store/protocol.ts";
import { CommitLoop } from "../../src/store/sqlite/commit-loop.ts";
import { type Database, openForWriting } from "../../src/store/sqlite/database.ts";
import { migratedSqlite } from "../../src/store/sqlite/migrated-sqlite.ts";
import { runRead } from "../../src/store/sqlite/operations.ts";
import type { Store } from "../../src/store/store.ts";
import { createCallQueue, type PortClient, sendAnswers } from "../../src/store/worker-ports.ts";
import { noMailer } from "../support/no-mailer.ts";
import { sampleSink } from "../support/store-samples.ts";

export interface Counts {
  /** How often each statement ran. */
  readonly statements: Map<string, number>;
  /** Rows that statements have given back. */
  rows: number;
  messages: number;
}

export interface CountedService {
  readonly db: Database;
  /** As the HTTP thread has it. */
  readonly store: Store;
  readonly counts: Counts;
  addSink(changes?: Partial<EventSink>): Promise<EventSink>;
  /** Starts the engine; its platforms answer 200 at once. */
  startEngine(): Promise<void>;
  /** Resolves when so many deliveries are delivered. */
  delivered(count: number): Promise<void>;
  /** From here on it is counted anew. */
  reset(): void;
  stop(): Promise<void>;
}

const answersAtOnce: Outbound = {
  send: async () => ({
    kind: "response",
    status: 200,
    headers: {},
    body: "",
    isBodyCut: false,
    durationMs: 1,
  }),
  close: async () => {},
};

export async function startCountedService(): Promise<CountedService> {
  const folder = mkdtempSync(join(tmpdir(), "event-sinks-budget-"));
  const counts: Counts = { statements: new Map(), rows: 0, messages: 0 };
  const db = countDatabase(openForWriting(join(folder, "event-sinks.db")), counts);
  await migrate(migratedSqlite(db), new URL("../../src/store/sqlite/migrations/", import.meta.url));
  const { connect, stop } = startThreads(db, counts);
  const store = attachStore(connect());
  const engineStore = attachStore(connect());
  const sealer = createSealer(new Secret(Buffer.alloc(32, 7).toString("base64")));
  const engine = new Engine({
    store: engineStore,
    outbound: answersAtOnce,
    mailer: noMailer,
    refreshToken: async () => null,
    sealer,
    vendors: { slackApi: "http://127.0.0.1:9/api/", pagerduty: "http://127.0.0.1:9" },
    clock: systemClock,
    log: createLog({ level: "silent" }),
    metrics: createEngineMetrics(),
    random: () => 0.5,
  });
  return {
    db,
    store,
    counts,
    async addSink(changes) {
      const eventSink = sampleSink({ sealedSecrets: null, ...changes });
      await store.createEventSink({ eventSink, createsTenant: true });
      return eventSink;
    },
    startEngine: () => engine.start(),
    async delivered(count) {
      const isThere = () =>
        db.get<{ count: number }>("SELECT count FROM delivery_counts WHERE state = 'delivered'");
      while ((isThere()?.count ?? 0) < count)
        await new Promise((resolve) => setTimeout(resolve, 5));
      counts.statements.delete("SELECT count FROM delivery_counts WHERE state = 'delivered'");
    },
    reset() {
      counts.statements.clear();
      counts.rows = 0;
      counts.messages = 0;
    },
    async stop() {
      await engine.stop(0);
      await engineStore.close();
      await store.close();
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What `writer.ts` and `reader.ts` do on threads of their own. */
function startThreads(db: Database, counts: Counts) {
  const closed = Promise.withResolvers<void>();
  const writes = createCallQueue(
    () => loop.schedule(),
    (client) => loop.forget(client),
  );
  const loop = new CommitLoop({
    db,
    queue: writes,
    soon: (turn) => void setImmediate(turn),
    later: (run, delayMs) => void setTimeout(run, delayMs).unref(),
    tell() {},
    onClosed: () => closed.resolve(),
  });
  const reads = createCallQueue(
    () => setImmediate(answerReads),
    () => {},
  );
  function answerReads(): void {
    const answers = reads.calls.splice(0).map(({ id, name, input, client }) => {
      const reply: Reply = { id, kind: "ok", value: runRead(db, name, input) };
      return [client, reply] as const satisfies readonly [PortClient, Reply];
    });
    if (answers.length > 0) sendAnswers(answers);
  }
  return {
    connect(): StoreConnection {
      const [toWriter, toReader] = [new MessageChannel(), new MessageChannel()];
      for (const { port1, port2 } of [toWriter, toReader]) {
        countMessages(port1, counts);
        countMessages(port2, counts);
      }
      writes.connect(toWriter.port1);
      reads.connect(toReader.port1);
      return { writer: toWriter.port2, reader: toReader.port2 };
    },
    async stop() {
      loop.close();
      await closed.promise;
    },
  };
}

function countMessages(port: MessagePort, counts: Counts): void {
  const post = port.postMessage.bind(port);
  port.postMessage = (message: unknown) => {
    counts.messages += 1;
    post(message);
  };
}

function countDatabase(db: Database, counts: Counts): Database {
  const note = (sql: string, rows: number) => {
    counts.statements.set(sql, (counts.statements.get(sql) ?? 0) + 1);
    counts.rows += rows;
  };
  return {
    ...db,
    get: <Row>(sql: string, ...values: Parameters<Database["run"]>[1][]) => {
      const row = db.get<Row>(sql, ...values);
      note(sql, row === undefined ? 0 : 1);
      return row;
    },
    all: <Row>(sql: string, ...values: Parameters<Database["run"]>[1][]) => {
      const rows = db.all<Row>(sql, ...values);
      note(sql, rows.length);
      return rows;
    },
    run: (sql, ...values) => {
      note(sql, 0);
      return db.run(sql, ...values);
    },
  };
}

/** Fails when a statement that ran since `reset` scans a table or sorts. */
export function assertPlans(service: CountedService): void {
  for (const sql of service.counts.statements.keys()) assertPlan(service, sql);
}

export function assertPlan({ db }: CountedService, sql: string): void {
  if (/^(BEGIN|COMMIT|ROLLBACK|PRAGMA)/.test(sql)) return;
  const values = Array.from({ length: sql.split("?").length - 1 }, () => 1);
  const plan = db.connection
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all(...values.slice(0, parametersOf(sql)));
  for (const { detail } of plan) {
    const step = String(detail);
    assert.ok(
      !/^SCAN (?!CONSTANT ROW)/.test(step) && !step.includes("TEMP B-TREE"),
      `${step}: ${sql}`,
    );
  }
}

/** Numbered parameters may stand in several places. */
function parametersOf(sql: string): number {
  const numbers = new Set(sql.match(/\?\d+/g));
  return numbers.size + (sql.match(/\?(?!\d)/g)?.length ?? 0);
}
