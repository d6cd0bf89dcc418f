/** The engine with the real sink types against the simulated platforms, time in the test's hands. */

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  defaultRoutingKey,
  startPagerDutySimulator,
  startSlackSimulator,
  startWebhookReceiver,
} from "@event-sinks/simulators";
import { benchTenantId, openEngineBench } from "../../test/support/engine-bench.ts";
import { createFakeClock } from "../../test/support/fake-clock.ts";

async function openBench(t: TestContext) {
  const clock = createFakeClock();
  const slack = await startSlackSimulator({ clock });
  const pagerduty = await startPagerDutySimulator({ clock });
  const receiver = await startWebhookReceiver({ clock });
  t.after(() => Promise.all([slack.stop(), pagerduty.stop(), receiver.stop()]));
  const vendors = { slackApi: slack.url, pagerduty: pagerduty.url };
  const bench = await openEngineBench(t, vendors, clock);

  async function stateOf(id: string | undefined) {
    const found = await bench.store.getDelivery({ tenantId: benchTenantId, id: id ?? "" });
    assert.ok(found !== null);
    return found;
  }
  /** Lets time pass in small steps, doing what falls due. */
  async function pass(seconds: number) {
    for (let passed = 0; passed < seconds; passed++) {
      clock.advance(1_000);
      await bench.engine.tick();
    }
  }
  return { ...bench, slack, pagerduty, receiver, stateOf, pass };
}

test("500 alerts for one Slack channel arrive in a handful of messages, at Slack's pace", async (t) => {
  const bench = await openBench(t);
  const sink = await bench.addSlack();
  await bench.engine.start();
  const accepted = await Promise.all(
    Array.from({ length: 500 }, (_, index) =>
      bench.accept([sink], { name: `alert ${index}`, severityId: index === 250 ? 5 : 3 }),
    ),
  );
  await bench.engine.tick();
  await bench.pass(30);
  for (const [id] of accepted) {
    assert.equal((await bench.stateOf(id)).delivery.state, "delivered");
  }
  const messages = bench.slack.messages("security-alerts");
  assert.ok(messages.length <= 20, `${messages.length} messages`);
  assert.ok(
    messages.some(({ text }) => text.includes("alert 250")),
    "the critical one by itself",
  );
  const calls = bench.slack.postCalls;
  assert.deepEqual(
    calls.filter(({ outcome, isTooEarly }) => outcome !== "ok" || isTooEarly),
    [],
    "Slack never had to slow us down",
  );
  assert.deepEqual(bench.slack.pings, []);
});

test("PagerDuty never sees a trigger after its resolve; a webhook gets both in order; Slack tells both", async (t) => {
  const bench = await openBench(t);
  const pagerduty = await bench.addSink("pagerduty", {}, { integration_key: defaultRoutingKey });
  const webhook = await bench.addWebhook(bench.receiver.url);
  const slack = await bench.addSlack();
  bench.pagerduty.answerNext(1, { status: 503 });
  bench.receiver.answerNext(1, { status: 503 });
  bench.slack.answerNext(1, { status: 503 });
  await bench.engine.start();
  const sinks = [pagerduty, webhook, slack];
  const fired = await bench.accept(sinks, { name: "disk full", dedupKey: "disk" });
  await bench.engine.tick();
  const resolvedAt = { name: "disk full", dedupKey: "disk", action: "resolve" } as const;
  const [resolved] = await bench.accept([pagerduty], { ...resolvedAt, supersedes: true });
  await bench.accept([webhook, slack], resolvedAt);
  await bench.pass(60);

  assert.equal((await bench.stateOf(fired[0])).delivery.state, "superseded");
  assert.equal((await bench.stateOf(resolved)).delivery.state, "delivered");
  assert.deepEqual(
    bench.pagerduty.events.map(({ action }) => action),
    ["resolve"],
  );
  assert.deepEqual(
    bench.receiver.deliveries.map(({ request }) => JSON.parse(request.body).action),
    ["trigger", "resolve"],
  );
  const posts = bench.slack.messages("security-alerts");
  assert.equal(posts.length, 1);
  assert.match(JSON.stringify(posts[0]), /resolved/i);
  assert.match(JSON.stringify(posts[0]), /fired/i);
});

test("a revoked token breaks the sink, holds its deliveries, names the cure, and heals by itself", async (t) => {
  const bench = await openBench(t);
  const sink = await bench.addSlack();
  const other = await bench.addWebhook(bench.receiver.url);
  bench.slack.setTokenError("xoxb-100000000001-200000000002-simulated", "account_inactive");
  await bench.engine.start();
  const [first] = await bench.accept([sink], { name: "one" });
  await bench.engine.tick();
  const [second] = await bench.accept([sink], { name: "two" });
  await bench.engine.tick();

  const status = await bench.store.getEventSinkStatus({ tenantId: benchTenantId, id: sink });
  assert.equal(status?.health.state, "broken");
  assert.equal(status?.health.reason, "auth_failed");
  assert.ok((status?.health.cure ?? "").length > 20);
  assert.equal((await bench.stateOf(first)).delivery.isHeld, true);
  assert.equal((await bench.stateOf(second)).delivery.isHeld, true);
  const callsWhileBroken = bench.slack.requests.length;
  await bench.pass(20);
  assert.equal(bench.slack.requests.length, callsWhileBroken, "a broken sink is left alone");
  const told = bench.receiver.deliveries.map(({ request }) => JSON.parse(request.body).name);
  assert.equal(told.length, 1);
  assert.match(told[0], /is broken/);
  assert.ok(other !== sink);

  bench.slack.setTokenError("xoxb-100000000001-200000000002-simulated", null);
  await bench.pass(60);
  assert.equal((await bench.stateOf(first)).delivery.state, "delivered");
  assert.equal((await bench.stateOf(second)).delivery.state, "delivered");
  const healed = await bench.store.getEventSinkStatus({ tenantId: benchTenantId, id: sink });
  assert.equal(healed?.health.state, "healthy");
  const afterwards = bench.receiver.deliveries.map(({ request }) => JSON.parse(request.body));
  assert.deepEqual(
    afterwards.map(({ action }) => action),
    ["trigger", "resolve"],
  );
});

test("a paused sink holds what comes, and resuming sends it, oldest first", async (t) => {
  const bench = await openBench(t);
  // One at a time, so that the receiver sees in which order they go.
  const settings = { url: bench.receiver.url, delivery: { concurrency: 1 } };
  const secrets = { signing_secret: `whsec_${"A".repeat(43)}=` };
  const sink = await bench.addSink("webhook", settings, secrets);
  await bench.engine.start();
  const lane = { tenantId: benchTenantId, eventSinkId: sink };
  await bench.store.setEventSinkPause({ ...lane, pausedAt: bench.clock.now() });
  const names = ["b", "d", "a", "c"];
  for (const name of names) {
    await bench.accept([sink], { name, dedupKey: name });
    await bench.pass(2);
  }
  assert.equal(bench.receiver.requests.length, 0);
  await bench.store.setEventSinkPause({ ...lane, pausedAt: null });
  await bench.pass(6);
  assert.deepEqual(
    bench.receiver.deliveries.map(({ request }) => JSON.parse(request.body).name),
    names,
  );
});

test("410 pauses the sink and keeps the delivery for when it is resumed", async (t) => {
  const bench = await openBench(t);
  const sink = await bench.addWebhook(bench.receiver.url);
  bench.receiver.answerNext(1, { status: 410 });
  await bench.engine.start();
  const [id] = await bench.accept([sink]);
  await bench.pass(2);
  const status = await bench.store.getEventSinkStatus({ tenantId: benchTenantId, id: sink });
  assert.ok(status?.pausedAt !== null);
  assert.equal((await bench.stateOf(id)).delivery.isHeld, true);
  await bench.pass(100);
  assert.equal(bench.receiver.requests.length, 1);
  const lane = { tenantId: benchTenantId, eventSinkId: sink };
  await bench.store.setEventSinkPause({ ...lane, pausedAt: null });
  await bench.pass(120);
  assert.equal((await bench.stateOf(id)).delivery.state, "delivered");
});

test("what a broken sink held goes out oldest first, the one that broke it included", async (t) => {
  const bench = await openBench(t);
  const sink = await bench.addWebhook(bench.receiver.url);
  bench.receiver.answerNext(1, { status: 410 });
  await bench.engine.start();
  const names = ["a", "b", "c", "d"];
  for (const name of names) {
    await bench.accept([sink], { name, dedupKey: name });
    await bench.pass(2);
  }
  const lane = { tenantId: benchTenantId, eventSinkId: sink };
  await bench.store.setEventSinkPause({ ...lane, pausedAt: null });
  await bench.store.probeEventSink({ ...lane, now: bench.clock.now() });
  await bench.pass(2);
  assert.deepEqual(
    bench.receiver.deliveries.map(({ request }) => JSON.parse(request.body).name),
    names,
  );
});

test("two integrations of one workspace share the pace of a channel", async (t) => {
  const bench = await openBench(t);
  const sinks = [await bench.addSlack(), await bench.addSlack()];
  await bench.engine.start();
  for (let index = 0; index < 4; index++) await bench.accept(sinks, { name: `alert ${index}` });
  await bench.engine.tick();
  await bench.pass(12);
  const calls = bench.slack.postCalls;
  assert.equal(calls.length, 8);
  const gaps = calls.slice(1).map(({ at }, index) => at - (calls[index]?.at ?? 0));
  assert.ok(Math.min(...gaps) >= 1_000, `gaps of ${gaps.join(", ")} ms`);
});
