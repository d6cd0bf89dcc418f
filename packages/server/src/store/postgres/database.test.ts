import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { startPostgres } from "../../../test/support/postgres-server.ts";
import { openDatabase } from "./database.ts";
import { isTransient, readPostgresFault } from "./postgres-fault.ts";

const server = await startPostgres();
after(() => server.close());

const isFault = (error: unknown) => readPostgresFault(error) !== undefined;

describe("a pool of connections", () => {
  test("goes on without prepared statements where they get lost, as behind some poolers", async () => {
    const db = openDatabase({ url: server.urlOf("postgres"), connectionsMax: 1 });
    const ask = () => db.transaction((queries) => queries.get("SELECT $1::int AS n", 7));
    assert.deepEqual(await ask(), { n: 7 });
    await db.run("DEALLOCATE ALL");
    await assert.rejects(ask(), isTransient);
    assert.deepEqual(await ask(), { n: 7 });
    await db.run("DEALLOCATE ALL");
    assert.deepEqual(await ask(), { n: 7 }, "nothing is prepared any more");
    await db.close();
  });

  test("undoes a transaction that fails, and leaves nothing set behind", async () => {
    const db = openDatabase({ url: server.urlOf("postgres"), connectionsMax: 1 });
    await db.run("CREATE TABLE things (n int PRIMARY KEY)");
    const twice = db.transaction(async (queries) => {
      await queries.run("INSERT INTO things VALUES ($1)", 1);
      await queries.run("INSERT INTO things VALUES ($1)", 1);
    });
    await assert.rejects(twice, { code: "23505" });
    assert.deepEqual(await db.all("SELECT * FROM things"), []);
    const after = await db.get<object>(
      "SELECT current_setting('enable_seqscan') AS scan, current_setting('lock_timeout') AS lock",
    );
    assert.deepEqual(after, { scan: "on", lock: "0" });
    await db.close();
  });

  test("loses what a transaction had locked when it stands still, and not when it may be slow", async () => {
    const url = server.urlOf("postgres");
    const standing = openDatabase({ url, connectionsMax: 1 });
    const other = openDatabase({ url, connectionsMax: 1 });
    const patient = openDatabase({ url, connectionsMax: 1, isPatient: true });
    await standing.run("CREATE TABLE hot (n int PRIMARY KEY); INSERT INTO hot VALUES (1)");
    /** Locks the row, and stands still until it is told. */
    async function hold(db: typeof standing) {
      const locked = Promise.withResolvers<void>();
      const told = Promise.withResolvers<void>();
      const held = db.transaction(async (queries) => {
        await queries.run("UPDATE hot SET n = n + $1", 1);
        locked.resolve();
        await told.promise;
        return queries.get("SELECT 1 AS one");
      });
      await locked.promise;
      return { held, tell: () => told.resolve() };
    }
    const change = () => other.transaction((queries) => queries.run("UPDATE hot SET n = $1", 5));

    const first = await hold(standing);
    assert.equal(await change(), 1, "who waits for it goes on");
    first.tell();
    await assert.rejects(first.held, isFault);
    assert.deepEqual(await standing.all("SELECT n FROM hot"), [{ n: 5 }]);

    const second = await hold(patient);
    await assert.rejects(change(), { code: "55P03" });
    second.tell();
    assert.deepEqual(await second.held, { one: 1 });
    assert.deepEqual(await standing.all("SELECT n FROM hot"), [{ n: 6 }]);
    for (const db of [standing, other, patient]) await db.close();
  });
});
