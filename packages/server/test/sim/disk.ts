/** The database of one simulation: in memory, outlives each process, and fails when told. */

import { migrate } from "../../src/store/migrate.ts";
import { type Database, openForWriting } from "../../src/store/sqlite/database.ts";
import { migratedSqlite } from "../../src/store/sqlite/migrated-sqlite.ts";

export interface Disk {
  /** For one process; its `close` keeps the data. */
  readonly db: Database;
  /** After so many more writes that many fail, with this result code of SQLite. */
  failAfter(skipCount: number, count: number, code: number): void;
  heal(): void;
  destroy(): void;
}

let migrated: Promise<Uint8Array> | undefined;

async function migrateOnce(): Promise<Uint8Array> {
  const db = openForWriting(":memory:");
  const migrations = new URL("../../src/store/sqlite/migrations/", import.meta.url);
  await migrate(migratedSqlite(db), migrations);
  const image = db.connection.serialize();
  db.close();
  return image;
}

/** @param onCommit is called after each transaction that was kept. */
export async function openDisk(onCommit: () => void): Promise<Disk> {
  migrated ??= migrateOnce();
  const real = openForWriting(":memory:");
  real.connection.deserialize(await migrated);
  let fault = { skipCount: 0, count: 0, code: 0 };
  const mayFail = () => {
    if (fault.count === 0) return;
    if (fault.skipCount > 0) fault.skipCount -= 1;
    else {
      fault.count -= 1;
      throw Object.assign(new Error("a disk fault of the simulation"), { errcode: fault.code });
    }
  };
  return {
    db: {
      ...real,
      run(sql, ...values) {
        mayFail();
        const count = real.run(sql, ...values);
        if (sql === "COMMIT") onCommit();
        return count;
      },
      close() {},
    },
    failAfter(skipCount, count, code) {
      fault = { skipCount, count, code };
    },
    heal() {
      fault.count = 0;
    },
    destroy: () => real.close(),
  };
}
