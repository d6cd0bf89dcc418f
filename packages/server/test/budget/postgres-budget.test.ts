/**
 * Budgets: what an alert asks of PostgreSQL, in counts that are the same on every machine. They are
 * the base of docs/scale.md; whoever raises one says why, and brings that page along.
 */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Store } from "../../src/store/store.ts";
import { runOnce, startPostgres } from "../support/postgres-server.ts";
import { listen, newAlert, settlementOf, startAt, storedSink } from "../support/store-samples.ts";
import { startWatchedNode } from "./watched-node.ts";

const server = await startPostgres();
after(() => server.close());

/** Of an alert with a body of 1 kB, from its intake to its settled delivery at one sink. */
interface Share {
  readonly statements: number;
  readonly roundTrips: number;
  readonly walBytes: number;
  /** What stays in tables and in their indexes until the retention takes it. */
  readonly keptTableBytes: number;
  readonly keptIndexBytes: number;
}

const warmUpCount = 200;
const body = JSON.stringify({ name: "Root login", query_text: "x".repeat(980) });

interface Load {
  readonly batchSize: number;
  readonly alertCount: number;
  /** Each with a sink of its own; alerts come for them in turn. */
  readonly tenantCount: number;
}

async function measure({ batchSize, alertCount, tenantCount }: Load): Promise<Share> {
  let statementCount = 0;
  const node = await startWatchedNode(server, () => {
    statementCount += 1;
  });
  const { store } = node;
  const { offered } = listen(store, batchSize);
  const sinks = await Promise.all(
    Array.from({ length: tenantCount }, (_, n) => storedSink(store, { tenantId: `tenant-${n}` })),
  );
  const deliver = async (count: number, mark: string) => {
    for (let first = 0; first < count; first += batchSize) {
      const alerts = Array.from({ length: batchSize }, (_, n) => {
        const index = (first + n) % tenantCount;
        return newAlert(sinks.slice(index, index + 1), { id: `${mark}-${first + n}`, body });
      });
      await acceptAndSettle(store, alerts, offered);
    }
  };
  await deliver(warmUpCount, "first");
  statementCount = 0;
  const tripsBefore = node.roundTripCount();
  const [walBefore, keptBefore] = [await walPosition(node.url), await keptBytes(node.url)];
  await deliver(alertCount, "alert");
  const walBytes = (await walPosition(node.url)) - walBefore;
  const roundTrips = node.roundTripCount() - tripsBefore;
  const kept = await keptBytes(node.url);
  await node.close();
  const each = (total: number) => total / alertCount;
  return {
    statements: each(statementCount),
    roundTrips: each(roundTrips),
    walBytes: each(walBytes),
    keptTableBytes: each(kept.ofTables - keptBefore.ofTables),
    keptIndexBytes: each(kept.ofIndexes - keptBefore.ofIndexes),
  };
}

async function acceptAndSettle(
  store: Store,
  alerts: readonly ReturnType<typeof newAlert>[],
  offered: ReturnType<typeof listen>["offered"],
): Promise<void> {
  const before = offered().length;
  await store.acceptAlerts({ alerts, now: startAt });
  // What was offered is told with the answer, a moment later.
  await new Promise(setImmediate);
  const leased = offered().slice(before);
  assert.equal(leased.length, alerts.length);
  const results = await store.settle({ settlements: leased.map((one) => settlementOf(one)) });
  assert.ok(results.every((result) => result === "settled"));
}

async function walPosition(url: string): Promise<number> {
  const sql = "SELECT (pg_current_wal_insert_lsn() - '0/0')::float8 AS position";
  return Number((await runOnce(url, sql)).rows[0]?.position);
}

/** The queue is not among them: its rows go when deliveries end. */
async function keptBytes(url: string): Promise<{ ofTables: number; ofIndexes: number }> {
  const { rows } = await runOnce(
    url,
    `SELECT sum(pg_table_size(oid))::float8 AS tables, sum(pg_indexes_size(oid))::float8 AS indexes
     FROM pg_class WHERE relkind = 'r' AND relname ~ '^(alerts|alert_ids|deliveries|attempts)'`,
  );
  return { ofTables: Number(rows[0]?.tables), ofIndexes: Number(rows[0]?.indexes) };
}

function assertShare(share: Share, budget: Share): void {
  for (const [name, most] of Object.entries(budget) as [keyof Share, number][]) {
    assert.ok(share[name] <= most, `${share[name]} ${name} for each alert, ${most} allowed`);
  }
}

test("an alert that comes and is settled alone costs eleven statements in fifteen round trips", async (t) => {
  const share = await measure({ batchSize: 1, alertCount: 400, tenantCount: 10 });
  t.diagnostic(JSON.stringify(share));
  // Two transactions, each with its begin and its commit. Of the WAL a quarter is their ends and counts.
  assertShare(share, {
    ...{ statements: 11, roundTrips: 15, walBytes: 6_000 },
    ...{ keptTableBytes: 2_500, keptIndexBytes: 1_000 },
  });
});

test("a hundred alerts that come and are settled together cost no more statements than one", async (t) => {
  const share = await measure({ batchSize: 100, alertCount: 4_000, tenantCount: 10 });
  t.diagnostic(JSON.stringify(share));
  assertShare(share, {
    ...{ statements: 0.11, roundTrips: 0.15, walBytes: 4_500 },
    ...{ keptTableBytes: 2_500, keptIndexBytes: 1_000 },
  });
});

test("alerts that all are for other tenants cost the same statements, and what they count", async (t) => {
  const share = await measure({ batchSize: 100, alertCount: 2_000, tenantCount: 100 });
  t.diagnostic(JSON.stringify(share));
  assertShare(share, {
    ...{ statements: 0.11, roundTrips: 0.15, walBytes: 7_000 },
    ...{ keptTableBytes: 2_500, keptIndexBytes: 1_000 },
  });
});
