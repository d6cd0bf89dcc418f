import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openFreshPostgres } from "../../../test/support/fresh-postgres.ts";
import { poolerVersion, startPooler } from "../../../test/support/pooler.ts";
import { startPostgres } from "../../../test/support/postgres-server.ts";
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
import { openPostgresStore } from "./store.ts";

const noPooler = poolerVersion === undefined && "PgBouncer is not installed here";

describe(`two nodes behind PgBouncer ${poolerVersion} in transaction mode`, () => {
  test("share lanes, hear of each other, and settle once", {
    skip: noPooler,
    timeout: 60_000,
  }, async (t) => {
    const server = await startPostgres();
    const pooler = await startPooler(server);
    t.after(async () => {
      await pooler.close();
      await server.close();
    });
    const first = await openFreshPostgres(server, pooler);
    const said: unknown[] = [];
    const log = { info: (...line: unknown[]) => said.push(line), error: () => {} };
    const second = await openPostgresStore({ url: first.url, log }).catch(async (error) => {
      await first.close();
      throw error;
    });
    const [a, b] = [attachStore(second.connect()), first.store];
    try {
      const sink = await storedSink(a);
      await claim(a, sink);
      const heard = listen(a, 0);
      const ids = await Promise.all(
        Array.from({ length: 30 }, async () => (await accept(b, sink)).deliveryId),
      );
      await eventually(() => heard.due().length > 0);
      const { deliveries } = await claim(a, sink);
      assert.deepEqual(deliveries.map(({ id }) => id).sort(), ids.sort());
      const settlements = deliveries.map((delivery) => settlementOf(delivery));
      const results = await a.settle({ settlements });
      assert.ok(results.every((result) => result === "settled"));
      // Statements of many shapes at once, on whichever connections there are.
      await Promise.all([
        ...Array.from({ length: 50 }, () => b.getTenant({ id: "acme" })),
        ...Array.from({ length: 10 }, () =>
          b.acceptAlerts({ alerts: [newAlert([sink])], now: startAt }),
        ),
      ]);
      assert.equal((await b.countDeliveries({})).pending, 10);
      assert.deepEqual(said, [[{ reason: "a pooler stands between" }, "store.not_listening"]]);
    } finally {
      await a.close();
      await second.close();
      await first.close();
    }
  });
});
