import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { startPostgres } from "../support/postgres-server.ts";
import { eventually, freshDirectory, startService } from "../support/start-service.ts";

const server = await startPostgres();
after(() => server.close());

/** A webhook that keeps its first callers waiting until it is told to answer. */
async function startHoldingReceiver() {
  const received: string[] = [];
  const held: ServerResponse[] = [];
  let isHolding = true;
  const http = createServer((request, response) => {
    received.push(String(request.headers["webhook-id"]));
    request.resume();
    if (isHolding) held.push(response);
    else response.end();
  });
  after(() => void http.close().closeAllConnections());
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    received,
    answer() {
      isHolding = false;
      for (const response of held) response.end();
    },
  };
}

test("a node that wakes after its lease has run out sends nothing of what it held", {
  timeout: 120_000,
}, async (t) => {
  await server.run("CREATE DATABASE frozen");
  const env = {
    EVENT_SINKS_DATABASE_URL: server.urlOf("frozen"),
    EVENT_SINKS_API_KEY: randomBytes(32).toString("hex"),
    EVENT_SINKS_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
  };
  const frozen = await startService(t, await freshDirectory(t), env);
  const receiver = await startHoldingReceiver();
  const made = await frozen.call("POST", "/v1/event_sink", {
    ...{ tenant_id: "acme", name: "hook", description: "" },
    event_sink_args: { Webhook: { url: receiver.url } },
  });
  assert.equal(made.status, 200, made.text);
  const alerts = Array.from({ length: 100 }, (_, index) => ({
    ...{ tenant_id: "acme", id: `alert ${index}`, name: "frozen" },
  }));
  assert.equal((await frozen.call("POST", "/v1/alert/batch", { alerts })).status, 202);
  const begun = await eventually(
    () => receiver.received.length >= 32 && receiver.received.length,
    "all slots are taken",
  );
  const other = await startService(t, await freshDirectory(t), env);

  frozen.process.kill("SIGSTOP");
  receiver.answer();
  const isDone = async () => {
    const { json } = await other.call("GET", "/v1/delivery?tenant_id=acme&state=pending");
    return json.data.deliveries.length === 0;
  };
  await eventually(isDone, "the other node delivers everything", 60_000);
  assert.equal(receiver.received.length, begun + 100, "what was under way is sent again, no more");

  frozen.process.kill("SIGCONT");
  const again = await eventually(
    async () => {
      const alert = { tenant_id: "acme", name: "after it" };
      const answer = await frozen.call("POST", "/v1/alert", alert);
      return answer.status === 202 && answer.json.deliveries[0].id;
    },
    "it takes alerts again",
    30_000,
  );
  await eventually(() => receiver.received.includes(again), "and they are delivered");
  assert.equal(receiver.received.length, begun + 101);
});
