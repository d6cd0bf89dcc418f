import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { openFreshStore } from "../../../test/support/fresh-store.ts";
import {
  accept,
  claim,
  eventually,
  listen,
  newAlert,
  settlementOf,
  startAt,
  storedSink,
} from "../../../test/support/store-samples.ts";
import { attachStore } from "../client.ts";
import { StoreUnavailable } from "../store.ts";
import { openSqliteStore } from "./store.ts";

const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);

/** Stores alerts one after another and says each uid once the store has answered. */
const writeForever = `
  import { openSqliteStore } from ${url("./store.ts")};
  import { attachStore } from ${url("../client.ts")};
  import { newAlert, storedSink } from ${url("../../../test/support/store-samples.ts")};
  const database = await openSqliteStore({ path: process.argv[2] });
  const store = attachStore(database.connect());
  const sink = await storedSink(store);
  const write = async () => {
    for (;;) {
      const added = newAlert([sink]);
      await store.acceptAlerts({ alerts: [added], now: 1 });
      process.stdout.write(added.alert.uid + "\\n");
    }
  };
  await Promise.all([write(), write(), write()]);
`;

/** Runs `script` until it has answered `count` times more, then kills it without warning. */
async function writeAndKill(script: string, path: string, count: number): Promise<string[]> {
  const child = spawn(process.execPath, [script, path], { stdio: ["ignore", "pipe", "inherit"] });
  const answered: string[] = [];
  const closed = once(child, "close");
  for await (const line of createInterface({ input: child.stdout })) {
    answered.push(line);
    if (answered.length !== count) continue;
    await assert.rejects(openSqliteStore({ path }), /in use by another/);
    child.kill("SIGKILL");
  }
  await closed;
  assert.ok(answered.length >= count, "the child ended by itself");
  return answered;
}

test("what was answered survives kill -9, and the lock does not", { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "event-sinks-"));
  const path = join(folder, "event-sinks.db");
  const script = join(folder, "write-forever.mjs");
  writeFileSync(script, writeForever);
  try {
    const answered = await writeAndKill(script, path, 200);
    answered.push(...(await writeAndKill(script, path, 200)));
    const database = await openSqliteStore({ path });
    const store = attachStore(database.connect());
    for (const id of answered) {
      const found = await store.getAlert({ tenantId: "acme", id });
      assert.equal(found?.deliveries[0]?.state, "pending", `${id} was answered and is lost`);
    }
    assert.ok((await store.countDeliveries({})).pending >= answered.length);
    assert.equal((await store.listLanes({})).length, 2);
    await store.close();
    await database.close();
    const db = new DatabaseSync(path);
    assert.deepEqual({ ...db.prepare("PRAGMA integrity_check").get() }, { integrity_check: "ok" });
    db.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a full disk is told as StoreUnavailable, keeps nothing half, and passes", {
  timeout: 60_000,
}, async () => {
  const { store, database, close } = await openFreshStore();
  try {
    const { offered, events } = listen(store, 5);
    const sink = await storedSink(store);
    await accept(store, sink, { dedupKey: "first" });
    await eventually(() => offered().length === 1);
    const [leased] = offered();
    assert.ok(leased);
    const eventCount = events.length;

    await database.limitPages(2);
    const body = JSON.stringify({ name: "big", filler: "x".repeat(100_000) });
    const big = newAlert([sink], { id: "big", body });
    const small = newAlert([sink], { id: "small" });
    const answers = await Promise.allSettled([
      store.acceptAlerts({ alerts: [small], now: startAt }),
      store.settle({ settlements: [settlementOf(leased)] }),
      store.acceptAlerts({ alerts: [big], now: startAt }),
    ]);
    for (const answer of answers) {
      assert.ok(answer.status === "rejected" && answer.reason instanceof StoreUnavailable);
      assert.match(answer.reason.message, /disk is full.*try again/);
    }
    assert.equal((await store.countDeliveries({})).pending, 1);
    assert.equal(await store.getAlert({ tenantId: null, id: small.alert.uid }), null);
    assert.equal(events.length, eventCount, "nothing was stored, so nothing may be told");

    await database.limitPages(null);
    const settled = await store.settle({ settlements: [settlementOf(leased)] });
    assert.deepEqual(settled, ["settled"], "the lease must still be held");
    const results = await store.acceptAlerts({ alerts: [small, big], now: startAt });
    assert.deepEqual(
      results.map(({ kind }) => kind),
      ["accepted", "accepted"],
    );
    await eventually(() => offered().length === 3);
    assert.deepEqual((await claim(store, sink)).deliveries, []);
    assert.deepEqual(await store.countDeliveries({}), {
      pending: 2,
      delivered: 1,
      failed: 0,
      superseded: 0,
      canceled: 0,
    });
  } finally {
    await close();
  }
});

test("another program that holds the database makes it unavailable, not wrong", {
  timeout: 60_000,
}, async () => {
  const { store, path, close } = await openFreshStore();
  const other = new DatabaseSync(path);
  try {
    const sink = await storedSink(store);
    other.exec("BEGIN IMMEDIATE");
    await assert.rejects(accept(store, sink), { name: "StoreUnavailable", message: /another/ });
    other.exec("ROLLBACK");
    await accept(store, sink);
    assert.equal((await claim(store, sink)).deliveries.length, 1);
  } finally {
    other.close();
    await close();
  }
});

test("a thread that ends hands back what it held", { timeout: 60_000 }, async () => {
  const { store, database, close } = await openFreshStore();
  try {
    const sink = await storedSink(store);
    await accept(store, sink);
    const { due } = listen(store, 0);
    const connection = database.connect();
    const holder = new Worker(
      `import { workerData, parentPort } from "node:worker_threads";
       import { attachStore } from ${url("../client.ts")};
       const { connection, lane } = workerData;
       const claimed = await attachStore(connection).claim({ lanes: [lane], now: ${startAt} });
       parentPort.postMessage(claimed[0].deliveries.length);`,
      {
        eval: true,
        workerData: {
          connection,
          lane: { tenantId: "acme", eventSinkId: sink.id, limit: 5 },
        },
        transferList: [connection.writer, connection.reader],
      },
    );
    assert.deepEqual(await once(holder, "message"), [1]);
    assert.equal((await claim(store, sink)).deliveries.length, 0);
    await holder.terminate();
    await eventually(() => due().length === 1);
    assert.equal((await claim(store, sink)).deliveries.length, 1);
  } finally {
    await close();
  }
});
