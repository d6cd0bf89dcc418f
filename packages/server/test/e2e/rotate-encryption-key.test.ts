/** Rotating the encryption key as an operator does it, killed in the middle, on both stores. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";
import { startPostgres } from "../support/postgres-server.ts";
import { runCommand } from "../support/run-command.ts";
import {
  freshDirectory,
  mainPath,
  type RunningService,
  startService,
} from "../support/start-service.ts";

const command = ["rotate-encryption-key"];
const newKey = () => randomBytes(32).toString("base64");

async function makeSinks(service: RunningService, count: number): Promise<string[]> {
  const make = async (index: number) => {
    const made = await service.call("POST", "/v1/event_sink", {
      tenant_id: "acme",
      name: `Sink ${index}`,
      description: "",
      event_sink_args: { Webhook: { url: "https://example.com/hook" } },
    });
    assert.equal(made.status, 200, made.text);
    return made.json.event_sink.id as string;
  };
  const ids: string[] = [];
  while (ids.length < count) {
    ids.push(...(await Promise.all(Array.from({ length: 50 }, (_, index) => make(index)))));
  }
  return ids;
}

/** Each sink's signing secret: what only the right key opens. */
async function readSecrets(service: RunningService, ids: readonly string[]): Promise<string[]> {
  const secrets: string[] = [];
  for (const id of ids) {
    const { status, json } = await service.call("GET", `/v1/event_sink/${id}/signing_secret`);
    assert.equal(status, 200, id);
    secrets.push(json.signing_secret);
  }
  return secrets;
}

/** How many sinks are sealed with each key. */
function countByKey(file: string): Record<string, number> {
  const db = new DatabaseSync(file, { readOnly: true });
  const rows = db
    .prepare(
      "SELECT substr(sealed_secrets, 4, 8) AS key, count(*) AS count FROM event_sinks GROUP BY 1",
    )
    .all();
  db.close();
  return Object.fromEntries(rows.map(({ key, count }) => [String(key), Number(count)]));
}

/** Dies by SIGKILL the moment it tells of its first step, so surely in the middle. */
const dyingAtStep = `data:text/javascript,
  import { writeSync } from "node:fs";
  process.stdout.write = (text) => {
    writeSync(1, text);
    if (text.includes(" sealed with key ")) process.kill(process.pid, "SIGKILL");
  };`;

async function runAndKill(directory: string): Promise<string> {
  const child = spawn(process.execPath, ["--import", dyingAtStep, mainPath, ...command], {
    cwd: directory,
    env: { PATH: process.env["PATH"] },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = await Promise.all([text(child.stdout), once(child, "close")]);
  assert.equal(child.signalCode, "SIGKILL");
  return said;
}

test("a key in a file is rotated, over a kill in the middle", { timeout: 120_000 }, async (t) => {
  const directory = await freshDirectory(t);
  const file = join(directory, "data/event-sinks.db");
  const keyFile = join(directory, "data/encryption.key");
  assert.equal((await runCommand(directory, command)).exitCode, 1, "nothing to rotate yet");
  assert.ok(!existsSync(file), "and nothing is made");

  const first = await startService(t, directory);
  const ids = await makeSinks(first, 500);
  const sample = [...ids.slice(0, 3), ...ids.slice(-3)];
  const secrets = await readSecrets(first, sample);
  const beside = await runCommand(directory, command);
  assert.equal(beside.exitCode, 1);
  assert.match(beside.err, /in use by another Event Sinks. Stop that one first/);
  await first.stop();
  const formerKey = readFileSync(keyFile, "utf8").trim();
  const [formerId] = Object.keys(countByKey(file));

  assert.match(await runAndKill(directory), /^200 sealed with key [0-9a-f]{8}\n$/);
  const counts = countByKey(file);
  assert.equal(Object.keys(counts).length, 2, `killed in the middle: ${JSON.stringify(counts)}`);
  const doctor = await runCommand(directory, ["doctor"]);
  assert.match(doctor.out, /^look +encryption key .*being rotated/m);

  const between = await startService(t, directory);
  assert.deepEqual(await readSecrets(between, sample), secrets, "both keys read");
  await between.stop();
  const refused = await runCommand(directory, [], { EVENT_SINKS_ENCRYPTION_KEY: formerKey });
  assert.equal(refused.exitCode, 1);
  assert.match(refused.err, /cannot start.*both are needed/s);

  const finished = await runCommand(directory, command);
  assert.equal(finished.exitCode, 0, finished.err);
  assert.match(finished.out, /Done: all stored secrets are sealed with key/);
  const [newId, ...others] = Object.keys(countByKey(file));
  assert.deepEqual(others, []);
  assert.notEqual(newId, formerId);
  assert.match(readFileSync(keyFile, "utf8"), /^[^\n]{44}\n$/, "one key again");
  const kept = join(directory, `data/encryption.key.former-${formerId}`);
  assert.equal(readFileSync(kept, "utf8").trim(), formerKey);
  for (const path of [keyFile, kept]) assert.equal(statSync(path).mode & 0o777, 0o600);
  const keyFiles = readdirSync(join(directory, "data")).filter((name) =>
    name.startsWith("encryption"),
  );
  assert.equal(keyFiles.length, 2, "no draft is left");
  for (const said of [finished.out, finished.err]) assert.ok(!said.includes(formerKey));

  const last = await startService(t, directory);
  assert.deepEqual(await readSecrets(last, sample), secrets);
  const { json } = await last.call("GET", "/v1/audit?action=encryption_key.rotated");
  assert.equal(json.data.audit_entries[0].resource_id, newId);
  await last.stop();
  const wrong = await runCommand(directory, [], { EVENT_SINKS_ENCRYPTION_KEY: formerKey });
  assert.match(wrong.err, /encryption key is not the one this database was made with/);
});

test("a wrong key is refused before anything is changed", { timeout: 60_000 }, async (t) => {
  const directory = await freshDirectory(t);
  await (await startService(t, directory)).stop();
  const env = { EVENT_SINKS_ENCRYPTION_KEY: newKey(), EVENT_SINKS_ENCRYPTION_KEY_SECOND: newKey() };
  const wrong = await runCommand(directory, command, env);
  assert.equal(wrong.exitCode, 1);
  assert.match(wrong.err, /encryption key is not the one this database was made with/);
  const made = readFileSync(join(directory, "data/encryption.key"), "utf8").trim();
  const alone = await runCommand(directory, command, { EVENT_SINKS_ENCRYPTION_KEY: made });
  assert.equal(alone.exitCode, 2);
  assert.match(alone.err, /one key only.*EVENT_SINKS_ENCRYPTION_KEY_SECOND/s);
  await (await startService(t, directory)).stop();
});

const server = await startPostgres();
after(() => server.close());

test("on PostgreSQL it is done beside nodes that run", { timeout: 120_000 }, async (t) => {
  await server.run("CREATE DATABASE rotation");
  const [former, next] = [newKey(), newKey()];
  const common = {
    EVENT_SINKS_DATABASE_URL: server.urlOf("rotation"),
    EVENT_SINKS_API_KEY: randomBytes(32).toString("hex"),
  };
  const start = async (key: string, second: string | null) =>
    startService(t, await freshDirectory(t), {
      ...common,
      EVENT_SINKS_ENCRYPTION_KEY: key,
      ...(second === null ? {} : { EVENT_SINKS_ENCRYPTION_KEY_SECOND: second }),
    });
  // As docs/encryption-key.md says: first every node can open both, then the new key seals.
  const one = await start(former, next);
  const ids = await makeSinks(one, 300);
  const two = await start(next, former);
  const later = await makeSinks(two, 50);
  const sample = [...ids.slice(0, 3), ...later.slice(0, 3)];
  const secrets = await readSecrets(one, sample);
  assert.deepEqual(await readSecrets(two, sample), secrets, "each opens what the other sealed");
  await one.stop();

  const directory = await freshDirectory(t);
  const env = {
    ...common,
    EVENT_SINKS_ENCRYPTION_KEY: next,
    EVENT_SINKS_ENCRYPTION_KEY_SECOND: former,
  };
  const rotated = await runCommand(directory, command, env);
  assert.equal(rotated.exitCode, 0, rotated.err);
  assert.match(rotated.out, /\(300 anew\)/);
  assert.deepEqual(await readSecrets(two, sample), secrets, "the running node goes on");
  await two.stop();
  const last = await start(next, null);
  assert.deepEqual(await readSecrets(last, sample), secrets);
  await last.stop();
  const refused = await runCommand(directory, [], {
    ...env,
    EVENT_SINKS_ENCRYPTION_KEY: former,
    EVENT_SINKS_ENCRYPTION_KEY_SECOND: "",
  });
  assert.equal(refused.exitCode, 1);
  assert.match(refused.err, /cannot start.*not the one/s);
});
