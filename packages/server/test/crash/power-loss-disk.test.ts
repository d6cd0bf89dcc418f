/** The disk that the crash test trusts, tested by itself: small programs on it, then no power. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, beforeEach, describe, test } from "node:test";
import {
  buildPowerLossLibrary,
  createPowerLossDisk,
  type PowerLossDisk,
} from "./power-loss-disk.ts";

const workshop = mkdtempSync(join(tmpdir(), "event-sinks-power-"));
after(() => rmSync(workshop, { recursive: true }));
const library = buildPowerLossLibrary(workshop);

describe("a disk without power", { timeout: 60_000 }, () => {
  let folder = "";
  let root = "";
  let disk: PowerLossDisk;
  beforeEach(() => {
    folder = mkdtempSync(join(workshop, "disk-"));
    root = join(folder, "files");
    mkdirSync(root);
    disk = createPowerLossDisk(library, root, join(folder, "notes"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs a program on the disk, with `fs`, `at(name)` and `syncFolder()` at hand, then kills it. */
  function run(program: string): string {
    const script = `
      import fs from "node:fs";
      import { DatabaseSync } from "node:sqlite";
      const at = (name) => ${JSON.stringify(`${root}/`)} + name;
      const syncFolder = () => { const f = fs.openSync(at("")); fs.fsyncSync(f); fs.closeSync(f); };
      const syncFile = (name) => { const f = fs.openSync(at(name), "r+"); fs.fsyncSync(f); fs.closeSync(f); };
      ${program}
      process.kill(process.pid, "SIGKILL");`;
    const result = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      env: { PATH: process.env["PATH"], ...disk.env },
      encoding: "utf8",
    });
    assert.equal(result.signal, "SIGKILL", result.stderr);
    return result.stdout;
  }
  const give = (name: string, text: string) => writeFileSync(join(root, name), text);
  const read = (name: string) => readFileSync(join(root, name), "utf8");

  test("has what was synced, and nothing else of a file", () => {
    give("old", "a".repeat(10_000));
    run(`
      fs.writeFileSync(at("synced"), "one", { flush: true });
      await fs.promises.writeFile(at("unsynced"), "two");
      syncFolder();
      fs.appendFileSync(at("synced"), " and more");
      const f = fs.openSync(at("old"), "r+");
      fs.writeSync(f, "b".repeat(5), 4_094);
      fs.ftruncateSync(f, 5_000);`);
    assert.equal(read("unsynced"), "two", "without a power failure all is there");
    disk.losePower();
    assert.equal(read("synced"), "one");
    assert.equal(read("unsynced"), "");
    assert.equal(read("old"), "a".repeat(10_000));
  });

  test("has a name only when its folder was synced, also after a rename or an unlink", () => {
    give("renamed", "1");
    give("unlinked", "2");
    give("replaced", "3");
    run(`
      fs.writeFileSync(at("nameless"), "x", { flush: true });
      fs.writeFileSync(at("draft"), "new", { flush: true });
      fs.renameSync(at("renamed"), at("other"));
      fs.unlinkSync(at("unlinked"));
      fs.renameSync(at("draft"), at("replaced"));
      fs.mkdirSync(at("folder"));`);
    assert.equal(read("replaced"), "new");
    disk.losePower();
    for (const name of ["nameless", "draft", "other", "folder"]) {
      assert.ok(!existsSync(join(root, name)), name);
    }
    assert.deepEqual([read("renamed"), read("unlinked"), read("replaced")], ["1", "2", "3"]);

    run(`
      fs.renameSync(at("renamed"), at("other"));
      fs.unlinkSync(at("unlinked"));
      syncFolder();`);
    disk.losePower();
    assert.equal(read("other"), "1");
    assert.ok(!existsSync(join(root, "unlinked")));
  });

  test("lets SQLite keep what it committed with synchronous=FULL, and forgets it with OFF", () => {
    const write = (mode: string, rows: number) =>
      run(`
        const db = new DatabaseSync(at("test.db"));
        db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = ${mode}");
        db.exec("CREATE TABLE IF NOT EXISTS numbers (n)");
        for (let n = 0; n < ${rows}; n++) db.exec("INSERT INTO numbers VALUES (1)");
        console.log(db.prepare("SELECT sum(n) AS sum FROM numbers").get().sum);`).trim();
    assert.equal(write("FULL", 100), "100");
    assert.ok(disk.count("syncs") >= 100);
    disk.losePower();
    assert.equal(write("FULL", 0), "100");
    assert.equal(write("OFF", 50), "150");
    disk.losePower();
    assert.equal(write("FULL", 0), "100");
  });

  test("tells no error of a lie, and loses what it said it had", () => {
    disk.lieAboutSyncs();
    run(`fs.writeFileSync(at("file"), "one", { flush: true }); syncFolder();`);
    disk.losePower();
    assert.ok(!existsSync(join(root, "file")));
  });

  test("fails as it is told, as often as it is told, and files may still be overwritten when full", () => {
    give("file", "1234");
    disk.failWrites("ENOSPC", 1);
    const out = run(`
      const f = fs.openSync(at("file"), "r+");
      fs.writeSync(f, "abcd", 0);
      const tries = [1, 2].map(() => { try { return fs.writeSync(f, "abcd", 4); } catch (e) { return e.code; } });
      console.log(tries.join());`);
    assert.equal(out.trim(), "ENOSPC,4");
    assert.equal(read("file"), "abcdabcd");
  });

  test("never writes again what a failed sync should have written, until it is changed", () => {
    give("file", "0".repeat(8_192));
    disk.failSyncs("EIO", 1);
    const out = run(`
      const f = fs.openSync(at("file"), "r+");
      fs.writeSync(f, "A", 0);
      fs.writeSync(f, "B", 5_000);
      fs.writeSync(f, "C", 9_000);
      const tries = [1, 2].map(() => { try { fs.fsyncSync(f); return "ok"; } catch (e) { return e.code; } });
      console.log(tries.join());
      fs.writeSync(f, "D", 5_001);
      fs.fsyncSync(f);`);
    assert.equal(out.trim(), "EIO,ok");
    disk.losePower();
    const text = read("file");
    assert.equal(text[0], "0", "the second sync did not write it");
    assert.equal(text.slice(5_000, 5_002), "BD", "its block was written again");
    assert.equal(text.length, 9_001);
    assert.equal(text[9_000], "\0");
  });

  test("keeps some of what was not synced by chance, in whole blocks", () => {
    give("file", "0".repeat(64 * 4_096));
    run(`
      const f = fs.openSync(at("file"), "r+");
      fs.writeSync(f, "1".repeat(64 * 4_096), 0);`);
    let seed = 1;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    disk.losePower(random);
    const blocks = read("file").match(/.{4096}/g) ?? [];
    assert.equal(blocks.length, 64);
    const counts = ["0", "1"].map(
      (digit) => blocks.filter((block) => block === digit.repeat(4_096)).length,
    );
    assert.equal((counts[0] ?? 0) + (counts[1] ?? 0), 64, "no block is torn");
    assert.ok(
      counts.every((count) => count > 10),
      counts.join(),
    );
  });
});
