/** SIGTERM on the real process: what a load balancer sees, and what becomes of attempts under way. */

import assert from "node:assert/strict";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { startWebhookReceiver } from "@event-sinks/simulators";
import {
  eventually,
  freshDirectory,
  type RunningService,
  startService,
} from "../support/start-service.ts";

const timeout = 60_000;

async function receiverWithSink(t: TestContext, service: RunningService) {
  const receiver = await startWebhookReceiver();
  t.after(() => receiver.stop());
  const { json } = await service.call("POST", "/v1/event_sink", {
    tenant_id: "acme",
    name: "hook",
    description: "",
    event_sink_args: { Webhook: { url: receiver.url } },
  });
  return { receiver, eventSinkId: json.event_sink.id as string };
}

async function sendAlert(service: RunningService, name: string): Promise<string> {
  const answer = await service.call("POST", "/v1/alert", { tenant_id: "acme", name });
  assert.equal(answer.status, 202);
  return answer.json.deliveries[0].id;
}

test("is not ready first, and takes what still comes until the delay is over", {
  timeout,
}, async (t) => {
  const directory = await freshDirectory(t);
  const service = await startService(t, directory, { EVENT_SINKS_STOP_DELAY: "2" });
  const { receiver } = await receiverWithSink(t, service);
  assert.equal((await service.call("GET", "/readyz")).status, 200);
  const stopped = service.stop();
  const answer = await eventually(async () => {
    const ready = await service.call("GET", "/readyz");
    return ready.status === 503 && ready;
  }, "it says that it is not ready");
  assert.match(answer.json.error, /stopping/);
  assert.ok(answer.headers.get("retry-after"));
  assert.equal((await service.call("GET", "/healthz")).status, 200, "it is alive all the same");
  await sendAlert(service, "late");
  await stopped;
  const again = await startService(t, directory);
  await eventually(() => receiver.deliveries[0], "the late one arrives, now or then");
  await again.stop();
});

test("records as ambiguous what it cuts off, and sends it again after the start", {
  timeout,
}, async (t) => {
  const directory = await freshDirectory(t);
  const first = await startService(t, directory, { EVENT_SINKS_STOP_GRACE: "1" });
  const { receiver, eventSinkId } = await receiverWithSink(t, first);
  receiver.behaveNext(1, { kind: "hang" });
  const deliveryId = await sendAlert(first, "slow");
  await eventually(() => receiver.requests.length > 0, "the attempt is under way");
  await first.stop();
  receiver.behave();

  const second = await startService(t, directory);
  const attempts = await eventually(async () => {
    const { json } = await second.call("GET", `/v1/delivery/${deliveryId}`);
    return json.delivery.state === "delivered" && json.attempts;
  }, "the second attempt");
  const [cut, done] = attempts;
  assert.deepEqual([cut.outcome, cut.reason, cut.ambiguous], ["retry", "internal", true]);
  assert.match(cut.detail, /stopped before the answer came/);
  assert.equal(done.outcome, "delivered");
  const { json } = await second.call("GET", `/v1/event_sink/${eventSinkId}/status?tenant_id=acme`);
  assert.equal(json.status.state, "healthy");
  await second.stop();
});

test("lets slow receivers finish, and sends nothing twice", { timeout }, async (t) => {
  const directory = await freshDirectory(t);
  const first = await startService(t, directory, { EVENT_SINKS_STOP_GRACE: "20" });
  const { receiver } = await receiverWithSink(t, first);
  receiver.behaveNext(60, { kind: "delay", delayMs: 1_500 });
  for (let index = 0; index < 60; index++) await sendAlert(first, `alert ${index}`);
  await eventually(() => receiver.requests.length > 0, "some are under way");
  await first.stop();
  assert.ok(receiver.deliveries.length > 0, "what was under way has been finished");
  receiver.behave();
  const second = await startService(t, directory);
  await eventually(() => receiver.deliveries.length >= 60, "the others follow");
  await second.stop();
  assert.equal(new Set(receiver.deliveries.map(({ id }) => id)).size, 60);
  assert.equal(receiver.requests.length, 60, "each exactly once");
});

test("is not held up by a body that never ends", { timeout }, async (t) => {
  const directory = await freshDirectory(t);
  const service = await startService(t, directory, { EVENT_SINKS_STOP_GRACE: "1" });
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  t.after(() => void socket.destroy());
  const head = `authorization: Bearer ${service.operatorKey}\r\ncontent-type: application/json\r\n`;
  socket.write(`POST /v1/alert HTTP/1.1\r\nhost: x\r\n${head}content-length: 1000\r\n\r\n{`);
  // The next request on another connection is answered when that one has been read.
  await service.call("GET", "/healthz");
  await service.stop();
});
