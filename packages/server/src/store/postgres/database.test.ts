import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { startPostgres } from "../../../test/support/postgres-server.ts";
import { openDatabase } from "./database.ts";
import { isTransient } from "./postgres-fault.ts";

const server = await startPostgres();
after(() => server.close());

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
    const { enable_seqscan: setting } = (await db.get<{ enable_seqscan: string }>(
      "SHOW enable_seqscan",
    )) ?? { enable_seqscan: "" };
    assert.equal(setting, "on");
    await db.close();
  });
});
