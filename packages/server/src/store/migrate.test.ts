import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { type AppliedMigration, type Migration, migrate } from "./migrate.ts";

describe("migrating", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "event-sinks-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (...files: string[]) => {
    for (const file of files) writeFileSync(join(folder, file), `-- ${file}`);
    return pathToFileURL(`${folder}/`);
  };
  const database = (...applied: AppliedMigration[]) => {
    const ran: Migration[] = [];
    return {
      ran,
      applied: () => applied,
      apply: (steps: readonly Migration[]) => void ran.push(...steps),
    };
  };
  const initial = { number: 1, name: "initial" };

  test("runs what is missing, in order, and nothing else", async () => {
    const files = write("000002_add_more.sql", "000001_initial.sql", "000003_last.sql");
    const db = database(initial);
    assert.deepEqual(await migrate(db, files), { schema: 3, ran: 2 });
    assert.deepEqual(
      db.ran.map(({ number, name, sql }) => [number, name, sql]),
      [
        [2, "add_more", "-- 000002_add_more.sql"],
        [3, "last", "-- 000003_last.sql"],
      ],
    );
    assert.equal((await migrate(database(initial, ...db.ran), files)).ran, 0);
  });

  test("refuses a database that is ahead, naming the cure, before running anything", async () => {
    const db = database(initial, { number: 2, name: "newer" });
    const expected = /schema 2 \("newer"\).*up to 1.*Start the newer version again/;
    await assert.rejects(migrate(db, write("000001_initial.sql")), expected);
    assert.deepEqual(db.ran, []);
  });

  test("refuses a database whose steps have other names", async () => {
    const db = database({ number: 1, name: "other" });
    const files = write("000001_initial.sql", "000002_more.sql");
    await assert.rejects(migrate(db, files), /step 1 is "other", but here it is "initial"/);
    assert.deepEqual(db.ran, []);
  });

  test("refuses a folder with a gap, a number taken twice or a name of another form", async () => {
    for (const wrong of ["000003_gap.sql", "000001_twice.sql", "000002_Bad.sql", "2_short.sql"]) {
      const files = write("000001_initial.sql", wrong);
      await assert.rejects(migrate(database(), files), /should be number/, wrong);
      rmSync(join(folder, wrong));
    }
  });
});
