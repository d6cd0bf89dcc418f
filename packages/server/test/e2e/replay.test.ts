import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startService } from "../support/start-service.ts";
import { eventually } from "../support/store-samples.ts";

test("a replay goes on after kill -9 and sends each delivery, marked as such", {
  timeout: 60_000,
}, async (t) => {
  const received: IncomingHttpHeaders[] = [];
  const receiver = createServer((request, response) => {
    received.push(request.headers);
    request.resume().on("end", () => response.end());
  }).listen(0, "127.0.0.1");
  await once(receiver, "listening");
  t.after(() => receiver.close());
  const directory = await mkdtemp(join(tmpdir(), "event-sinks-"));
  t.after(() => rm(directory, { recursive: true, force: true }));

  const first = await startService(t, directory);
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const sink = { tenant_id: "acme", name: "W", description: "" };
  const made = await first.call("POST", "/v1/event_sink", {
    ...sink,
    event_sink_args: { Webhook: { url } },
  });
  const { id: sinkId } = made.json.event_sink;
  await first.call("POST", `/v1/event_sink/${sinkId}/pause`);
  const alerts = Array.from({ length: 1_000 }, (_, index) => ({
    tenant_id: "acme",
    name: "n",
    id: String(index),
  }));
  await first.call("POST", "/v1/alert/batch", { alerts });
  const resumed = await first.call("POST", `/v1/event_sink/${sinkId}/resume`, { held: "discard" });
  assert.equal(resumed.json.discarded_count, alerts.length, resumed.text);
  assert.equal(received.length, 0);

  const filter = { tenant_id: "acme", state: "canceled" };
  const begun = await first.call("POST", "/v1/delivery/replay", filter);
  assert.equal(begun.json.replay.matched_count, alerts.length, begun.text);
  await first.kill("SIGKILL");

  const second = await startService(t, directory, { EVENT_SINKS_LOG_LEVEL: "debug" });
  const path = `/v1/delivery/replay/${begun.json.replay.id}`;
  await eventually(async () => (await second.call("GET", path)).json.replay.state === "done");
  const { replay } = (await second.call("GET", path)).json;
  assert.equal(replay.replayed_count, alerts.length);
  const ids = () => new Set(received.map((headers) => headers["webhook-id"]));
  await eventually(() => ids().size === alerts.length);
  assert.ok(received.every((headers) => headers["event-sinks-replay"] === "true"));

  // On record and in the log as well.
  const { json } = await second.call("GET", "/v1/delivery?tenant_id=acme&pagination[page_size]=1");
  const delivery = await second.call("GET", `/v1/delivery/${json.data.deliveries[0].id}`);
  assert.ok(delivery.json.delivery.replayed_at, delivery.text);
  assert.equal(delivery.json.attempts[0].replay, true, delivery.text);
  const attempted = second.log.filter(({ msg }) => msg === "delivery.attempted");
  assert.ok(attempted.length > 0 && attempted.every(({ replay: isMarked }) => isMarked === true));
  await second.stop();
});
