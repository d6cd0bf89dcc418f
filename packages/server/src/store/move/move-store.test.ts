/** Also: whoever adds a column to a store is told here that a move has to take it along. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, describe, type TestContext, test } from "node:test";
import { fillStore, readEverything } from "../../../test/support/full-store.ts";
import { startPostgres } from "../../../test/support/postgres-server.ts";
import { claim, newAlert, startAt, storedSink } from "../../../test/support/store-samples.ts";
import { attachStore } from "../client.ts";
import { openDatabase } from "../postgres/database.ts";
import { openPostgresStore } from "../postgres/store.ts";
import { openSqliteStore } from "../sqlite/store.ts";
import type { Store } from "../store.ts";
import { cancelMove, type MoveProgress, moveStore } from "./move-store.ts";
import { movedTables } from "./moved-tables.ts";

const server = await startPostgres();
after(() => server.close());
let databaseCount = 0;

interface Databases {
  readonly from: string;
  readonly to: string;
  /** Runs on the source as a service would. */
  onSource<T>(run: (store: Store) => Promise<T>): Promise<T>;
  /** Runs on the target as a node would. */
  onTarget<T>(run: (store: Store) => Promise<T>): Promise<T>;
  /** Runs SQL on the target. */
  sql(text: string): Promise<Record<string, unknown>[]>;
  move(onProgress?: (progress: MoveProgress) => void): ReturnType<typeof moveStore>;
}

async function makeDatabases(t: TestContext): Promise<Databases> {
  const folder = mkdtempSync(join(tmpdir(), "event-sinks-move-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  databaseCount += 1;
  const name = `moved_${databaseCount}`;
  await server.run(`CREATE DATABASE ${name}`);
  const from = join(folder, "event-sinks.db");
  const to = server.urlOf(name);
  const on = async <T>(
    database: { connect(): Parameters<typeof attachStore>[0]; close(): Promise<void> },
    run: (store: Store) => Promise<T>,
  ) => {
    const store = attachStore(database.connect());
    try {
      return await run(store);
    } finally {
      await store.close();
      await database.close();
    }
  };
  return {
    from,
    to,
    onSource: async (run) => on(await openSqliteStore({ path: from }), run),
    onTarget: async (run) => on(await openPostgresStore({ url: to }), run),
    async sql(text) {
      const db = openDatabase({ url: to, connectionsMax: 1 });
      try {
        return await db.all(text);
      } finally {
        await db.close();
      }
    },
    move: (onProgress = () => {}) => moveStore({ from, to, onProgress, checkCanary: () => {} }),
  };
}

function onDatabases(name: string, run: (databases: Databases) => Promise<void>): void {
  test(name, { timeout: 60_000 }, async (t) => run(await makeDatabases(t)));
}

describe("moving from SQLite to PostgreSQL", () => {
  onDatabases("takes everything over, so that both answer alike", async (databases) => {
    const before = await databases.onSource(async (store) => {
      await fillStore(store);
      return readEverything(store);
    });
    assert.equal(await databases.move(), "moved");
    const now = await databases.onTarget(readEverything);
    for (const [what, answers] of Object.entries(before)) {
      assert.deepEqual(now[what], answers, what);
    }
    assert.equal(await databases.move(), "was_moved_before");
  });

  onDatabases("what numbers itself goes on after what was brought", async (databases) => {
    await databases.onSource(fillStore);
    await databases.move();
    await databases.onTarget(async (store) => {
      const sink = await storedSink(store, { tenantId: "later" });
      await store.acceptAlerts({ alerts: [newAlert([sink])], now: startAt });
      assert.equal((await claim(store, sink)).deliveries.length, 1);
      const { items } = await store.listTenants({ after: null, limit: 100 });
      assert.equal(items.at(-1)?.id, "later");
    });
    const [row] = await databases.sql(
      "SELECT count(*) = count(DISTINCT seq) AS is_unique FROM deliveries",
    );
    assert.deepEqual(row, { is_unique: true });
  });

  onDatabases("goes on where it was, wherever it was broken off", async (databases) => {
    await databases.onSource(async (store) => {
      const sink = await fillStore(store);
      for (let turn = 0; turn < 4; turn += 1) {
        const alerts = Array.from({ length: 400 }, () => newAlert([sink]));
        await store.acceptAlerts({ alerts, now: startAt });
      }
    });
    let turns = 0;
    for (let isMoved = false; !isMoved; turns += 1) {
      let told = 0;
      const seen = new Set<string>();
      try {
        await databases.move(({ step, label, doneCount }) => {
          seen.add(`${step} ${label} ${doneCount}`);
          told += 1;
          if (told > 5) throw new Error("broken off");
        });
        isMoved = true;
      } catch (error) {
        assert.match(String(error), /broken off/);
        // In the comparison nothing is kept of how far it was, so from there it may run through.
        if ([...seen].some((line) => line.startsWith("compare"))) isMoved = true;
        else await assert.rejects(databases.onTarget(readEverything), /not whole.*run the same/i);
      }
    }
    assert.ok(turns > 5, `broken off ${turns} times`);
    assert.equal(await databases.move(), "moved");
    const [row] = await databases.sql(
      "SELECT count(*) AS count FROM alerts WHERE tenant_id = 'acme'",
    );
    assert.ok(Number(row?.["count"]) > 1_600);
  });

  onDatabases("finds what has not arrived as it was", async (databases) => {
    await databases.onSource(fillStore);
    await databases.move();
    await databases.sql(
      `UPDATE meta SET value = replace(value, '"isFinished":true', '"isFinished":false') WHERE name = 'move'`,
    );
    const changes: [string, string][] = [
      [
        "UPDATE event_sinks SET sealed_secrets = sealed_secrets || 'x'",
        "UPDATE event_sinks SET sealed_secrets = left(sealed_secrets, -1)",
      ],
      ["UPDATE alerts SET body = body || ' '", "UPDATE alerts SET body = left(body, -1)"],
      ["UPDATE queue SET is_urgent = NOT is_urgent", "UPDATE queue SET is_urgent = NOT is_urgent"],
      ["INSERT INTO meta VALUES ('more', '')", "DELETE FROM meta WHERE name = 'more'"],
    ];
    for (const [change, undo] of changes) {
      await databases.sql(change);
      await assert.rejects(databases.move(), /What has arrived is not what was there/, change);
      await databases.sql(undo);
    }
    await assert.rejects(databases.onTarget(readEverything), /not whole/);
    assert.equal(await databases.move(), "moved");
  });

  onDatabases("refuses what would end badly", async (databases) => {
    await assert.rejects(databases.move(), /There is no database at .*--from/);
    await databases.onSource(async (store) => {
      await fillStore(store);
      await assert.rejects(databases.move(), /in use by another Event Sinks. Stop that one/);
    });
    await databases.onTarget(async () => {
      await assert.rejects(
        databases.move(),
        /A node of Event Sinks runs on the PostgreSQL database/,
      );
    });
    await databases.sql("INSERT INTO tenants (tenant_id, created_at) VALUES ('t', 0)");
    await assert.rejects(databases.move(), /in use already: it has tenants. Make an empty/);
    await databases.sql("DELETE FROM tenants");
    await databases.move();
    await assert.rejects(databases.onSource(fillStore), /has been moved.*move --cancel/);
    await assert.rejects(
      moveStore({
        ...{ from: databases.from, to: server.urlOf("elsewhere") },
        ...{ onProgress: () => {}, checkCanary: () => {} },
      }),
      /moved, or is being moved, to .*moved_/,
    );
    assert.equal(await cancelMove(databases.from), true);
    assert.equal(await cancelMove(databases.from), false);
    await assert.rejects(databases.move(), /Another database was moved to this/);
    await databases.onSource((store) => store.getTenant({ id: "acme" }));
  });
});

/** Columns that a store keeps for itself, or that are known by another. */
const notMoved = {
  sqlite: [
    "migrations.*",
    // A number there is an id here, or leads to one.
    ...["alert_ids.alert_no", "attempts.no", "attempts.delivery_no", "deliveries.alert_no"],
    ...["deliveries.event_sink_no", "alerts.no", "event_sinks.no", "sink_memory.event_sink_no"],
    // What is deleted is left behind.
    "tenants.deleted_at",
  ],
  postgres: [
    ...["migrations.*", "gone_tenants.*", "nodes.*", "lanes.*", "lane_mail.*", "slack_locks.*"],
    ...["event_sinks.change_count", "retention_pass.*", "paces.*"],
  ],
};

function assertAllMoved(
  columns: readonly string[],
  moved: ReadonlySet<string>,
  left: readonly string[],
) {
  const forgotten = columns.filter((column) => {
    const [table] = column.split(".");
    return !moved.has(column) && !left.includes(column) && !left.includes(`${table}.*`);
  });
  assert.deepEqual(forgotten, [], "give them a place in moved-tables.ts");
}

test("no column of SQLite is forgotten", () => {
  const db = new DatabaseSync(":memory:");
  db.exec(readFileSync(new URL("../sqlite/schema.sql", import.meta.url), "utf8"));
  const columns = db
    .prepare(
      `SELECT m.name || '.' || p.name AS name FROM sqlite_schema m JOIN pragma_table_info(m.name) p
       WHERE m.type = 'table'`,
    )
    .all()
    .map(({ name }) => String(name));
  db.close();
  const moved = movedTables.flatMap(({ from, columns: given, key }) => {
    const [, table, alias] = /^(\w+) (\w)\b/.exec(from) ?? [];
    const text = [...Object.values(given), ...key].join(" ");
    return [...text.matchAll(/\b(\w)\.(\w+)/g)]
      .filter(([, by]) => by === alias)
      .map(([, , column]) => `${table}.${column}`);
  });
  assertAllMoved(columns, new Set(moved), notMoved.sqlite);
});

test("no column of PostgreSQL is left empty", async (t) => {
  const databases = await makeDatabases(t);
  await databases.onTarget(async () => {});
  const rows = await databases.sql(
    `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name !~ '_(p\\d{8}|default)$'`,
  );
  const moved = movedTables.flatMap(({ name, columns }) =>
    Object.keys(columns).map((column) => `${name}.${column}`),
  );
  assertAllMoved(
    rows.map(({ name }) => String(name)),
    new Set(moved),
    notMoved.postgres,
  );
});
