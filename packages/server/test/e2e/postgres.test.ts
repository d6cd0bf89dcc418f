/** Two nodes of the running service on one PostgreSQL database, one of which is killed. */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { startWebhookReceiver, type WebhookReceiver } from "@event-sinks/simulators";
import { startPostgres } from "../support/postgres-server.ts";
import {
  eventually,
  freshDirectory,
  type RunningService,
  startService,
} from "../support/start-service.ts";

const server = await startPostgres();
after(() => server.close());

async function sendAlerts(service: RunningService, count: number): Promise<string[]> {
  const alerts = Array.from({ length: count }, () => ({
    tenant_id: "acme",
    id: crypto.randomUUID(),
    name: "to be delivered",
  }));
  const answer = await service.call("POST", "/v1/alert/batch", { alerts });
  assert.equal(answer.status, 202, answer.text);
  return alerts.map(({ id }) => id);
}

/** How many sinks were told of an alert. */
function deliveriesOf(receiver: WebhookReceiver, alertId: string): number {
  const told = receiver.deliveries.filter(({ request }) => request.body.includes(alertId));
  return new Set(told.map(({ id }) => id)).size;
}

test("two nodes deliver what either took, and one goes on when the other is killed", async (t) => {
  await server.run("CREATE DATABASE two_nodes");
  const receiver = await startWebhookReceiver();
  t.after(() => receiver.stop());
  const env = {
    EVENT_SINKS_DATABASE_URL: server.urlOf("two_nodes"),
    EVENT_SINKS_API_KEY: randomBytes(32).toString("hex"),
    EVENT_SINKS_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
  };
  const [one, two] = await Promise.all([
    startService(t, await freshDirectory(t), env),
    startService(t, await freshDirectory(t), env),
  ]);
  const makeSink = async (service: RunningService) => {
    const made = await service.call("POST", "/v1/event_sink", {
      tenant_id: "acme",
      name: "Triage",
      description: "",
      event_sink_args: { Webhook: { url: receiver.url } },
    });
    assert.equal(made.status, 200, made.text);
  };
  await makeSink(one);
  await makeSink(two);

  const sent = [...(await sendAlerts(one, 50)), ...(await sendAlerts(two, 50))];
  const isDelivered = async () => sent.every((id) => deliveriesOf(receiver, id) >= 2);
  await eventually(isDelivered, "all reach both sinks");

  await one.kill("SIGKILL");
  sent.push(...(await sendAlerts(two, 50)));
  await eventually(isDelivered, "what the dead node's lanes hold is delivered too", 30_000);
  await two.stop();
});
