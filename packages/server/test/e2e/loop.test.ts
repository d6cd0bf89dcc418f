import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startService } from "../support/start-service.ts";
import { eventually } from "../support/store-samples.ts";

test("a sink that leads back to the service ends after six rounds, though its body says nothing of them", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "event-sinks-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const service = await startService(t, directory);
  const Webhook = {
    url: `${service.url}/v1/alert`,
    headers: { authorization: `Bearer ${service.operatorKey}` },
    payload: { tenant_id: "acme", name: "{{name}} again" },
  };
  const sink = { tenant_id: "acme", name: "back", description: "", event_sink_args: { Webhook } };
  assert.equal((await service.call("POST", "/v1/event_sink", sink)).status, 200);
  await service.call("POST", "/v1/alert", { tenant_id: "acme", name: "round" });

  const list = async (path: string) =>
    (await service.call("GET", `/v1/${path}?tenant_id=acme`)).json.data;
  // Newest first: the last round is refused, and tried again like any delivery that was.
  await eventually(async () => (await list("delivery")).deliveries[0]?.reason === "client_error");
  const [last, ...before] = (await list("delivery")).deliveries;
  assert.deepEqual(
    before.map(({ state }: { state: string }) => state),
    Array(5).fill("delivered"),
  );
  const { attempts } = (await service.call("GET", `/v1/delivery/${last.id}`)).json;
  assert.match(attempts[0].response.body, /too_many_hops/);
  assert.equal((await list("alert")).alerts.length, 6);
  await service.stop();
});
