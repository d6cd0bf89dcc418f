import { readConfig } from "../config.ts";
import { backUpSqlite } from "../store/sqlite/backup.ts";
import { type Command, refuseSettings } from "./command.ts";

export const backupCommand: Command = {
  name: "backup",
  summary: "copy the database to a file, also while the service runs",
  words: ["FILE"],
  flags: { force: { type: "boolean", meaning: "replace FILE when it is there" } },
  help:
    "The copy is consistent: all that was accepted before it began is in it. It is readable by this user only,\n" +
    "and checked before it gets its name. The encryption key is not in it: keep that apart from the backups,\n" +
    "or neither is of any use. docs/backup.md says how to restore.",
  async run({ environment, words: [file = ""], flags, say, warn }) {
    const settings = readConfig(environment);
    if (!settings.ok) return refuseSettings(settings.problems, warn);
    const { database, encryptionKey } = settings.config;
    if (database.kind !== "sqlite") {
      warn(
        "This makes copies of a SQLite database. For PostgreSQL use its own tools, such as pg_basebackup or pg_dump.\n",
      );
      return 2;
    }
    const startedAt = performance.now();
    const result = backUpSqlite(database.path, file, flags["force"] === true);
    if (!result.ok) {
      warn(`Nothing was backed up. ${result.problem}\n`);
      return 1;
    }
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    const key =
      encryptionKey === null
        ? "the file encryption.key beside the database"
        : "EVENT_SINKS_ENCRYPTION_KEY";
    say(
      `Backed up to ${result.path}: ${result.bytes} bytes, whole and checked, in ${seconds} s.\n` +
        `It can be restored only with the encryption key, which is not in it: ${key}.\n`,
    );
    return 0;
  },
};
