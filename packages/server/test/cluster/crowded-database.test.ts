/** A database that others keep busy: locked, without a free connection, or with transactions that lose to others. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import pg from "pg";
import { startPostgres } from "../support/postgres-server.ts";
import { eventually } from "../support/start-service.ts";
import { makeSmallCluster, sendAlert, untilDelivered } from "./small-cluster.ts";

const server = await startPostgres();
after(() => server.close());

test("searches that hang keep no alert from being taken and delivered", async (t) => {
  const { startNode, makeSink } = await makeSmallCluster(t, server, "searched");
  const node = await startNode();
  const receiver = await makeSink(node);
  const other = new pg.Client({ connectionString: server.urlOf("searched") });
  await other.connect();
  await other.query("BEGIN; LOCK TABLE audit_log IN ACCESS EXCLUSIVE MODE");
  const searches = Array.from({ length: 30 }, () => node.call("GET", "/v1/audit?tenant_id=acme"));
  let isOver = false;
  const searched = Promise.all(searches).finally(() => {
    isOver = true;
  });
  for (let count = 1; count <= 20; count += 1) {
    assert.equal((await sendAlert(node)).status, 202);
    await untilDelivered(receiver, count);
  }
  assert.equal(isOver, false, "they hung all the while");
  await other.query("ROLLBACK");
  await other.end();
  // Those that waited for a connection for too long were told so.
  for (const { status } of await searched) assert.ok(status === 200 || status === 503);
});

test("without a free connection intake answers 503, and goes on when there is one", async (t) => {
  await server.run("CREATE ROLE crowded LOGIN");
  const { startNode, makeSink } = await makeSmallCluster(t, server, "crowded", "crowded");
  const node = await startNode();
  const receiver = await makeSink(node);
  assert.equal((await sendAlert(node)).status, 202);
  await untilDelivered(receiver, 1);

  await server.run("ALTER ROLE crowded CONNECTION LIMIT 0");
  await server.run(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'crowded'",
  );
  const refused = await eventually(async () => {
    const answer = await sendAlert(node);
    return answer.status !== 202 && answer;
  }, "an alert is refused");
  assert.equal(refused.status, 503);
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
  assert.equal(refused.json.code, "unavailable");
  assert.equal((await fetch(`${node.url}/readyz`)).status, 503);
  assert.equal((await fetch(`${node.url}/healthz`)).status, 200, "no reason to restart it");
  const metrics = await (await fetch(`${node.url}/metrics`)).text();
  assert.match(metrics, /^event_sinks_store_up 0$/m);
  assert.doesNotMatch(metrics, /^event_sinks_deliveries\{/m, "what is not known is not told");

  await server.run("ALTER ROLE crowded CONNECTION LIMIT -1");
  await eventually(async () => (await sendAlert(node)).status === 202, "alerts are taken again");
  await untilDelivered(receiver, 2);
  assert.equal((await fetch(`${node.url}/readyz`)).status, 200);
});

test("a transaction that loses to another is run again, and nobody hears of it", async (t) => {
  const { startNode, makeSink } = await makeSmallCluster(t, server, "losing");
  const node = await startNode();
  const receiver = await makeSink(node);
  // A sequence counts also what is rolled back: the first tries of intake and of settling fail.
  await server.runIn(
    "losing",
    `CREATE SEQUENCE queue_tries; CREATE SEQUENCE attempts_tries;
     CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       IF nextval(TG_TABLE_NAME || '_tries') <= 2 THEN
         RAISE EXCEPTION 'lost' USING ERRCODE = TG_ARGV[0];
       END IF;
       RETURN NULL;
     END $$;
     CREATE TRIGGER lose AFTER INSERT ON queue FOR EACH STATEMENT EXECUTE FUNCTION lose('40P01');
     CREATE TRIGGER lose AFTER INSERT ON attempts FOR EACH STATEMENT EXECUTE FUNCTION lose('40001')`,
  );
  for (let count = 1; count <= 5; count += 1) {
    assert.equal((await sendAlert(node)).status, 202);
    await untilDelivered(receiver, count);
  }
  const isSettled = async () => {
    const { rows } = await server.runIn("losing", "SELECT count(*) AS count FROM queue");
    return Number(rows[0]?.count) === 0;
  };
  await eventually(isSettled, "all are settled");
  for (const name of ["queue_tries", "attempts_tries"]) {
    const { rows } = await server.runIn("losing", `SELECT last_value FROM ${name}`);
    assert.ok(Number(rows[0]?.last_value) > 2, "the first two were lost");
  }
  const { rows: attempts } = await server.runIn("losing", "SELECT count(*) AS count FROM attempts");
  assert.equal(Number(attempts[0]?.count), 5);
  assert.equal(receiver.deliveries.length, 5, "none was sent twice");
  assert.deepEqual(
    node.log.filter(({ msg }) => msg === "store.unavailable"),
    [],
  );
});
