import { runPostgresSuite } from "../../../test/support/run-postgres-suite.ts";

await runPostgresSuite(["management"]);
