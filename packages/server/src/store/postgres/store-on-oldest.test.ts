import { test } from "node:test";
import { oldestVersion } from "../../../test/support/postgres-server.ts";
import { runPostgresSuite } from "../../../test/support/run-postgres-suite.ts";

if (oldestVersion !== undefined) await runPostgresSuite(["telling"], oldestVersion);
else {
  test("the store on the oldest PostgreSQL", (t) => {
    t.skip("no package of it is here, or the environment says what to test on");
  });
}
