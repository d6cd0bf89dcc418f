import assert from "node:assert/strict";
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { runCommand } from "../support/run-command.ts";
import { freshDirectory, startService } from "../support/start-service.ts";

test("doctor says what is well, and what to do where it is not", {
  timeout: 300_000,
}, async (t) => {
  const directory = await freshDirectory(t);
  const at = (name: string) => join(directory, "data", name);
  const ask = (env = {}) => runCommand(directory, ["doctor"], env);

  const fresh = await ask();
  assert.equal(fresh.exitCode, 0, fresh.err);
  assert.match(fresh.out, /^look +folder +There is no .*data yet: the first start makes it/);

  const early = await runCommand(directory, ["migrate"]);
  assert.equal(early.exitCode, 1, "it makes no database without a key");
  const service = await startService(t, directory);
  const made = service.log.filter(({ msg }) => msg === "service.key_made");
  const keyFiles = ["operator.key", "encryption.key"];
  assert.deepEqual(
    made.map(({ path }) => basename(String(path))),
    keyFiles,
  );
  for (const name of keyFiles) {
    const key = readFileSync(at(name), "utf8").trim();
    assert.ok(!JSON.stringify(service.log).includes(key), "the log names the file, not the key");
  }
  const well = await ask();
  assert.equal(well.exitCode, 0, "it may run beside the service");
  assert.match(well.out, /^ok +database .*is whole, with schema \d+\.$/m);
  assert.match(well.out, /^ok +encryption key .*opens what the database holds/m);
  assert.doesNotMatch(well.out, /^(look|bad)/m);
  assert.ok(!well.out.includes(readFileSync(at("operator.key"), "utf8").trim()), "tells no key");
  assert.equal((await runCommand(directory, ["migrate"])).exitCode, 1, "the service has it");
  await service.stop();
  assert.match((await runCommand(directory, ["migrate"])).out, /has schema \d+ already/);

  chmodSync(at("operator.key"), 0o644);
  assert.match((await ask()).out, /^look +operator key .*chmod 600/m);
  const full = await ask({ EVENT_SINKS_DISK_FREE_MIN: "1000000MiB" });
  assert.equal(full.exitCode, 1);
  assert.match(full.out, /^bad +space .*refused with 503. Make room/m);

  const other = Buffer.alloc(32, 1).toString("base64");
  const wrong = await ask({ EVENT_SINKS_ENCRYPTION_KEY: other });
  assert.equal(wrong.exitCode, 1);
  assert.match(wrong.out, /^bad +encryption key .*not the one this database was made with/m);
  assert.ok(!wrong.out.includes(other));
  rmSync(at("encryption.key"));
  assert.match((await ask()).out, /^bad +encryption key .*Put back the file/m);

  // As when a backup, which is of another moment, is put in the place of a database that was killed.
  const db = new DatabaseSync(at("event-sinks.db"));
  db.exec("PRAGMA user_version = 1");
  db.close();
  writeFileSync(at("event-sinks.db-wal"), Buffer.alloc(8_192, 1));
  const stale = await ask();
  assert.equal(stale.exitCode, 1);
  assert.match(stale.out, /^bad +database .*-wal was not written by the database .*move .*away/m);
  rmSync(at("event-sinks.db-wal"));

  const bytes = readFileSync(at("event-sinks.db"));
  writeFileSync(at("event-sinks.db"), bytes.fill(0xff, 4_096));
  const damaged = await ask();
  assert.equal(damaged.exitCode, 1);
  assert.match(damaged.out, /^bad +database .*damaged.*restore a backup/m);
});
