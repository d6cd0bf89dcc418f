import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { startWebhookReceiver } from "@event-sinks/simulators";
import {
  benchTenantId,
  type EngineBench,
  openEngineBench,
} from "../../test/support/engine-bench.ts";
import { engineLimits } from "./limits.ts";

async function receive(t: TestContext) {
  const receiver = await startWebhookReceiver();
  t.after(() => receiver.stop());
  return receiver;
}

async function read(bench: EngineBench, id: string | undefined) {
  const found = await bench.store.getDelivery({ tenantId: benchTenantId, id: id ?? "" });
  assert.ok(found !== null);
  return found;
}

const namesOf = (receiver: Awaited<ReturnType<typeof receive>>) =>
  receiver.deliveries.map(({ request }) => JSON.parse(request.body).name);

test("a sink that answers 500 three times and then 200 takes four attempts, on schedule", async (t) => {
  const bench = await openEngineBench(t);
  const receiver = await receive(t);
  receiver.answerNext(3, { status: 500, body: "no" });
  const [id] = await bench.accept([await bench.addWebhook(receiver.url)]);
  await bench.engine.start();
  await bench.engine.tick();

  for (const [waitS, triesSoFar] of [
    [5, 1],
    [30, 2],
    [120, 3],
  ] as const) {
    const { delivery, attempts } = await read(bench, id);
    assert.equal(delivery.state, "pending");
    assert.equal(attempts.length, triesSoFar);
    const last = attempts.at(-1);
    assert.equal(last?.outcome, "retry");
    assert.equal(last?.reason, "server_error");
    assert.equal(last?.nextTryAt, bench.clock.now() + waitS * 1000);
    bench.clock.advance(waitS * 1000 - 1);
    await bench.engine.tick();
    assert.equal(receiver.requests.length, triesSoFar, "not a moment too soon");
    bench.clock.advance(1);
    await bench.engine.tick();
  }

  const { delivery, attempts } = await read(bench, id);
  assert.equal(delivery.state, "delivered");
  assert.deepEqual(
    attempts.map(({ number, outcome }) => [number, outcome]),
    [
      [1, "retry"],
      [2, "retry"],
      [3, "retry"],
      [4, "delivered"],
    ],
  );
  const ids = receiver.requests.map(({ headers }) => headers["webhook-id"]);
  assert.deepEqual(new Set(ids), new Set([id]), "retries carry the same id");
});

test("429 with Retry-After waits as long as asked and counts as no failure", async (t) => {
  const bench = await openEngineBench(t);
  const receiver = await receive(t);
  receiver.answerNext(2, { status: 429, headers: { "retry-after": "90" } });
  const [id] = await bench.accept([await bench.addWebhook(receiver.url)]);
  await bench.engine.start();
  await bench.engine.tick();
  bench.clock.advance(89_999);
  await bench.engine.tick();
  assert.equal(receiver.requests.length, 1);
  bench.clock.advance(1);
  await bench.engine.tick();
  assert.equal(receiver.requests.length, 2);
  assert.equal((await read(bench, id)).delivery.reason, "rate_limited");
  bench.clock.advance(90_000);
  await bench.engine.tick();
  assert.equal((await read(bench, id)).delivery.state, "delivered");
});

test("a delivery that never succeeds ends as failed with reason expired after 72 hours", async (t) => {
  const bench = await openEngineBench(t);
  const receiver = await receive(t);
  receiver.answerNext(1_000, { status: 503 });
  const [id] = await bench.accept([await bench.addWebhook(receiver.url)]);
  await bench.engine.start();
  for (let hour = 0; hour <= 73; hour++) {
    await bench.engine.tick();
    bench.clock.advance(3_600_000);
  }
  await bench.engine.tick();
  const { delivery, attempts } = await read(bench, id);
  assert.equal(delivery.state, "failed");
  assert.equal(delivery.reason, "expired");
  assert.equal(attempts.at(-1)?.nextTryAt, null);
  assert.equal(attempts.length, receiver.requests.length);
});

test("a resolve waits until the trigger of its key is settled; other keys do not", async (t) => {
  const bench = await openEngineBench(t);
  const receiver = await receive(t);
  receiver.answerNext(1, { status: 500 });
  const sink = await bench.addWebhook(receiver.url);
  await bench.engine.start();
  await bench.accept([sink], { name: "down", dedupKey: "db" });
  await bench.engine.tick();
  await bench.accept([sink], { name: "up", dedupKey: "db", action: "resolve" });
  await bench.accept([sink], { name: "other", dedupKey: "web", action: "resolve" });
  await bench.engine.tick();
  assert.deepEqual(namesOf(receiver), ["other"]);
  bench.clock.advance(5_000);
  await bench.engine.tick();
  assert.deepEqual(namesOf(receiver), ["other", "down", "up"]);
});

test("a hanging sink holds its own slots and delays nobody else", async (t) => {
  const bench = await openEngineBench(t);
  const [hanging, healthy] = [await receive(t), await receive(t)];
  hanging.behaveNext(1_000, { kind: "hang" });
  const [stuck, fine] = [await bench.addWebhook(hanging.url), await bench.addWebhook(healthy.url)];
  await bench.engine.start();
  for (let index = 0; index < 100; index++) await bench.accept([stuck]);
  await hanging.waitForRequests(engineLimits.attemptsPerLaneMax);
  const ids = await Promise.all(Array.from({ length: 100 }, () => bench.accept([fine])));
  await healthy.waitForRequests(100);
  assert.equal(hanging.requests.length, engineLimits.attemptsPerLaneMax);
  assert.equal(new Set(healthy.deliveries.map(({ id }) => id)).size, ids.length);
});

test("a backlog larger than a lane's leases is worked off in order", async (t) => {
  const bench = await openEngineBench(t);
  const receiver = await receive(t);
  const sink = await bench.addWebhook(receiver.url);
  const names = Array.from({ length: 300 }, (_, index) => `alert ${index}`);
  for (const name of names) await bench.accept([sink], { name });
  await bench.engine.start();
  while (receiver.deliveries.length < names.length) await bench.engine.tick();
  assert.deepEqual(new Set(namesOf(receiver)), new Set(names));
  assert.equal(receiver.deliveries.length, names.length);
});

test("a stop hands back what it did not start, and the next engine delivers it", async (t) => {
  const bench = await openEngineBench(t);
  const receiver = await receive(t);
  receiver.behaveNext(engineLimits.attemptsPerLaneMax, { kind: "hang" });
  const sink = await bench.addWebhook(receiver.url);
  await bench.engine.start();
  const ids = await Promise.all(Array.from({ length: 50 }, () => bench.accept([sink])));
  await receiver.waitForRequests(engineLimits.attemptsPerLaneMax);
  const stopped = bench.engine.stop(2_000);
  bench.clock.advance(2_000);
  await stopped;
  assert.equal(receiver.deliveries.length, 0);

  const second = bench.newEngine();
  await second.start();
  bench.clock.advance(5_000);
  while (receiver.deliveries.length < ids.length) await second.tick();
  assert.equal(new Set(receiver.deliveries.map(({ id }) => id)).size, 50);
  const cutOff = await read(bench, ids[0]?.[0]);
  assert.equal(cutOff.attempts[0]?.ambiguous, true);
  assert.match(cutOff.attempts[0]?.detail ?? "", /stopped/);
});

test("a sink deleted while its delivery waits to be sent ends it as canceled", async (t) => {
  const bench = await openEngineBench(t);
  const receiver = await receive(t);
  receiver.answerNext(1, { status: 500 });
  const sink = await bench.addWebhook(receiver.url);
  const [id] = await bench.accept([sink]);
  await bench.engine.start();
  await bench.engine.tick();
  await bench.store.deleteEventSink({
    tenantId: benchTenantId,
    id: sink,
    now: bench.clock.now(),
    ifVersion: null,
  });
  bench.clock.advance(5_000);
  await bench.engine.tick();
  assert.equal((await read(bench, id)).delivery.state, "canceled");
  assert.equal(receiver.requests.length, 1);
});

test("secrets are masked in attempts and in the log", async (t) => {
  const bench = await openEngineBench(t);
  const receiver = await receive(t);
  const secret = "s3cr3t-header-value";
  receiver.answerNext(1, { status: 400, body: `you sent ${secret}` });
  const sink = await bench.addSink(
    "webhook",
    { url: receiver.url, headers: ["x-api-key"] },
    { signing_secret: `whsec_${"A".repeat(43)}=`, "header:x-api-key": secret },
  );
  const [id] = await bench.accept([sink]);
  await bench.engine.start();
  await bench.engine.tick();
  const record = JSON.stringify(await read(bench, id));
  assert.ok(!record.includes(secret), "no secret on record");
  assert.match(record, /you sent <secret>/);
  assert.ok(!JSON.stringify(bench.logLines).includes(secret), "no secret in the log");
  assert.equal(receiver.requests[0]?.headers["x-api-key"], secret, "but it was sent");
});

test("each attempt is one log line that says everything decided about it", async (t) => {
  const bench = await openEngineBench(t);
  const receiver = await receive(t);
  receiver.answerNext(1, { status: 503 });
  const sink = await bench.addWebhook(receiver.url);
  const [id] = await bench.accept([sink]);
  await bench.engine.start();
  await bench.engine.tick();
  const lines = bench.logLines.filter(({ msg }) => msg === "delivery.attempted");
  assert.equal(lines.length, 1);
  assert.partialDeepStrictEqual(lines[0], {
    tenant_id: benchTenantId,
    event_sink_id: sink,
    sink_type: "webhook",
    delivery_id: id,
    attempt: 1,
    outcome: "retry",
    reason: "server_error",
    status: 503,
    next_try_at: new Date(bench.clock.now() + 5_000).toISOString(),
    level: "info",
  });
  bench.clock.advance(6_000);
  await bench.engine.tick();
  const last = bench.logLines.filter(({ msg }) => msg === "delivery.attempted").at(-1);
  assert.partialDeepStrictEqual(last, { outcome: "delivered", level: "debug" });
});
