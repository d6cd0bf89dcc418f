import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Config } from "../config.ts";
import { findEncryptionKeys } from "../encryption-key.ts";
import { readKeyFile } from "../key-file.ts";
import { type Examination, examineSqlite } from "../store/sqlite/examine.ts";
import { peekAtForeignWal } from "../store/sqlite/wal-mark.ts";
import { checkKeys, type Finding, look, newerSchema, operatorKeyGiven } from "./finding.ts";

/** A SQLite database and the files beside it. */
export function findOnSqlite(config: Config, path: string): Finding[] {
  const folder = dirname(path);
  if (!existsSync(folder)) {
    const text = `There is no ${folder} yet: the first start makes it, with keys and database.`;
    return [{ about: "folder", state: "look", text }];
  }
  const foreignWal = peekAtForeignWal(path);
  const database = foreignWal === null && existsSync(path) ? examineSqlite(path) : null;
  return [
    look("folder", () => checkFolder(folder)),
    look("space", () => checkSpace(folder, config.diskFreeBytesMin)),
    foreignWal === null
      ? look("database", () => describeDatabase(path, database))
      : { about: "database", state: "bad", text: foreignWal },
    look("encryption key", () => checkEncryptionKey(config, folder, database)),
    look("operator key", () => checkOperatorKey(config, folder)),
  ];
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
    throw newerSchema(path, schema, knownSchema);
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
  return checkKeys(keys, database?.ok === true ? database.canaries : []);
}

function checkOperatorKey({ apiKey }: Config, folder: string): string | Omit<Finding, "about"> {
  if (apiKey !== null) return operatorKeyGiven;
  const path = join(folder, "operator.key");
  const file = readKeyFile(path);
  if (file === null)
    return { state: "look", text: `There is no ${path}: a start makes a new one.` };
  return file.warning === null ? `${path}.` : { state: "look", text: file.warning };
}
