/** Preloaded by the crash test to prove itself: the service with its commits no longer synced. */

import { DatabaseSync } from "node:sqlite";

const exec = DatabaseSync.prototype.exec;
DatabaseSync.prototype.exec = function execUnsynced(sql: string): void {
  exec.call(this, sql.replace("synchronous = FULL", "synchronous = OFF"));
};
