/** Preloaded by the crash test to prove itself: the service with its commits no longer synced, those of the lock file neither. */

import { DatabaseSync } from "node:sqlite";

const exec = DatabaseSync.prototype.exec;
DatabaseSync.prototype.exec = function execUnsynced(sql: string): void {
  exec.call(
    this,
    sql
      .replace("synchronous = FULL", "synchronous = OFF")
      .replace("PRAGMA locking_mode", "PRAGMA synchronous = OFF; PRAGMA locking_mode"),
  );
};
