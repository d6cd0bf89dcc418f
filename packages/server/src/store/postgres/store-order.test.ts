import { after } from "node:test";
import { runStoreSuite } from "../../../test/store-suite.ts";
import { openFreshPostgres } from "../../../test/support/fresh-postgres.ts";
import { startPostgres } from "../../../test/support/postgres-server.ts";

const server = await startPostgres();
after(() => server.close());

runStoreSuite("PostgreSQL", () => openFreshPostgres(server), ["order"]);
