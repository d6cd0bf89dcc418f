/** Starts of the service that a power failure ends, and what they leave behind. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setImmediate as turn } from "node:timers/promises";
import { mainPath } from "../support/start-service.ts";
import type { PowerLossDisk } from "./power-loss-disk.ts";

/** Starts the service and kills it when it has written so often. */
export async function killAtWrite(
  root: string,
  disk: PowerLossDisk,
  writes: number,
): Promise<void> {
  const child = spawn(process.execPath, [mainPath], {
    cwd: root,
    env: { PATH: process.env["PATH"], EVENT_SINKS_LISTEN: "127.0.0.1:0", ...disk.env },
    stdio: "ignore",
  });
  const exited = once(child, "exit");
  // A start may write a little less often than the one that was counted.
  const end = performance.now() + 20_000;
  while (disk.count("writes") < writes && child.exitCode === null && performance.now() < end) {
    await turn();
  }
  child.kill("SIGKILL");
  const [code] = await exited;
  assert.equal(code, null, "it was killed, and did not end by itself");
}

/** Looks at a copy of what is in `root`, since opening mends; null without a database. */
export function lookInto<T>(root: string, look: (db: DatabaseSync) => T): T | null {
  const copy = mkdtempSync(join(tmpdir(), "event-sinks-copy-"));
  try {
    cpSync(root, copy, { recursive: true });
    const path = join(copy, "data/event-sinks.db");
    if (!existsSync(path)) return null;
    const db = new DatabaseSync(path);
    try {
      const [integrity] = db.prepare("PRAGMA integrity_check").all();
      assert.deepEqual({ ...integrity }, { integrity_check: "ok" });
      return look(db);
    } finally {
      db.close();
    }
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** How many migrations a power failure has left; null without a database. */
export function migrationsIn(root: string): number | null {
  return lookInto(root, (db) => {
    const isThere = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'migrations'").get();
    return isThere === undefined ? 0 : countRows(db, "migrations");
  });
}

export function countRows(db: DatabaseSync, table: string): number {
  return Number(db.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.["count"]);
}
