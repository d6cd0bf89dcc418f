import assert from "node:assert/strict";
import { after, type TestContext, test } from "node:test";
import { openFreshPostgres } from "../../../../test/support/fresh-postgres.ts";
import { startPostgres } from "../../../../test/support/postgres-server.ts";
import { startAt } from "../../../../test/support/store-samples.ts";
import { attachStore } from "../../client.ts";
import type { KeptPace } from "../../pace-operations.ts";
import { openDatabase } from "../database.ts";
import { openPostgresStore } from "../store.ts";

const server = await startPostgres();
after(() => server.close());

const minuteMs = 60_000;
const stepMs = 60 * minuteMs;

/** Two nodes; what they are given counts in steps of an hour, so that it does not matter how long a test takes. */
async function openTwo(t: TestContext) {
  const first = await openFreshPostgres(server);
  const second = await openPostgresStore({ url: first.url });
  const other = attachStore(second.connect());
  const db = openDatabase({ url: first.url, connectionsMax: 1 });
  t.after(async () => {
    await db.close();
    await other.close();
    await second.close();
    await first.close();
  });
  return { stores: [first.store, other] as const, store: first.store, db };
}

const pace = (key: string, burst = 1): KeptPace => ({ key, burst, stepMs });

/** In steps, as long as it is close to a whole number of them. */
function steps(ms: number | undefined): number {
  const whole = Math.round((ms ?? 0) / stepMs);
  assert.ok(Math.abs((ms ?? 0) - whole * stepMs) < 10 * minuteMs, `${ms} ms`);
  return whole;
}

test("turns follow each other, whichever nodes they are given to", async (t) => {
  const { stores } = await openTwo(t);
  const given: number[] = [];
  for (let turn = 0; turn < 6; turn += 1) {
    const [ms] = (await stores[turn % 2]?.reserveTurns({ paces: [pace("a")] })) ?? [];
    given.push(steps(ms));
  }
  assert.deepEqual(given, [0, 1, 2, 3, 4, 5]);
  const atOnce = await Promise.all(
    Array.from({ length: 10 }, (_, turn) => {
      const paces = turn % 3 === 0 ? [pace("b"), pace("c")] : [pace("c"), pace("b")];
      return (stores[turn % 2] ?? assert.fail()).reserveTurns({ paces });
    }),
  );
  const sorted = atOnce
    .flat()
    .map(steps)
    .sort((a, b) => a - b);
  assert.deepEqual(
    sorted,
    Array.from({ length: 20 }, (_, turn) => Math.floor(turn / 2)),
  );
});

test("a burst goes out at once, and after a platform has asked for quiet one at a time", async (t) => {
  const {
    stores: [a, b],
  } = await openTwo(t);
  const next = async (store: typeof a, key: string) => {
    return steps((await store.reserveTurns({ paces: [pace(key, 3)] }))[0]);
  };
  const given = [];
  for (const store of [a, b, a, b, a]) given.push(await next(store, "burst"));
  assert.deepEqual(given, [0, 0, 0, 1, 2]);
  await a.holdPace({ pace: pace("quiet", 3), forMs: 5 * stepMs });
  assert.deepEqual([await next(b, "quiet"), await next(a, "quiet")], [5, 6]);
  await a.holdPace({ pace: pace("quiet", 3), forMs: 0 });
  assert.equal(await next(b, "quiet"), 7, "nothing is taken back");
});

test("a pace that has been full for long is forgotten by the next pass", async (t) => {
  const { store, db } = await openTwo(t);
  await store.reserveTurns({ paces: [pace("old"), pace("new")] });
  await db.run("UPDATE paces SET free_at = free_at - interval '1 day' WHERE key = $1", "old");
  const pass = { now: startAt, retentionMs: stepMs, auditRetentionMs: stepMs };
  for (let after: string | null = null; ; ) {
    after = (await store.pruneOld({ ...pass, after })).next;
    if (after === null) break;
  }
  assert.deepEqual(await db.all("SELECT key FROM paces"), [{ key: "new" }]);
});
