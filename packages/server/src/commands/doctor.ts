/**
 * Looks at what a start depends on, changes nothing, and says of each thing whether it is well and
 * what to do when it is not. What it finds are the same sentences that a start would refuse with,
 * but all at once, and also while the service runs.
 */

import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Config, readConfig } from "../config.ts";
import { findEncryptionKeys } from "../encryption-key.ts";
import { readKeyFile } from "../key-file.ts";
import { checkCanary, createSealer, sealedPrefix } from "../sealer.ts";
import { type Examination, examineSqlite } from "../store/sqlite/examine.ts";
import { type Command, describeError, refuseSettings } from "./command.ts";

interface Finding {
  readonly about: string;
  readonly state: "ok" | "look" | "bad";
  readonly text: string;
}

export const doctorCommand: Command = {
  name: "doctor",
  summary: "check settings, folder, database and keys, and say what to do",
  words: [],
  flags: {},
  help:
    "It changes nothing and may run beside the service. The database is read through, which takes a while when it\n" +
    "is large. Ends with code 1 when something keeps the service from working.",
  async run({ environment, say, warn }) {
    const settings = readConfig(environment);
    if (!settings.ok) return refuseSettings(settings.problems, warn);
    const { database } = settings.config;
    if (database.kind !== "sqlite") {
      warn(
        "This looks at a SQLite database and the files beside it; PostgreSQL has its own tools.\n",
      );
      return 2;
    }
    const findings = examine(settings.config, resolve(database.path));
    for (const { state, about, text } of findings) {
      say(`${state.padEnd(5)} ${about.padEnd(15)} ${text}\n`);
    }
    return findings.some(({ state }) => state === "bad") ? 1 : 0;
  },
};

function examine(config: Config, path: string): Finding[] {
  const folder = dirname(path);
  if (!existsSync(folder)) {
    const text = `There is no ${folder} yet: the first start makes it, with keys and database.`;
    return [{ about: "folder", state: "look", text }];
  }
  const database = existsSync(path) ? examineSqlite(path) : null;
  return [
    look("folder", () => checkFolder(folder)),
    look("space", () => checkSpace(folder, config.diskFreeBytesMin)),
    look("database", () => describeDatabase(path, database)),
    look("encryption key", () => checkEncryptionKey(config, folder, database)),
    look("operator key", () => checkOperatorKey(config, folder)),
  ];
}

/** A sentence is well; one that is thrown is not. */
function look(about: string, check: () => string | Omit<Finding, "about">): Finding {
  try {
    const found = check();
    return typeof found === "string" ? { about, state: "ok", text: found } : { about, ...found };
  } catch (error) {
    return { about, state: "bad", text: describeError(error) };
  }
}

function checkFolder(folder: string): string {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    throw new Error(
      `This user may not read and write in ${folder}. Give it to the service's user.`,
    );
  }
  return `${folder} can be written.`;
}

function checkSpace(folder: string, freeMin: number): string {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const mebibytes = `${Math.floor(free / 1024 / 1024)} MiB`;
  if (free >= freeMin && free > 0) return `${mebibytes} are left on its disk.`;
  throw new Error(
    `Only ${mebibytes} are left on the disk of ${folder}, less than EVENT_SINKS_DISK_FREE_MIN: ` +
      "new alerts are refused with 503. Make room; nothing that was accepted is lost meanwhile.",
  );
}

function describeDatabase(
  path: string,
  found: Examination | null,
): string | Omit<Finding, "about"> {
  if (found === null) return { state: "look", text: `There is no ${path} yet: a start makes it.` };
  if (!found.ok) {
    throw new Error(
      `${path} cannot be used: ${found.problem}. Check the file, its folder and the space left; if it is ` +
        "damaged, restore a backup (docs/backup.md) or move it away to start with an empty one.",
    );
  }
  const { schema, knownSchema } = found;
  if (schema > knownSchema) {
    throw new Error(
      `${path} has schema ${schema}, and this version knows schemas up to ${knownSchema}. ` +
        "Start the newer version again, or restore a backup made before the upgrade.",
    );
  }
  const isOld = schema < knownSchema;
  const next = isOld ? `; the next start brings it to ${knownSchema}, so back it up first` : "";
  return { state: isOld ? "look" : "ok", text: `${path} is whole, with schema ${schema}${next}.` };
}

function checkEncryptionKey(
  config: Config,
  folder: string,
  database: Examination | null,
): string | Omit<Finding, "about"> {
  const path = join(folder, "encryption.key");
  const keys = findEncryptionKeys(config, folder);
  if (keys === null) {
    if (database === null) return { state: "look", text: "None yet: the first start makes it." };
    throw new Error(
      `There is a database but no ${path}. Put back the file that was there, or give the key as ` +
        "EVENT_SINKS_ENCRYPTION_KEY; without it the stored secrets cannot be opened.",
    );
  }
  const canaries = database?.ok === true ? database.canaries : [];
  const sealer = createSealer(keys.key, keys.second);
  for (const canary of canaries) checkCanary(sealer, canary);
  if (keys.warning !== null) return { state: "look", text: keys.warning };
  if (canaries.some((canary) => !canary.startsWith(sealedPrefix(sealer)))) {
    const text =
      "Keys are being rotated: stored secrets need both. event-sinks rotate-encryption-key ends it.";
    return { state: "look", text };
  }
  const where = keys.path ?? "From EVENT_SINKS_ENCRYPTION_KEY";
  return canaries.length === 0 ? `${where}.` : `${where}; it opens what the database holds.`;
}

function checkOperatorKey({ apiKey }: Config, folder: string): string | Omit<Finding, "about"> {
  if (apiKey !== null) return "From EVENT_SINKS_API_KEY.";
  const path = join(folder, "operator.key");
  const file = readKeyFile(path);
  if (file === null)
    return { state: "look", text: `There is no ${path}: a start makes a new one.` };
  return file.warning === null ? `${path}.` : { state: "look", text: file.warning };
}
