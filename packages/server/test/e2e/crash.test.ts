import assert from "node:assert/strict";
import { test } from "node:test";
import { startWebhookReceiver } from "@event-sinks/simulators";
import { eventually, freshDirectory, startService } from "../support/start-service.ts";

test("an alert answered with 202 is delivered after kill -9 and a restart", async (t) => {
  const directory = await freshDirectory(t);
  const receiver = await startWebhookReceiver();
  t.after(() => receiver.stop());
  receiver.behaveNext(1, { kind: "hang" });

  const first = await startService(t, directory);
  const { json: sink } = await first.call("POST", "/v1/event_sink", {
    tenant_id: "acme",
    name: "hook",
    description: "",
    event_sink_args: { Webhook: { url: `${receiver.url}alerts` } },
  });
  const accepted = await first.call("POST", "/v1/alert", { tenant_id: "acme", name: "kept" });
  assert.equal(accepted.status, 202);
  await first.kill("SIGKILL");
  receiver.behave();
  assert.equal(receiver.deliveries.length, 0);

  const second = await startService(t, directory);
  const delivered = await eventually(() => receiver.deliveries[0], "the delivery after a restart");
  assert.equal(JSON.parse(delivered.request.body).name, "kept");
  assert.equal(delivered.id, accepted.json.deliveries[0].id);
  const path = `/v1/delivery/${accepted.json.deliveries[0].id}`;
  const { json } = await eventually(async () => {
    const answer = await second.call("GET", path);
    return answer.json.delivery.state === "delivered" && answer;
  }, "the delivery is on record");
  assert.equal(json.delivery.event_sink_id, sink.event_sink.id);
  await second.stop();
});

test("SIGTERM ends with code 0 and loses nothing that was under way", async (t) => {
  const directory = await freshDirectory(t);
  const receiver = await startWebhookReceiver();
  t.after(() => receiver.stop());
  receiver.behaveNext(50, { kind: "delay", delayMs: 100 });

  const first = await startService(t, directory);
  await first.call("POST", "/v1/event_sink", {
    tenant_id: "acme",
    name: "hook",
    description: "",
    event_sink_args: { Webhook: { url: receiver.url } },
  });
  const names = Array.from({ length: 100 }, (_, index) => `alert ${index}`);
  const { json } = await first.call("POST", "/v1/alert/batch", {
    alerts: names.map((name) => ({ tenant_id: "acme", name })),
  });
  assert.equal(json.alerts.length, 100);
  await first.stop();

  const second = await startService(t, directory);
  const received = () =>
    new Set(receiver.deliveries.map(({ request }) => JSON.parse(request.body).name));
  await eventually(() => received().size === 100, "all of them arrive");
  const counts = new Map<string | null, number>();
  for (const { id } of receiver.deliveries) counts.set(id, (counts.get(id) ?? 0) + 1);
  assert.deepEqual(
    [...counts.values()].filter((count) => count > 1),
    [],
    "a clean stop sends nothing twice",
  );
  await second.stop();
});

test("SIGTERM in the moment of starting is a clean stop too", async (t) => {
  const directory = await freshDirectory(t);
  for (let round = 0; round < 5; round++) {
    const service = await startService(t, directory);
    await service.stop();
  }
});
