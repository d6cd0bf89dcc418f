import { after } from "node:test";
import { runStoreSuite, type SuitePart } from "../store-suite.ts";
import { openFreshPostgres } from "./fresh-postgres.ts";
import { startPooler } from "./pooler.ts";
import { majorVersion, startPostgres } from "./postgres-server.ts";
import { keepsStatements, tenantLedTest } from "./tenant-led.ts";

/** `EVENT_SINKS_TEST_POOLED=1` puts a PgBouncer in transaction mode between. */
const isPooled = process.env["EVENT_SINKS_TEST_POOLED"] === "1";

/** Runs parts of the store suite on a PostgreSQL server of their own, and judges what they have sent. */
export async function runPostgresSuite(
  parts: readonly SuitePart[],
  version?: string,
): Promise<void> {
  const server = await startPostgres(keepsStatements, version);
  const pooler = isPooled ? await startPooler(server) : null;
  after(async () => {
    await pooler?.close();
    await server.close();
  });
  const way = pooler === null ? "" : " behind PgBouncer";
  const name = `PostgreSQL ${await majorVersion(server)}${way}`;
  runStoreSuite(name, () => openFreshPostgres(server, pooler ?? server), parts);
  tenantLedTest(server);
}
