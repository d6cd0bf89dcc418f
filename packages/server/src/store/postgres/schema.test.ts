import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import { type PostgresServer, startPostgres } from "../../../test/support/postgres-server.ts";
import { findUnled, tablesOfNoTenant } from "../../../test/support/tenant-led.ts";
import { attachStore } from "../client.ts";
import { openDatabase } from "./database.ts";
import { migratePostgres, openPostgresStore } from "./store.ts";

const server = await startPostgres();
after(() => server.close());

async function createDatabase(name: string): Promise<string> {
  await server.run(`CREATE DATABASE ${name}`);
  return server.urlOf(name);
}

/** All that a schema is made of, as text, without the partitions that time brings. */
const describeSql = `
  SELECT concat_ws(' ', 'column', table_name, column_name, data_type, collation_name, is_nullable,
    column_default, is_identity) AS line
  FROM information_schema.columns WHERE table_schema = 'public' AND table_name !~ '_p[0-9]{8}$'
  UNION ALL SELECT concat_ws(' ', 'index', indexdef) FROM pg_indexes
  WHERE schemaname = 'public' AND tablename !~ '_p[0-9]{8}$'
  UNION ALL SELECT concat_ws(' ', 'trigger', tgrelid::regclass, pg_get_triggerdef(oid)) FROM pg_trigger
  WHERE NOT tgisinternal
  UNION ALL SELECT concat_ws(' ', 'options', relname, reloptions) FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname !~ '_p[0-9]{8}$'
  ORDER BY 1`;

async function describeDatabase(url: string): Promise<string[]> {
  const db = openDatabase({ url, connectionsMax: 1 });
  const rows = await db.all<{ line: string }>(describeSql);
  await db.close();
  return rows.map(({ line }) => line);
}

describe("the PostgreSQL schema", () => {
  test("is what schema.sql says", async () => {
    const migrated = await createDatabase("migrated");
    await migratePostgres(migrated);
    const written = await createDatabase("written");
    const db = openDatabase({ url: written, connectionsMax: 1 });
    await db.run(readFileSync(new URL("./schema.sql", import.meta.url), "utf8"));
    await db.close();
    assert.deepEqual(await describeDatabase(migrated), await describeDatabase(written));
  });

  test("has the numbers and names of SQLite's migrations", () => {
    const filesOf = (store: string) =>
      readdirSync(new URL(`../${store}/migrations/`, import.meta.url));
    assert.deepEqual(filesOf("postgres").sort(), filesOf("sqlite").sort());
  });

  test("is made once by five nodes that start at once", async () => {
    const url = await createDatabase("shared");
    const nodes = await Promise.all(Array.from({ length: 5 }, () => openPostgresStore({ url })));
    const [one] = nodes;
    assert.ok(one);
    const store = attachStore(one.connect());
    assert.equal(await store.createTenant({ id: "acme", createdAt: 1 }), "created");
    await store.close();
    await Promise.all(nodes.map((node) => node.close()));
    assert.equal((await migratePostgres(url)).ran, 0);
  });

  test("lets tenant_id lead every key, but of what is of no tenant", async () => {
    const url = await createDatabase("keys");
    await migratePostgres(url);
    const db = openDatabase({ url, connectionsMax: 1 });
    const keys = await db.all<{
      name: string;
      leader: string;
      has_tenant: boolean;
      is_primary: boolean;
    }>(
      `SELECT c.relname AS name, i.indisprimary AS is_primary, (SELECT attname FROM pg_attribute a
           WHERE a.attrelid = c.oid AND a.attnum = i.indkey[0]) AS leader,
         EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id'
           AND a.attnum = ANY(i.indkey)) AS has_tenant
       FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
       WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition`,
    );
    await db.close();
    const primary = keys.filter(({ is_primary }) => is_primary);
    const others = primary.filter(({ leader }) => leader !== "tenant_id").map(({ name }) => name);
    assert.deepEqual(others.sort(), Object.keys(tablesOfNoTenant).sort());
    // Nothing else has to be unique over tenants: a distributed table could not keep it.
    const unkept = keys.filter(
      ({ name, has_tenant }) => !has_tenant && !(name in tablesOfNoTenant),
    );
    assert.deepEqual(unkept, []);
  });

  test("a statement that does not say whose rows it means is found", () => {
    const led = [
      "SELECT 1 FROM queue WHERE tenant_id = $1 AND seq = 1",
      "DELETE FROM queue q USING unnest($1::text[]) AS w(tenant_id) WHERE q.tenant_id = w.tenant_id",
      "SELECT 1 FROM queue q WHERE (q.tenant_id, q.seq) > ($1, $2)",
      "INSERT INTO alerts (uid, tenant_id) VALUES ($1, $2)",
      "SELECT 1 FROM nodes",
    ];
    const unled = [
      "SELECT tenant_id FROM queue WHERE seq = 1",
      "SELECT 1 FROM queue q JOIN alerts a ON a.uid = q.alert_uid WHERE q.tenant_id = $1",
      "INSERT INTO alerts (uid) SELECT tenant_id FROM x",
      "UPDATE event_sinks\n SET name = $1 WHERE id = $2",
    ];
    assert.deepEqual(
      led.filter((sql) => findUnled(sql).length > 0),
      [],
    );
    assert.deepEqual(
      unled.filter((sql) => findUnled(sql).length === 0),
      [],
    );
  });

  test("keeps its audit log from changes", async () => {
    const url = await createDatabase("audited");
    await migratePostgres(url);
    const db = openDatabase({ url, connectionsMax: 1 });
    await db.run(
      `INSERT INTO audit_log (tenant_id, id, at, role, via, action, resource_id, fields, address,
         request_id) VALUES ('', 'i', $1, 'operator', 'key', 'a', 'r', '[]', '', 'q')`,
      Date.now(),
    );
    for (const sql of [
      "UPDATE audit_log SET at = 1",
      "DELETE FROM audit_log",
      "TRUNCATE audit_log",
      "TRUNCATE audit_log CASCADE",
      `INSERT INTO audit_log (tenant_id, no, id, at, role, via, action, resource_id, fields, address, request_id)
       OVERRIDING SYSTEM VALUE SELECT tenant_id, no, id, at, role, via, 'x', resource_id, fields, address, request_id FROM audit_log
       ON CONFLICT (tenant_id, no) DO UPDATE SET action = excluded.action`,
    ]) {
      await assert.rejects(db.run(sql), /append-only/);
    }
    await db.close();
  });

  test("is not made in a database of another program, nor in one that is not there", async () => {
    const url = await createDatabase("foreign_program");
    const db = openDatabase({ url, connectionsMax: 1 });
    await db.run("CREATE TABLE theirs (id int)");
    await db.close();
    await assert.rejects(migratePostgres(url), /tables of another program/);
    await assert.rejects(openPostgresStore({ url: missing(server) }), {
      message: /^The database at .* cannot be used: there is no database of that name\. Check/,
    });
  });
});

const missing = ({ urlOf }: PostgresServer) => urlOf("nowhere");
