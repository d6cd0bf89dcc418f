/**
 * `npm run test:fuzz`: 100,000 requests with a report. `--requests` and `--seed` send more of them, and others,
 * `--postgres` has them stored in PostgreSQL.
 */

import { parseArgs } from "node:util";
import { openFreshPostgres } from "../support/fresh-postgres.ts";
import { startPostgres } from "../support/postgres-server.ts";
import { type FuzzReport, growthMax, growthOf, runFuzz } from "./fuzz.ts";

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "100000" },
    postgres: { type: "boolean", default: false },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
  },
});

console.log(`seed           ${values.seed}`);
const server = values.postgres ? await startPostgres() : null;
const database = server === null ? null : await openFreshPostgres(server);
const size = { requests: Number(values.requests), seed: Number(values.seed) };
const report = await runFuzz({ ...size, store: database?.store });
await database?.close();
await server?.close();
console.log(describe(report));
process.exitCode = report.faults.length === 0 && growthOf(report) <= growthMax ? 0 : 1;

function describe({ requests, statuses, operations, faults, heap, tookS }: FuzzReport): string {
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const byStatus = [...statuses].sort(([one], [other]) => one - other);
  const fewest = Math.min(...[...operations.values()].map(({ asked }) => asked));
  const untaken = [...operations].filter(([, { taken }]) => taken === 0).map(([name]) => name);
  const growth = (heap.late / heap.early).toFixed(2);
  return [
    `requests       ${requests} over ${operations.size} operations, the least asked for ${fewest}`,
    `not once taken ${untaken.join(", ") || "none"}`,
    `answered       ${byStatus.map(([status, count]) => `${status}: ${count}`).join(", ")}`,
    `heap           ${mb(heap.early)} after a tenth, ${mb(heap.late)} at the end: × ${growth}, at most ${growthMax}`,
    `faults logged  ${faults.length}`,
    ...faults.slice(0, 5),
    `took           ${tookS} s`,
  ].join("\n");
}
