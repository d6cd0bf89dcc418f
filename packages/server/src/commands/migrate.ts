import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { readConfig } from "../config.ts";
import type { DatabaseLocation } from "../setting-readers.ts";
import { openLockedSqlite } from "../store/sqlite/store.ts";
import { type Command, refuseSettings } from "./command.ts";

export const migrateCommand: Command = {
  name: "migrate",
  summary: "bring the database's schema up to date, and end",
  words: [],
  flags: {},
  help:
    "Each start does so too; as a step of its own it shows before an upgrade whether the database is fit for it. On\n" +
    "PostgreSQL nodes may run meanwhile, also older ones; several at once do it once. On SQLite stop the service first.\n" +
    "There is no way back, so make a backup before it.",
  async run({ environment, say, warn }) {
    const settings = readConfig(environment);
    if (!settings.ok) return refuseSettings(settings.problems, warn);
    process.umask(0o077);
    const { database } = settings.config;
    // A database without its key beside it would keep the first start from making one.
    if (database.kind === "sqlite" && !existsSync(database.path)) {
      warn(`There is no ${resolve(database.path)} yet: the first start makes it, with its key.\n`);
      return 1;
    }
    const { place, schema, ran } = await migrate(database);
    say(
      ran === 0
        ? `${place} has schema ${schema} already: nothing to do.\n`
        : `${place} has schema ${schema} now (${ran} of its steps were run).\n`,
    );
    return 0;
  },
};

async function migrate(location: DatabaseLocation) {
  if (location.kind === "postgres") {
    // Here and not above: every start loads all commands, and needs PostgreSQL's driver for none of them.
    const { migratePostgres, placeOf } = await import("../store/postgres/store.ts");
    const url = location.url.reveal();
    return { place: placeOf(url), ...(await migratePostgres(url)) };
  }
  const { path, db, migrated, unlock } = await openLockedSqlite(location.path);
  db.close();
  unlock();
  return { place: path, ...migrated };
}
