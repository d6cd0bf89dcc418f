import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, test } from "node:test";
import { attachStore } from "../client.ts";
import { openSqliteStore } from "./store.ts";

describe("opening a SQLite store", { timeout: 60_000 }, () => {
  let folder = "";
  let path = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "event-sinks-"));
    path = join(folder, "event-sinks.db");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function openAndClose(at = path): Promise<void> {
    const database = await openSqliteStore({ path: at });
    await database.close();
  }

  test("makes the folder and the file, and leaves one file and the lock behind", async () => {
    path = join(folder, "a", "b", "event-sinks.db");
    await openAndClose();
    const db = new DatabaseSync(path);
    assert.deepEqual({ ...db.prepare("PRAGMA journal_mode").get() }, { journal_mode: "wal" });
    assert.deepEqual({ ...db.prepare("PRAGMA auto_vacuum").get() }, { auto_vacuum: 2 });
    db.close();
    await openAndClose();
  });

  test("is refused while another one has it, under any name, and allowed after that", async () => {
    const database = await openSqliteStore({ path });
    const alias = join(folder, "alias.db");
    symlinkSync(path, alias);
    for (const name of [path, alias]) {
      await assert.rejects(openSqliteStore({ path: name }), /in use by another .* Stop that one/);
    }
    const backup = new DatabaseSync(path, { readOnly: true });
    backup.exec(`VACUUM INTO '${join(folder, "backup.db")}'`);
    backup.close();
    await database.close();
    await openAndClose();
    await openAndClose(join(folder, "backup.db"));
  });

  test("says so when the folder cannot be made", async () => {
    writeFileSync(join(folder, "file"), "");
    const below = join(folder, "file", "event-sinks.db");
    await assert.rejects(openSqliteStore({ path: below }), /folder .* cannot be made .* Make it/);
  });

  test("says so when the file is no database, is damaged, or is a folder", async () => {
    writeFileSync(path, "this is a text and not a database at all. ".repeat(50));
    await assert.rejects(openSqliteStore({ path }), /not a SQLite database.* restore a backup/);
    assert.match(readFileSync(path, "utf8"), /^this is a text/, "it must be left as it was");
    rmSync(path);
    await openAndClose();
    const bytes = readFileSync(path);
    bytes.fill(0xff, 4_096);
    writeFileSync(path, bytes);
    await assert.rejects(openSqliteStore({ path }), /damaged.* restore a backup/);
    await assert.rejects(openSqliteStore({ path: folder }), /cannot be opened/);
  });

  test("says so when the file is read-only", async () => {
    await openAndClose();
    // SQLite's own mark for "read, but do not write": it holds for root too (fileformat2, 1.3.3).
    const bytes = readFileSync(path);
    bytes[18] = 3;
    writeFileSync(path, bytes);
    await assert.rejects(openSqliteStore({ path }), /read-only.* Check the file/);
  });

  test("refuses another program's database and touches nothing", async () => {
    const db = new DatabaseSync(path);
    db.exec("CREATE TABLE theirs (x)");
    db.close();
    await assert.rejects(openSqliteStore({ path }), /database of another program/);
    const after = new DatabaseSync(path);
    const tables = after.prepare("SELECT name FROM sqlite_schema").all();
    after.close();
    assert.deepEqual(
      tables.map(({ name }) => name),
      ["theirs"],
    );
  });

  test("refuses a newer schema and says what to do", async () => {
    await openAndClose();
    const db = new DatabaseSync(path);
    db.exec("INSERT INTO migrations VALUES (999999, 'from_the_future', 0)");
    db.close();
    await assert.rejects(
      openSqliteStore({ path }),
      /schema \d+ \("from_the_future"\).*newer version/,
    );
    await assert.rejects(
      openSqliteStore({ path }),
      /newer version/,
      "a refusal must free the lock",
    );
  });

  test("calls after closing reject, calls before it are answered", async () => {
    const database = await openSqliteStore({ path });
    const store = attachStore(database.connect());
    const asked = store.createTenant({ id: "acme", createdAt: 1 });
    const read = store.getTenant({ id: "nobody" });
    await store.close();
    assert.deepEqual([await asked, await read], ["created", null]);
    await assert.rejects(store.getTenant({ id: "acme" }), { name: "StoreUnavailable" });
    const orphan = attachStore(database.connect());
    await database.close();
    await assert.rejects(orphan.getTenant({ id: "acme" }), { name: "StoreUnavailable" });
    await assert.rejects(orphan.createTenant({ id: "x", createdAt: 1 }), {
      name: "StoreUnavailable",
    });
  });

  test("tells of a thread that has died, and can still be closed", async () => {
    const crashes: Error[] = [];
    const database = await openSqliteStore({ path, onCrash: (error) => crashes.push(error) });
    const connection = database.connect();
    const store = attachStore(connection);
    connection.writer.postMessage(null);
    await assert.rejects(store.createTenant({ id: "acme", createdAt: 1 }), {
      name: "StoreUnavailable",
    });
    await database.close();
    assert.equal(crashes.length, 1);
    await openAndClose();
  });
});
