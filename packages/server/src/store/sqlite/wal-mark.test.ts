import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, test } from "node:test";
import { openFreshStore } from "../../../test/support/fresh-store.ts";
import { accept, storedSink } from "../../../test/support/store-samples.ts";
import { attachStore } from "../client.ts";
import { backUpSqlite } from "./backup.ts";
import { lockDatabase } from "./lock.ts";
import { openSqliteStore } from "./store.ts";
import { peekAtForeignWal } from "./wal-mark.ts";

const alertCount = 50;

describe("a WAL that a kill has left", { timeout: 60_000 }, () => {
  let folder = "";
  let left = "";
  let backup = "";
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "event-sinks-"));
    left = join(folder, "event-sinks.db");
    backup = join(folder, "backup.db");
    await leaveWal();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** As kill -9 leaves the files, and a backup made in the same life. */
  async function leaveWal(): Promise<void> {
    const fresh = await openFreshStore();
    const sink = await storedSink(fresh.store);
    await accept(fresh.store, sink);
    assert.ok(backUpSqlite(fresh.path, backup, false).ok);
    for (let count = 1; count < alertCount; count++) await accept(fresh.store, sink);
    for (const ending of ["", "-wal", ".lock"]) copyFileSync(fresh.path + ending, left + ending);
    await fresh.close();
  }

  async function countPending(): Promise<number> {
    const database = await openSqliteStore({ path: left });
    const store = attachStore(database.connect());
    const { pending } = await store.countDeliveries({});
    await store.close();
    await database.close();
    const db = new DatabaseSync(left);
    assert.deepEqual({ ...db.prepare("PRAGMA integrity_check").get() }, { integrity_check: "ok" });
    db.close();
    return pending;
  }

  test("is taken up with its own database, start after start", async () => {
    assert.equal(peekAtForeignWal(left), null);
    assert.equal(await countPending(), alertCount);
    assert.equal(await countPending(), alertCount);
  });

  test("is not mixed with a backup that was put in the database's place", async () => {
    copyFileSync(left, `${left}.old`);
    copyFileSync(backup, left);
    const sentence =
      /-wal was not written by the database that is there now.*move .*-wal and .*-shm away/;
    await assert.rejects(openSqliteStore({ path: left }), sentence);
    assert.match(peekAtForeignWal(left) ?? "", sentence);
    const copied = backUpSqlite(left, join(folder, "copy.db"), false);
    assert.match(copied.ok ? "" : copied.problem, sentence);
    // What the sentence offers, one way and the other.
    copyFileSync(`${left}.old`, left);
    assert.equal(await countPending(), alertCount);
    copyFileSync(backup, left);
    assert.equal(await countPending(), 1, "a clean end leaves no WAL");
  });

  test("is not deleted because its database is not there", async () => {
    rmSync(left);
    await assert.rejects(openSqliteStore({ path: left }), /put the database back/);
  });

  test("fits wherever the marking of the next start was killed", async () => {
    const lock = lockDatabase(left);
    const [mark = 0] = lock.marks;
    assert.equal(lock.marks.length, 1);
    lock.remember([mark + 1, mark]);
    lock.unlock();
    assert.equal(peekAtForeignWal(left), null);
    assert.equal(await countPending(), alertCount);
  });

  test("is taken up where no mark was ever remembered", async () => {
    rmSync(`${left}.lock`);
    assert.equal(await countPending(), alertCount);
  });
});
