import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { type FreshPostgres, openFreshPostgres } from "../../../test/support/fresh-postgres.ts";
import { startPostgres } from "../../../test/support/postgres-server.ts";
import {
  accept,
  claim,
  claimOne,
  eventually,
  listen,
  newAlert,
  readDelivery,
  settlementOf,
  startAt,
  storedSink,
} from "../../../test/support/store-samples.ts";
import { StoreUnavailable } from "../store.ts";

const server = await startPostgres();
after(() => server.close());

const nameOf = ({ url }: FreshPostgres) => new URL(url).pathname.slice(1);

/** Cuts all connections to a database and lets none in, as if its server were gone. */
async function cut(opened: FreshPostgres): Promise<void> {
  await server.run(`ALTER DATABASE ${nameOf(opened)} ALLOW_CONNECTIONS false`);
  await server.run(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${nameOf(opened)}'`,
  );
}

const mend = (opened: FreshPostgres) =>
  server.run(`ALTER DATABASE ${nameOf(opened)} ALLOW_CONNECTIONS true`);

function onFreshPostgres(name: string, run: (opened: FreshPostgres) => Promise<void>): void {
  test(name, { timeout: 60_000 }, async () => {
    const opened = await openFreshPostgres(server);
    try {
      await run(opened);
    } finally {
      await mend(opened);
      await opened.close();
    }
  });
}

describe("a node whose database is gone", () => {
  onFreshPostgres("says so, keeps what is leased, and goes on when it is back", async (opened) => {
    const { store } = opened;
    const sink = await storedSink(store);
    const { deliveryId } = await accept(store, sink);
    const leased = await claimOne(store, sink);
    await cut(opened);
    const alerts = [newAlert([sink])];
    await assert.rejects(store.acceptAlerts({ alerts, now: startAt }), StoreUnavailable);
    await assert.rejects(store.getTenant({ id: "acme" }), StoreUnavailable);
    await assert.rejects(store.settle({ settlements: [settlementOf(leased)] }), StoreUnavailable);
    await mend(opened);
    const [again] = await store.acceptAlerts({ alerts, now: startAt });
    assert.equal(again?.kind, "accepted");
    const { deliveries } = await claim(store, sink);
    assert.deepEqual(
      deliveries.map(({ id }) => id),
      alerts[0]?.deliveries.map(({ id }) => id),
      "what is leased is not leased again",
    );
    assert.deepEqual(await store.settle({ settlements: [settlementOf(leased)] }), ["settled"]);
    assert.equal((await readDelivery(store, deliveryId)).state, "delivered");
  });

  onFreshPostgres(
    "loses and repeats nothing when connections break all the time",
    async (opened) => {
      const { store } = opened;
      const sink = await storedSink(store);
      const heard = listen(store, 1_000);
      let isOver = false;
      const breaking = (async () => {
        while (!isOver) {
          await server.run(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${nameOf(opened)}'`,
          );
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      })();
      const accepted = new Set<string>();
      for (let round = 0; round < 150; round += 1) {
        const alert = newAlert([sink], { id: `alert ${round}` });
        for (let isTaken = false; !isTaken; ) {
          try {
            const [result] = await store.acceptAlerts({ alerts: [alert], now: startAt });
            assert.ok(result?.kind === "accepted" || result?.kind === "duplicate");
            for (const { id } of result.deliveries) accepted.add(id);
            isTaken = true;
          } catch (error) {
            assert.ok(error instanceof StoreUnavailable);
          }
        }
      }
      isOver = true;
      await breaking;
      assert.equal(accepted.size, 150);
      const found = new Set<string>();
      await eventually(async () => {
        const claimed = (await claim(store, sink)).deliveries;
        for (const { id } of [...heard.offered(), ...claimed]) found.add(id);
        return found.size === 150;
      });
      assert.deepEqual(found, accepted);
      assert.equal((await store.countDeliveries({})).pending, 150);
    },
  );
});
