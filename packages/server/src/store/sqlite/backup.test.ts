import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, test } from "node:test";
import { type FreshStore, openFreshStore } from "../../../test/support/fresh-store.ts";
import { accept, storedSink } from "../../../test/support/store-samples.ts";
import { attachStore } from "../client.ts";
import { backUpSqlite } from "./backup.ts";
import { openSqliteStore } from "./store.ts";

describe("a backup", { timeout: 60_000 }, () => {
  let fresh: FreshStore;
  let folder = "";
  beforeEach(async () => {
    fresh = await openFreshStore();
    folder = mkdtempSync(join(tmpdir(), "event-sinks-backup-"));
  });
  afterEach(async () => {
    await fresh.close();
    rmSync(folder, { recursive: true });
  });

  function refusal(to: string, mayReplace = false): string {
    const result = backUpSqlite(fresh.path, to, mayReplace);
    assert.ok(!result.ok, `it was backed up to ${to}`);
    return result.problem;
  }

  test("of an open store has all that was answered, for its owner's eyes only", async () => {
    const sink = await storedSink(fresh.store);
    await accept(fresh.store, sink);
    const to = join(folder, "copy.db");
    const result = backUpSqlite(fresh.path, to, false);
    assert.deepEqual(result, { ok: true, path: to, bytes: statSync(to).size });
    assert.equal(statSync(to).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), ["copy.db"], "nothing else is left behind");

    await accept(fresh.store, sink);
    const copy = await openSqliteStore({ path: to });
    const store = attachStore(copy.connect());
    assert.equal((await store.countDeliveries({})).pending, 1);
    await store.close();
    await copy.close();
    const db = new DatabaseSync(to);
    assert.deepEqual({ ...db.prepare("PRAGMA auto_vacuum").get() }, { auto_vacuum: 2 });
    db.close();
  });

  test("replaces a file only when told, and then whole", () => {
    const to = join(folder, "copy.db");
    writeFileSync(to, "precious", { mode: 0o644 });
    assert.match(refusal(to), /copy\.db is there already\..*--force/);
    assert.equal(readFileSync(to, "utf8"), "precious");
    assert.ok(backUpSqlite(fresh.path, to, true).ok);
    assert.equal(statSync(to).mode & 0o777, 0o600);
    assert.match(readFileSync(to, "latin1"), /^SQLite format 3/);
  });

  test("never goes where the database is, by any name, not even when told to replace", () => {
    const alias = join(folder, "alias.db");
    symlinkSync(fresh.path, alias);
    for (const to of [fresh.path, `${fresh.path}-wal`, `${fresh.path}.lock`, alias]) {
      assert.match(refusal(to, true), /belongs to the database itself/, to);
    }
  });

  test("refuses nonsense in words that help", () => {
    mkdirSync(join(folder, "inner"));
    assert.match(refusal(join(folder, "inner"), true), /is a folder\. Name a file in it/);
    assert.match(refusal(join(folder, "not", "there.db")), /There is no folder .*not\. Make it/);
    assert.match(refusal("s3://bucket/copy.db"), /goes to a file, not to "s3:/);
    assert.match(refusal("-"), /goes to a file/);
    const from = join(folder, "nothing.db");
    const missing = backUpSqlite(from, join(folder, "copy.db"), false);
    assert.match(missing.ok ? "" : missing.problem, /There is no database at .*nothing\.db/);
    const theirs = new DatabaseSync(join(folder, "theirs.db"));
    theirs.exec("CREATE TABLE theirs (x)");
    theirs.close();
    const wrong = backUpSqlite(join(folder, "theirs.db"), join(folder, "copy.db"), false);
    assert.match(wrong.ok ? "" : wrong.problem, /is no database of Event Sinks/);
  });

  test("of a damaged database is refused, and leaves nothing behind", async () => {
    const path = join(folder, "damaged.db");
    assert.ok(backUpSqlite(fresh.path, path, false).ok);
    const bytes = readFileSync(path);
    bytes.fill(0xff, 8_192);
    writeFileSync(path, bytes);
    const result = backUpSqlite(path, join(folder, "copy.db"), false);
    assert.match(result.ok ? "" : result.problem, /damaged/);
    assert.deepEqual(readdirSync(folder), ["damaged.db"]);
  });
});
