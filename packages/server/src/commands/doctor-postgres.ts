import type { Config } from "../config.ts";
import { findEncryptionKeys } from "../encryption-key.ts";
import { examinePostgres, type PostgresExamination } from "../store/postgres/examine.ts";
import { connectionsPerNode, oldestPostgres } from "../store/postgres/requirements.ts";
import { describeError } from "./command.ts";
import { checkKeys, type Finding, look, newerSchema, operatorKeyGiven } from "./finding.ts";

/** What a node and its way to the database add to each other is no reason to worry. */
const clockMsMax = 2_000;

/** A PostgreSQL database, as any user of it may ask. */
export async function findOnPostgres(config: Config, url: string): Promise<Finding[]> {
  const asked = await examinePostgres(url).catch((error: unknown) => error);
  if (!isExamination(asked)) {
    return [{ about: "database", state: "bad", text: describeError(asked) }];
  }
  return [
    look("database", () => describeDatabase(asked)),
    look("rights", () => checkRights(asked)),
    look("durability", () => describeDurability(asked)),
    look("connections", () => describeConnections(asked)),
    look("nodes", () => `${asked.nodesAlive} alive.`),
    look("clock", () => describeClock(asked)),
    look("encryption key", () => {
      const keys = findEncryptionKeys(config, ".");
      return keys === null ? "" : checkKeys(keys, asked.canaries);
    }),
    look("operator key", () => operatorKeyGiven),
  ];
}

function isExamination(asked: unknown): asked is PostgresExamination {
  return typeof asked === "object" && asked !== null && "knownSchema" in asked;
}

function describeDatabase(asked: PostgresExamination): string | Omit<Finding, "about"> {
  const { place, version, majorVersion, schema, knownSchema, isOfAnotherProgram } = asked;
  if (isOfAnotherProgram) {
    throw new Error(
      `${place} holds tables of another program. Make a database of its own for Event Sinks and name it in EVENT_SINKS_DATABASE_URL.`,
    );
  }
  if (majorVersion < oldestPostgres) {
    throw new Error(
      `${place} is PostgreSQL ${version}; ${oldestPostgres} is the oldest that works.`,
    );
  }
  if (schema > knownSchema) throw newerSchema(place, schema, knownSchema);
  const what = `${place} answers: PostgreSQL ${version}`;
  if (schema === knownSchema) return `${what}, with schema ${schema}.`;
  const next = `event-sinks migrate, or the next start, brings it to ${knownSchema}`;
  return schema === 0
    ? { state: "look", text: `${what}, empty; ${next}.` }
    : { state: "look", text: `${what}, with schema ${schema}; ${next}, so back it up first.` };
}

function checkRights({ isReadOnly, canCreateTables }: PostgresExamination): string {
  if (isReadOnly) {
    throw new Error(
      "It is read-only, as a standby is. Name the server that leads in EVENT_SINKS_DATABASE_URL, or let this one lead.",
    );
  }
  if (canCreateTables) return "This user may create tables.";
  throw new Error(
    "This user may not create tables, which new schemas and each new week need. Make it the owner of the database, " +
      "or GRANT CREATE ON SCHEMA public to it.",
  );
}

function describeDurability({
  fsync,
  synchronousCommit,
  waitsForStandby,
}: PostgresExamination): string | Omit<Finding, "about"> {
  const off = [
    ...(fsync ? [] : ["fsync is off"]),
    ...(synchronousCommit === "off" ? ["synchronous_commit is off"] : []),
  ];
  if (off.length > 0) {
    const text = `${off.join(" and ")}: what was answered 202 may be lost when the database's machine fails. Turn it on.`;
    return { state: "look", text };
  }
  const isOnBoth = waitsForStandby && synchronousCommit !== "local";
  return `A commit is on disk${isOnBoth ? ", and at a standby," : ""} before it is answered.`;
}

function describeConnections({
  connectionsFree,
}: PostgresExamination): string | Omit<Finding, "about"> {
  const text = `${connectionsFree} more can be opened; a node takes up to ${connectionsPerNode}.`;
  if (connectionsFree >= connectionsPerNode) return text;
  return {
    state: "look",
    text: `${text} Raise max_connections, or put a pooler between, before you add a node.`,
  };
}

function describeClock({ clockAheadMs }: PostgresExamination): string | Omit<Finding, "about"> {
  if (Math.abs(clockAheadMs) <= clockMsMax) return "The same as the database's.";
  const seconds = Math.round(Math.abs(clockAheadMs) / 1000);
  const text =
    `The database's is ${seconds} s ${clockAheadMs > 0 ? "ahead of" : "behind"} this machine's. Leases go by the ` +
    "database's; times shown, and when a delivery is tried again, by the node's. Run NTP on both.";
  return { state: "look", text };
}
