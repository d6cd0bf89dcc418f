import { randomBytes } from "node:crypto";
import type { PostgresServer } from "../support/postgres-server.ts";
import type { CrashDatabase } from "./crash-lives.ts";

/**
 * A database of its own for the service that is killed.
 * @param options.waitsForLeases each next life takes the queue over as nodes do: when the lease of the
 *   killed one has run out. Else it runs out at once, to save the time.
 */
export async function makeCrashDatabase(
  server: PostgresServer,
  name: string,
  { waitsForLeases }: { readonly waitsForLeases: boolean },
): Promise<CrashDatabase> {
  await server.run(`CREATE DATABASE ${name}`);
  return {
    env: {
      EVENT_SINKS_DATABASE_URL: server.urlOf(name),
      EVENT_SINKS_API_KEY: randomBytes(32).toString("hex"),
      EVENT_SINKS_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
    },
    async afterKill() {
      if (!waitsForLeases) await server.runIn(name, "UPDATE nodes SET leased_until = now()");
    },
  };
}
