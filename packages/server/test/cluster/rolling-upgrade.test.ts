/** Nodes of several versions on one database, as there are while an upgrade rolls over them. */

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, test } from "node:test";
import { startPostgres } from "../support/postgres-server.ts";
import { runCommand } from "../support/run-command.ts";
import { freshDirectory } from "../support/start-service.ts";
import { makeSmallCluster, sendAlert, untilDelivered } from "./small-cluster.ts";

const server = await startPostgres();
after(() => server.close());

const migrations = new URL("../../src/store/postgres/migrations/", import.meta.url);
const newest = readdirSync(migrations).length;

/** What the next version may do to the schema: add. It runs in one transaction, as migrations do. */
const nextMigration = `
  ALTER TABLE event_sinks ADD COLUMN of_the_next text NOT NULL DEFAULT '';
  ALTER TABLE alerts ADD COLUMN of_the_next bigint;
  ALTER TABLE deliveries ADD COLUMN of_the_next bigint NOT NULL DEFAULT 0;
  ALTER TABLE queue ADD COLUMN of_the_next bigint NOT NULL DEFAULT 0;
  CREATE TABLE of_the_next (id int PRIMARY KEY);
  CREATE INDEX of_the_next_index ON deliveries (tenant_id, of_the_next);
  INSERT INTO migrations (number, name, applied_at) VALUES (${newest + 1}, 'of_the_next', 0)`;

test("migrate is a step of its own, done once by whoever comes first", async (t) => {
  const { env, startNode } = await makeSmallCluster(t, server, "migrated");
  const directory = await freshDirectory(t);
  const doctor = await runCommand(directory, ["doctor"], env);
  assert.equal(doctor.exitCode, 0, doctor.err);
  assert.match(doctor.out, /^look +database +.*empty; event-sinks migrate, or the next start/m);

  const runs = await Promise.all(
    Array.from({ length: 5 }, () => runCommand(directory, ["migrate"], env)),
  );
  for (const { exitCode, err } of runs) assert.equal(exitCode, 0, err);
  const did = runs.filter(({ out }) => out.includes(`has schema ${newest} now (${newest} of its`));
  const found = runs.filter(({ out }) => out.includes(`has schema ${newest} already`));
  assert.deepEqual([did.length, found.length], [1, 4]);

  await startNode();
  const after = await runCommand(directory, ["doctor"], env);
  assert.equal(after.exitCode, 0, after.out);
  assert.match(after.out, new RegExp(`^ok +database +.*with schema ${newest}\\.$`, "m"));
  assert.match(after.out, /^ok +nodes +1 alive\.$/m);
  assert.match(after.out, /^ok +encryption key +.*it opens what the database holds\.$/m);
  assert.match(after.out, /^look +durability +fsync is off/m, "it is, on the tests' server");
  const wrong = { ...env, EVENT_SINKS_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString("base64") };
  const refused = await runCommand(directory, ["doctor"], wrong);
  assert.equal(refused.exitCode, 1);
  assert.match(refused.out, /^bad +encryption key +.*not the one this database was made with/m);
  const nowhere = { ...env, EVENT_SINKS_DATABASE_URL: "postgres://nobody@127.0.0.1:9/nowhere" };
  const lost = await runCommand(directory, ["doctor"], nowhere);
  assert.equal(lost.exitCode, 1);
  assert.match(lost.out, /^bad +database +.*cannot be used: .*ECONNREFUSED/m);
});

test("nodes go on while the next version's schema comes, and none of theirs starts on it", async (t) => {
  const { env, startNode, makeSink } = await makeSmallCluster(t, server, "upgraded");
  const nodes = await Promise.all([startNode(), startNode()]);
  const [one, two] = nodes;
  assert.ok(one && two);
  const receivers = [await makeSink(one), await makeSink(two)];
  let sentCount = 0;
  let isOver = false;
  const sending = (async () => {
    while (!isOver) {
      for (const node of nodes) {
        const answer = await sendAlert(node);
        assert.equal(answer.status, 202, answer.text);
        sentCount += 1;
      }
    }
  })();
  const untilAllArrived = async () => {
    const count = sentCount;
    for (const receiver of receivers) await untilDelivered(receiver, count);
  };
  await untilAllArrived();
  await server.runIn("upgraded", `BEGIN; ${nextMigration}; COMMIT`);
  await untilAllArrived();
  const listed = await one.call("GET", "/v1/event_sink?tenant_id=acme");
  const [sink] = listed.json.data.event_sinks;
  const changed = await two.call("PUT", `/v1/event_sink/${sink.id}`, {
    ...{ id: sink.id, tenant_id: "acme", name: "renamed" },
  });
  assert.equal(changed.status, 200, changed.text);
  assert.equal((await one.call("GET", "/v1/delivery?tenant_id=acme")).status, 200);

  const ahead = new RegExp(`has schema ${newest + 1}.*knows schemas up to ${newest}\\b`);
  await assert.rejects(startNode(), ahead);
  const directory = await freshDirectory(t);
  for (const command of ["migrate", "doctor"]) {
    const { exitCode, out, err } = await runCommand(directory, [command], env);
    assert.equal(exitCode, 1, command);
    assert.match(out + err, ahead);
  }

  // The upgrade takes the first of them away; what it owned goes to the other.
  nodes.splice(0, 1);
  await one.stop();
  isOver = true;
  await sending;
  await untilAllArrived();
  for (const receiver of receivers) assert.equal(receiver.deliveries.length, sentCount);
  await two.stop();
});
