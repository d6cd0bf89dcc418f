/**
 * Looks at what a start depends on, changes nothing, and says of each thing whether it is well and
 * what to do when it is not. What it finds are the same sentences that a start would refuse with,
 * but all at once, and also while the service runs.
 */

import { resolve } from "node:path";
import { type Config, readConfig } from "../config.ts";
import { type Command, refuseSettings } from "./command.ts";
import { findOnCertificate } from "./doctor-certificate.ts";
import { findOnSqlite } from "./doctor-sqlite.ts";
import type { Finding } from "./finding.ts";

export const doctorCommand: Command = {
  name: "doctor",
  summary: "check settings, folder, database and keys, and say what to do",
  words: [],
  flags: {},
  help:
    "It changes nothing and may run beside the service. A SQLite database is read through, which takes a while when\n" +
    "it is large; PostgreSQL is asked about itself. Ends with code 1 when something keeps the service from working.",
  async run({ environment, say, warn }) {
    const settings = readConfig(environment);
    if (!settings.ok) return refuseSettings(settings.problems, warn);
    const findings = [
      ...(await findOnDatabase(settings.config)),
      ...findOnCertificate(settings.config),
    ];
    for (const { state, about, text } of findings) {
      say(`${state.padEnd(5)} ${about.padEnd(15)} ${text}\n`);
    }
    return findings.some(({ state }) => state === "bad") ? 1 : 0;
  },
};

async function findOnDatabase(config: Config): Promise<Finding[]> {
  const { database } = config;
  if (database.kind === "sqlite") return findOnSqlite(config, resolve(database.path));
  // Loaded here, as every start loads all commands.
  const { findOnPostgres } = await import("./doctor-postgres.ts");
  return findOnPostgres(config, database.url.reveal());
}
