/** PagerDuty sinks through store and engine, against the simulated PagerDuty, time in the test's hands. */

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { defaultRoutingKey, startPagerDutySimulator } from "@event-sinks/simulators";
import { pagerduty as sinkType } from "../src/sinks/pagerduty/pagerduty.ts";
import { benchTenantId, openEngineBench } from "./support/engine-bench.ts";
import { createFakeClock } from "./support/fake-clock.ts";
import { readSink } from "./support/sink-steps.ts";

const otherKey = "f".repeat(32);

async function openBench(t: TestContext) {
  const clock = createFakeClock();
  const pagerduty = await startPagerDutySimulator({
    clock,
    routingKeys: [defaultRoutingKey, otherKey],
  });
  t.after(() => pagerduty.stop());
  const bench = await openEngineBench(t, { slackApi: "", pagerduty: pagerduty.url }, clock);
  const sink = await bench.addSink("pagerduty", {}, { integration_key: defaultRoutingKey });
  await bench.engine.start();

  async function pass(seconds: number) {
    for (let passed = 0; passed < seconds; passed++) {
      clock.advance(1_000);
      await bench.engine.tick();
    }
  }
  /** As PUT /v1/event_sink/{id} does. */
  async function replaceKey(integration_key: string) {
    const eventSink = await bench.store.getEventSink({ tenantId: benchTenantId, id: sink });
    assert.ok(eventSink !== null && eventSink.sealedSecrets !== null);
    const { settings, sealedSecrets, version } = eventSink;
    const current = { settings, secrets: bench.sealer.unseal(sealedSecrets, eventSink) };
    const { secrets } = readSink(sinkType, { integration_key }, current);
    const changed = { ...eventSink, sealedSecrets: bench.sealer.seal(secrets, eventSink) };
    await bench.store.updateEventSink({
      eventSink: { ...changed, version: version + 1 },
      ifVersion: version,
    });
  }
  return { ...bench, pagerduty, sink, pass, replaceKey };
}

test("a flood goes out at PagerDuty's pace: never a 429, nothing lost", async (t) => {
  const bench = await openBench(t);
  await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      bench.accept([bench.sink], { name: `alert ${index}` }),
    ),
  );
  await bench.engine.tick();
  assert.ok(bench.pagerduty.events.length >= 50, "the first ones wait for nothing");
  await bench.pass(160);
  assert.equal(bench.pagerduty.events.length, 200);
  assert.equal(bench.pagerduty.requests.length, 200, "each was taken at its first try");
});

test("a resolve uses the key that triggered, though the sink's key was replaced since", async (t) => {
  const bench = await openBench(t);
  const problem = { name: "disk full", dedupKey: "disk" };
  await bench.accept([bench.sink], problem);
  await bench.pass(1);
  await bench.replaceKey(otherKey);
  const [resolve = ""] = await bench.accept([bench.sink], { ...problem, action: "resolve" });
  await bench.pass(5);
  assert.deepEqual(
    bench.pagerduty.alerts.map(({ routingKey, status }) => [routingKey, status]),
    [[defaultRoutingKey, "resolved"]],
  );
  const found = await bench.store.getDelivery({ tenantId: benchTenantId, id: resolve });
  assert.equal(found?.delivery.state, "delivered");
  const stored = JSON.stringify([found, bench.logLines]);
  for (const key of [defaultRoutingKey, otherKey]) assert.ok(!stored.includes(key));
  await bench.accept([bench.sink], problem);
  await bench.pass(1);
  assert.equal(bench.pagerduty.alerts.at(-1)?.routingKey, otherKey);
});

test("a 400 about the event is on record with the attempt", async (t) => {
  const bench = await openBench(t);
  const body = { status: "invalid event", errors: ["'payload.summary' is missing or blank"] };
  bench.pagerduty.answerNext(1, { status: 400, body });
  const [id = ""] = await bench.accept([bench.sink]);
  await bench.pass(1);
  const found = await bench.store.getDelivery({ tenantId: benchTenantId, id });
  assert.equal(found?.delivery.state, "failed");
  const [attempt] = found?.attempts ?? [];
  assert.equal(attempt?.reason, "payload_refused");
  assert.match(attempt?.exchanges[0]?.response?.body ?? "", /'payload\.summary' is missing/);
});
