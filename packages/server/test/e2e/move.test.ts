/** A service that moves from SQLite to PostgreSQL with work pending, and whose move is killed on the way. */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { startWebhookReceiver } from "@event-sinks/simulators";
import { migratePostgres } from "../../src/store/postgres/store.ts";
import { startPostgres } from "../support/postgres-server.ts";
import { runCommand, startCommand } from "../support/run-command.ts";
import {
  callApi,
  eventually,
  freshDirectory,
  type RunningService,
  startService,
} from "../support/start-service.ts";

const server = await startPostgres();
after(() => server.close());

const database = "moved";
const pendingCount = 3_000;
const source = "sqlite:./data/event-sinks.db";

async function sendAlerts({ call }: RunningService, sinkId: string, count: number) {
  const ids = Array.from({ length: count }, () => crypto.randomUUID());
  for (let from = 0; from < count; from += 500) {
    const alerts = ids.slice(from, from + 500).map((id) => ({
      ...{ tenant_id: "acme", id, name: "to be delivered", event_sink_ids: [sinkId] },
    }));
    const answer = await call("POST", "/v1/alert/batch", { alerts });
    assert.equal(answer.status, 202, answer.text);
  }
  return ids;
}

/** Stops whoever writes the delivery of this number, as if the network hung. */
async function hangAt(url: string, seq: number): Promise<void> {
  await migratePostgres(url);
  const run = (sql: string) => server.runIn(database, sql);
  await run(`CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$`);
  await run(`CREATE TRIGGER hang BEFORE INSERT ON deliveries FOR EACH ROW
    WHEN (NEW.seq = ${seq}) EXECUTE FUNCTION hang()`);
}

const isHanging = async () => {
  const sql = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
  return (await server.run(sql)).rowCount === 1;
};

/** Begins a move and kills it in the middle of the deliveries. */
async function killHalfway(directory: string, url: string): Promise<void> {
  await hangAt(url, 1_700);
  const killed = startCommand(directory, ["move", "--from", source, "--to", url]);
  await eventually(isHanging, "the move is in the middle of the deliveries");
  await killed.kill("SIGKILL");
  await server.run(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'",
  );
  await server.runIn(database, "DROP FUNCTION hang CASCADE");
}

test("a move that is killed goes on, and PostgreSQL delivers the rest", {
  timeout: 110_000,
}, async (t) => {
  const receiver = await startWebhookReceiver();
  t.after(() => receiver.stop());
  const directory = await freshDirectory(t);
  const old = await startService(t, directory);
  const made = await old.call("POST", "/v1/event_sink", {
    ...{ tenant_id: "acme", name: "Triage", description: "" },
    event_sink_args: { Webhook: { url: receiver.url, headers: { "x-key": "of the sink" } } },
  });
  assert.equal(made.status, 200, made.text);
  const { id } = made.json.event_sink;
  const [first = ""] = await sendAlerts(old, id, 1);
  const told = (alertId: string) =>
    receiver.deliveries.filter(({ request }) => request.body.includes(alertId)).length;
  await eventually(() => told(first) === 1, "the first is delivered by the old service");
  await old.call("POST", `/v1/event_sink/${id}/pause`);
  const pending = await sendAlerts(old, id, pendingCount);
  const tenantKey = await old.call("POST", "/v1/api_key", { tenant_id: "acme", name: "CI" });
  const secret = (service: RunningService) =>
    service.call("GET", `/v1/event_sink/${id}/signing_secret`);
  const secretBefore = (await secret(old)).json;

  await server.run(`CREATE DATABASE ${database}`);
  const url = server.urlOf(database);
  const move = (extra: readonly string[] = []) =>
    runCommand(directory, ["move", "--from", source, "--to", url, ...extra]);
  const early = await move();
  assert.equal(early.exitCode, 1);
  assert.match(early.err, /in use by another Event Sinks. Stop that one first/);
  await old.stop();

  await killHalfway(directory, url);
  const env = {
    EVENT_SINKS_DATABASE_URL: url,
    EVENT_SINKS_API_KEY: readFileSync(join(directory, "data/operator.key"), "utf8").trim(),
    EVENT_SINKS_ENCRYPTION_KEY: readFileSync(join(directory, "data/encryption.key"), "utf8").trim(),
  };
  await assert.rejects(startService(t, directory, env), /is not whole: a move into it was begun/);
  await assert.rejects(startService(t, directory), /has been moved, or is being moved, to/);

  const moved = await move();
  assert.equal(moved.exitCode, 0, moved.err);
  assert.match(moved.out, /Goes on with deliveries after 1,500 of 3,001/);
  assert.match(moved.out, /compared +3,001 {2}alerts/);
  assert.match(moved.out, /compared +3,000 {2}pending deliveries/);
  assert.match(moved.out, /all that was there has arrived, row for row/);
  assert.match((await move()).out, /It has been moved already/);
  await assert.rejects(startService(t, directory), /has been moved, or is being moved, to/);

  const wrongKey = { ...env, EVENT_SINKS_ENCRYPTION_KEY: randomBytes(32).toString("base64") };
  await assert.rejects(startService(t, directory, wrongKey), /encryption key is not the one/);
  const service = await startService(t, directory, env);
  assert.deepEqual((await secret(service)).json, secretBefore, "secrets open as before");
  const { key } = tenantKey.json.api_key;
  const listed = await callApi(`${service.url}/v1/event_sink?tenant_id=acme`, key, "GET");
  assert.equal(listed.json.data.event_sinks[0].id, id, "keys are the same");
  assert.equal(told(first), 1);
  await service.call("POST", `/v1/event_sink/${id}/resume`);
  const isAllDelivered = () => receiver.deliveries.length > pendingCount;
  await eventually(isAllDelivered, "what was pending is delivered", 60_000);
  const [later = ""] = await sendAlerts(service, id, 1);
  await eventually(() => told(later) === 1, "and what comes later");
  const bodies = receiver.deliveries.map(({ request }) => JSON.parse(request.body).id);
  assert.deepEqual(bodies.toSorted(), [first, later, ...pending].toSorted(), "each once");
  assert.equal(receiver.deliveries.at(-1)?.request.headers["x-key"], "of the sink");
  await service.stop();
});
