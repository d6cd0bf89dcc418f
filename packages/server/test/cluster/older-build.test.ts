/**
 * An upgrade that rolls over a cluster, from a build of this project that was: not one made to look old,
 * as in `rolling-upgrade.test.ts`, but its sources out of the history.
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { startPostgres } from "../support/postgres-server.ts";
import { freshDirectory, type RunningService } from "../support/start-service.ts";
import { makeSmallCluster, sendAlert, untilDelivered } from "./small-cluster.ts";

/** The last one before migration 12. */
const older = { commit: "cd6e83a", schema: 11 };

const root = join(import.meta.dirname, "../../../..");
const server = await startPostgres();
after(() => server.close());

/** Lays the older build out, with what this one has installed. @returns null where there is no history. */
async function layOut(t: Parameters<typeof freshDirectory>[0]): Promise<string | null> {
  const git = ["archive", "--format=tar", older.commit, "packages/server"];
  const packed = spawnSync("git", git, { cwd: root, maxBuffer: 2 ** 28 });
  if (packed.status !== 0) return null;
  const folder = await freshDirectory(t);
  const unpacked = spawnSync("tar", ["-x", "-C", folder], { input: packed.stdout });
  if (unpacked.status !== 0) return null;
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return join(folder, "packages/server/src/main.ts");
}

test("nodes of this version replace those of an older build under load", async (t) => {
  const program = await layOut(t);
  if (program === null) {
    t.skip(`${older.commit} is not in this copy of the repository, or git or tar is missing`);
    return;
  }
  const { startNode, makeSink } = await makeSmallCluster(t, server, "older_build");
  const nodes: RunningService[] = [await startNode({}, program), await startNode({}, program)];
  const [one, two] = nodes;
  assert.ok(one && two);
  assert.equal(await schemaOf("older_build"), older.schema);
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

  // The first new one brings the schema up to date under the old ones.
  const three = await startNode();
  nodes.push(three);
  assert.ok((await schemaOf("older_build")) > older.schema);
  await untilAllArrived();
  const four = await startNode();
  nodes.push(four);
  for (const old of [one, two]) {
    nodes.splice(nodes.indexOf(old), 1);
    await untilAllArrived();
    await old.stop();
  }
  isOver = true;
  await sending;
  await untilAllArrived();
  for (const receiver of receivers) assert.equal(receiver.deliveries.length, sentCount);
  await assert.rejects(startNode({}, program), /newer|knows schemas up to/);
  await three.stop();
  await four.stop();
});

async function schemaOf(database: string): Promise<number> {
  const { rows } = await server.runIn(database, "SELECT max(number) AS number FROM migrations");
  return Number(rows[0]?.number);
}
