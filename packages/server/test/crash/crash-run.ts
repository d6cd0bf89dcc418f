/**
 * `npm run test:crash`: the crash test with its report. `--kills` and `--alerts` set its size,
 * `--power-loss` runs it on a disk that keeps only what was synced, `--postgres` on a PostgreSQL server
 * in place of the file, `--seed` repeats its chances.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startPostgres } from "../support/postgres-server.ts";
import { createRandom, describeBalance, runCrashLives } from "./crash-lives.ts";
import { makeCrashDatabase } from "./crash-postgres.ts";
import { buildPowerLossLibrary, createPowerLossDisk } from "./power-loss-disk.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "50" },
    alerts: { type: "string", default: "100000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
    "power-loss": { type: "boolean", default: false },
    postgres: { type: "boolean", default: false },
  },
});

if (values.postgres && values["power-loss"]) {
  throw new Error("--power-loss is about files of SQLite: leave out --postgres.");
}
const server = values.postgres ? await startPostgres({ fsync: "on" }) : null;
const workshop = mkdtempSync(join(tmpdir(), "event-sinks-power-"));
try {
  const library = values["power-loss"] ? buildPowerLossLibrary(workshop) : null;
  console.log(`seed ${values.seed}`);
  const balance = await runCrashLives({
    kills: Number(values.kills),
    alerts: Number(values.alerts),
    random: createRandom(Number(values.seed)),
    ...(server !== null && {
      database: await makeCrashDatabase(server, "killed", { waitsForLeases: true }),
    }),
    ...(library !== null && {
      disk: (root: string, notes: string) => createPowerLossDisk(library, root, notes),
    }),
    onKill: (line) => console.log(line),
  });
  console.log(describeBalance(balance));
  process.exitCode = balance.lost === 0 && balance.unexplained === 0 ? 0 : 1;
} finally {
  await server?.close();
  rmSync(workshop, { recursive: true });
}
