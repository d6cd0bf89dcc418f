import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { openFreshPostgres } from "../../../test/support/fresh-postgres.ts";
import { startPostgres } from "../../../test/support/postgres-server.ts";
import {
  accept,
  claim,
  claimOne,
  deliveriesOf,
  eventually,
  listen,
  newAlert,
  pause,
  readDelivery,
  settlementOf,
  startAt,
  storedSink,
} from "../../../test/support/store-samples.ts";
import { attachStore } from "../client.ts";
import { type LeasedDelivery, type Store, StoreUnavailable } from "../store.ts";
import { type Database, openDatabase } from "./database.ts";
import { openPostgresStore, type PostgresStoreOptions } from "./store.ts";

const server = await startPostgres();
after(() => server.close());

interface TwoNodes {
  readonly a: Store;
  readonly b: Store;
  stopA(): Promise<void>;
  /** As if A had not renewed its lease for long. */
  expireA(): Promise<void>;
  /** Lanes of each node that has any. */
  countLanes(): Promise<number[]>;
  readonly db: Database;
  readonly url: string;
}

function onTwoNodes(
  name: string,
  run: (nodes: TwoNodes) => Promise<void>,
  optionsOfA: Partial<PostgresStoreOptions> = {},
): void {
  test(name, { timeout: 60_000 }, async () => {
    const first = await openFreshPostgres(server);
    const second = await openPostgresStore({ url: first.url, ...optionsOfA });
    const a = attachStore(second.connect());
    let isStopped = false;
    const stopA = async () => {
      if (isStopped) return;
      isStopped = true;
      await a.close();
      await second.close();
    };
    const db = openDatabase({ url: first.url, connectionsMax: 1 });
    const expireA = async () => {
      await db.run(
        `UPDATE nodes SET leased_until = clock_timestamp() - interval '1 s'
         WHERE id = (SELECT node_id FROM lanes LIMIT 1)`,
      );
    };
    const countLanes = async () => {
      const sql = "SELECT count(*) AS count FROM lanes GROUP BY node_id";
      return (await db.all<{ count: number }>(sql)).map(({ count }) => count);
    };
    try {
      await run({ a, b: first.store, stopA, expireA, countLanes, db, url: first.url });
    } finally {
      await db.close();
      await stopA();
      await first.close();
    }
  });
}

/** A sink whose lane is node A's. */
async function sinkOfA({ a }: TwoNodes) {
  const sink = await storedSink(a);
  await claim(a, sink);
  return sink;
}

const tail = ({ id }: { readonly id: string }) => id.slice(-8);

describe("two nodes on one database", () => {
  onTwoNodes("what one takes in for the other's lane the other delivers", async (nodes) => {
    const { a, b } = nodes;
    const sink = await sinkOfA(nodes);
    const [atA, atB] = [listen(a, 5), listen(b, 5)];
    const { deliveryId } = await accept(b, sink);
    await eventually(() => atA.due().length > 0);
    assert.deepEqual((await claim(b, sink)).deliveries, [], "it is not B's");
    const leased = await claimOne(a, sink);
    assert.equal(leased.id, deliveryId);
    assert.deepEqual(await a.settle({ settlements: [settlementOf(leased)] }), ["settled"]);
    assert.deepEqual(atB.offered(), []);
    assert.equal((await readDelivery(b, deliveryId)).state, "delivered");
    assert.equal((await b.countDeliveries({})).delivered, 1);
  });

  const toldOfMail = async (nodes: TwoNodes) => {
    const sink = await sinkOfA(nodes);
    const heard = listen(nodes.a, 0);
    const { deliveryId } = await accept(nodes.b, sink);
    await eventually(() => heard.due().length > 0);
    assert.equal((await claimOne(nodes.a, sink)).id, deliveryId);
  };
  onTwoNodes("one that hears notifications need not look for mail", toldOfMail, {
    safetyLookMs: 3_600_000,
  });
  onTwoNodes("one that hears none finds its mail by looking", toldOfMail, { listenUrl: null });

  const toldAfterALoss = async (nodes: TwoNodes) => {
    await nodes.db.run(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'event-sinks listen'`,
    );
    await toldOfMail(nodes);
  };
  onTwoNodes("one whose listening connection is lost finds its mail by looking", toldAfterALoss);

  onTwoNodes("a resolve taken in by one waits for the other's trigger", async (nodes) => {
    const { a, b } = nodes;
    const sink = await sinkOfA(nodes);
    await accept(a, sink, { dedupKey: "k" });
    const trigger = await claimOne(a, sink);
    const heard = listen(a, 0);
    const { deliveryId } = await accept(b, sink, { dedupKey: "k", action: "resolve" });
    assert.equal((await readDelivery(b, deliveryId)).dueAt, null);
    await eventually(() => heard.resolves().length === 1);
    assert.deepEqual((await claim(a, sink)).deliveries, []);
    await a.settle({ settlements: [settlementOf(trigger)] });
    assert.equal((await claimOne(a, sink)).id, deliveryId);
  });

  onTwoNodes("a resolve that raced with the settle it waits for goes out", async (nodes) => {
    const { a, b } = nodes;
    const sink = await sinkOfA(nodes);
    for (let round = 0; round < 20; round += 1) {
      const dedupKey = `k${round}`;
      await accept(a, sink, { dedupKey });
      const trigger = await claimOne(a, sink);
      const heard = listen(a, 0);
      await Promise.all([
        a.settle({ settlements: [settlementOf(trigger)] }),
        accept(b, sink, { dedupKey, action: "resolve" }),
      ]);
      await eventually(() => heard.due().length > 0);
      await a.settle({ settlements: [settlementOf(await claimOne(a, sink))] });
    }
  });

  onTwoNodes("a trigger nobody holds is superseded by the other node's resolve", async (nodes) => {
    const { a, b } = nodes;
    const sink = await sinkOfA(nodes);
    const trigger = await accept(a, sink, { dedupKey: "k" });
    const resolve = newAlert([sink], { dedupKey: "k", action: "resolve" });
    const deliveries = resolve.deliveries.map((one) => ({ ...one, supersedes: true }));
    await b.acceptAlerts({ alerts: [{ ...resolve, deliveries }], now: startAt });
    await eventually(
      async () => (await readDelivery(b, trigger.deliveryId)).state === "superseded",
    );
    assert.equal((await claimOne(a, sink)).id, deliveries[0]?.id);
  });

  onTwoNodes("an id sent to both at once is taken once", async ({ a, b }) => {
    const sink = await storedSink(a);
    const send = async (store: Store) => {
      const alerts = [newAlert([sink], { id: "same" })];
      const [result] = await store.acceptAlerts({ alerts, now: startAt });
      return result;
    };
    const results = await Promise.all([a, b, a, b, a, b].map(send));
    assert.equal(results.filter((result) => result?.kind === "accepted").length, 1);
    const ids = results.map((result) => deliveriesOf(result)[0]?.id);
    assert.equal(new Set(ids).size, 1, "and all are told of the same delivery");
  });

  onTwoNodes("a change by one is heard by the other", async (nodes) => {
    const { a, b } = nodes;
    const sink = await sinkOfA(nodes);
    await accept(a, sink);
    const heard = listen(a, 0);
    await pause(b, sink, startAt);
    await eventually(() => heard.changed().length === 1);
    assert.deepEqual((await claim(a, sink)).deliveries, []);
    await pause(b, sink, null);
    await eventually(() => heard.due().length === 1);
    const leased = await claimOne(a, sink);
    await b.deleteEventSink({ tenantId: null, id: sink.id, now: startAt, ifVersion: null });
    await eventually(() => heard.changed().some(({ isDeleted }) => isDeleted));
    assert.deepEqual(await a.settle({ settlements: [settlementOf(leased)] }), ["settled"]);
  });

  onTwoNodes("lanes are shared out, and none is in two hands", async (nodes) => {
    const { a, b, countLanes } = nodes;
    const sinks = await Promise.all(Array.from({ length: 12 }, () => sinkOfA(nodes)));
    for (const sink of sinks) await accept(a, sink);
    const [first] = sinks.toSorted((one, other) => (tail(one) < tail(other) ? -1 : 1));
    const held = await claimOne(a, first ?? assert.fail());
    const untilAHas = (most: number) =>
      eventually(async () => Math.max(...(await countLanes())) === most);
    // The first to leave stays while one of its deliveries is in A's hands.
    await untilAHas(8);
    const heardOf = new Set<string>([held.id]);
    for (const store of [a, b]) {
      for (const sink of sinks) {
        for (const { id } of (await claim(store, sink)).deliveries) {
          assert.ok(!heardOf.has(id), "leased twice");
          heardOf.add(id);
        }
      }
    }
    assert.equal(heardOf.size, 12);
    assert.deepEqual(await a.settle({ settlements: [settlementOf(held)] }), ["settled"]);
    await untilAHas(7);
  });

  onTwoNodes("after a fault the database says whose a lane is", async ({ a, b, db, url }) => {
    const [ofA, ofB] = [await storedSink(a), await storedSink(b)];
    for (const [store, sink] of [
      [a, ofA],
      [b, ofB],
    ] as const) {
      await claim(store, sink);
      await accept(store, sink);
    }
    // As if each had given its lane to the other, and the answer to that commit had been lost.
    await db.run(
      "UPDATE lanes l SET node_id = (SELECT o.node_id FROM lanes o WHERE o.node_id <> l.node_id)",
    );
    const name = new URL(url).pathname.slice(1);
    await server.run(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await server.run(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
    );
    for (const store of [a, b]) await assert.rejects(storedSink(store), StoreUnavailable);
    await server.run(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    assert.deepEqual((await claim(a, ofA)).deliveries, []);
    assert.deepEqual((await claim(b, ofB)).deliveries, []);
    assert.equal((await claim(a, ofB)).deliveries.length, 1);
    assert.equal((await claim(b, ofA)).deliveries.length, 1);
  });

  onTwoNodes("the lanes of one that stops go to the other", async (nodes) => {
    const sink = await sinkOfA(nodes);
    const { deliveryId } = await accept(nodes.a, sink);
    await claimOne(nodes.a, sink);
    const heard = listen(nodes.b, 0);
    await nodes.stopA();
    await eventually(() => heard.due().length > 0);
    assert.equal((await claimOne(nodes.b, sink)).id, deliveryId);
  });

  onTwoNodes("one that has lost its lease settles nothing a second time", async (nodes) => {
    const { a, b, expireA } = nodes;
    const sink = await sinkOfA(nodes);
    const { deliveryId } = await accept(a, sink);
    const old = await claimOne(a, sink);
    let taken: readonly LeasedDelivery[] = [];
    // A looks after its lease now and then, and takes its lanes back when nobody has them.
    await eventually(async () => {
      await expireA();
      taken = (await claim(b, sink)).deliveries;
      return taken.length > 0;
    });
    const [leased] = taken;
    assert.ok(leased?.id === deliveryId);
    assert.deepEqual(await b.settle({ settlements: [settlementOf(leased)] }), ["settled"]);
    assert.deepEqual(await a.settle({ settlements: [settlementOf(old)] }), ["stale"]);
    assert.equal((await b.countDeliveries({})).delivered, 1);
  });

  onTwoNodes("one that lost its lease while nobody took its lanes goes on", async (nodes) => {
    const { a, expireA } = nodes;
    const sink = await sinkOfA(nodes);
    await accept(a, sink);
    const leased = await claimOne(a, sink);
    await expireA();
    assert.deepEqual(await a.settle({ settlements: [settlementOf(leased)] }), ["settled"]);
  });
});
