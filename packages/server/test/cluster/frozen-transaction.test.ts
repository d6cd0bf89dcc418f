/** What a node that stands still in the middle of a transaction has locked, and for how long. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import pg from "pg";
import { startPostgres } from "../support/postgres-server.ts";
import { eventually } from "../support/start-service.ts";
import { makeSmallCluster, untilDelivered } from "./small-cluster.ts";

const server = await startPostgres();
after(() => server.close());

async function connectTo(database: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: server.urlOf(database) });
  await client.connect();
  return client;
}

/** Waits until the database makes a node wait for a lock. */
async function untilWaiting(database: string): Promise<void> {
  const isWaiting = async () => {
    const { rows } = await server.run(
      `SELECT 1 FROM pg_stat_activity WHERE datname = '${database}' AND wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  };
  await eventually(isWaiting, "a node waits for a lock");
}

test("what a node froze in the middle of is taken by another under the same id", {
  timeout: 120_000,
}, async (t) => {
  const { startNode, makeSink } = await makeSmallCluster(t, server, "standing");
  const frozen = await startNode();
  const receiver = await makeSink(frozen);
  const other = await startNode();
  const alert = { tenant_id: "acme", id: "sent to both", name: "to be delivered" };

  // It has the alert's id and rows by then, and is kept from its last statement.
  const keeper = await connectTo("standing");
  await keeper.query("BEGIN; LOCK TABLE delivery_counts IN EXCLUSIVE MODE");
  const unanswered = frozen.call("POST", "/v1/alert", alert);
  await untilWaiting("standing");
  frozen.process.kill("SIGSTOP");
  await keeper.query("ROLLBACK");
  await keeper.end();

  const taken = await other.call("POST", "/v1/alert", alert);
  assert.equal(taken.status, 202, taken.text);
  assert.equal(taken.json.alert.duplicate, false);
  frozen.process.kill("SIGCONT");
  const { status } = await unanswered;
  assert.ok(status === 503 || status === 202, `${status}`);
  await untilDelivered(receiver, 1);
  const { rows } = await server.runIn("standing", "SELECT count(*)::int AS count FROM alerts");
  assert.equal(rows[0]?.count, 1, "it was taken once");
});

test("a lock that somebody else does not let go makes intake say 503, not hang", {
  timeout: 120_000,
}, async (t) => {
  const { startNode, makeSink } = await makeSmallCluster(t, server, "locked");
  const node = await startNode();
  const receiver = await makeSink(node);
  const alert = { tenant_id: "acme", id: "in vain at first", name: "to be delivered" };
  const keeper = await connectTo("locked");
  await keeper.query("BEGIN; LOCK TABLE alerts IN EXCLUSIVE MODE");
  const refused = await node.call("POST", "/v1/alert", alert);
  assert.equal(refused.status, 503, refused.text);
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
  const isTold = () => node.log.find(({ msg }) => msg === "store.unavailable");
  const { reason } = await eventually(isTold, "the log says why");
  assert.match(String(reason), /a lock in the database could not be had in time/);
  await keeper.query("ROLLBACK");
  await keeper.end();
  const isTaken = async () => (await node.call("POST", "/v1/alert", alert)).status === 202;
  await eventually(isTaken, "it is taken");
  await untilDelivered(receiver, 1);
});
