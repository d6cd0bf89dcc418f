import { after } from "node:test";
import { runStoreSuite, type SuitePart } from "../store-suite.ts";
import { openFreshPostgres } from "./fresh-postgres.ts";
import { startPooler } from "./pooler.ts";
import { startPostgres } from "./postgres-server.ts";

/** `EVENT_SINKS_TEST_POOLED=1` puts a PgBouncer in transaction mode between. */
const isPooled = process.env["EVENT_SINKS_TEST_POOLED"] === "1";

/** Runs parts of the store suite on a PostgreSQL server of their own. */
export async function runPostgresSuite(parts: readonly SuitePart[]): Promise<void> {
  const server = await startPostgres();
  const pooler = isPooled ? await startPooler(server) : null;
  after(async () => {
    await pooler?.close();
    await server.close();
  });
  const name = pooler === null ? "PostgreSQL" : "PostgreSQL behind PgBouncer";
  runStoreSuite(name, () => openFreshPostgres(server, pooler ?? server), parts);
}
