/** One message per problem through the real engine and store: memory survives errors, crashes and roll-ups. */

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { startSlackSimulator } from "@event-sinks/simulators";
import { openEngineBench } from "./support/engine-bench.ts";
import { createFakeClock } from "./support/fake-clock.ts";

const channel = "security-alerts";

async function openBench(t: TestContext) {
  const clock = createFakeClock();
  const slack = await startSlackSimulator({ clock });
  t.after(() => slack.stop());
  const vendors = { slackApi: slack.url, pagerduty: "http://127.0.0.1:9" };
  const bench = await openEngineBench(t, vendors, clock);
  const sink = await bench.addSlack();
  async function pass(seconds: number, engine = bench.engine) {
    for (let passed = 0; passed < seconds; passed++) {
      clock.advance(1_000);
      await engine.tick();
    }
  }
  const updates = () => slack.requests.filter(({ path }) => path === "/api/chat.update").length;
  const seen = () =>
    slack.messages(channel).map(({ text, threadTs }) => (threadTs === null ? "" : "> ") + text);
  return { ...bench, slack, sink, pass, updates, seen };
}

test("a reply that fails is tried again without editing again, by the next process too", async (t) => {
  const bench = await openBench(t);
  await bench.engine.start();
  await bench.accept([bench.sink], { name: "Disk full", dedupKey: "disk" });
  await bench.pass(2);
  bench.slack.refuseNext(1, "service_unavailable", { path: "/api/chat.postMessage" });
  await bench.accept([bench.sink], { name: "Disk full", dedupKey: "disk" });
  await bench.pass(2);
  assert.equal(bench.updates(), 1);
  assert.equal(bench.seen().length, 1, "the reply was refused");
  await bench.engine.stop(0);

  const next = bench.newEngine();
  await next.start();
  await bench.pass(60, next);
  assert.equal(bench.updates(), 1);
  assert.match(bench.seen()[1] ?? "", /^> 🔁 Seen for the 2nd time/);
  await bench.accept([bench.sink], { name: "Disk full", dedupKey: "disk", action: "resolve" });
  await bench.pass(5, next);
  assert.match(bench.seen()[0] ?? "", /^✅ Resolved: Disk full\n.*seen 2 times/);
  assert.match(bench.seen()[2] ?? "", /^> ✅ Resolved/);
});

test("a burst of one new problem is one message, each alert on record as delivered", async (t) => {
  const bench = await openBench(t);
  await bench.engine.start();
  const disk = { name: "Disk full", dedupKey: "disk" };
  await Promise.all(Array.from({ length: 60 }, () => bench.accept([bench.sink], disk)));
  await bench.pass(3);
  assert.equal(bench.seen()[0]?.includes("seen 60 times"), true, bench.seen().join("\n"));
  assert.ok(bench.slack.requests.length <= 4, `${bench.slack.requests.length} requests`);
  await Promise.all(Array.from({ length: 40 }, () => bench.accept([bench.sink], disk)));
  await bench.pass(6);
  assert.match(bench.seen()[0] ?? "", /seen 100 times/);
  assert.ok(bench.seen().length <= 4, `${bench.seen().length} messages`);
  const counts = await bench.store.countDeliveries({});
  assert.deepEqual([counts.delivered, counts.pending], [100, 0]);
});

test("what was rolled up is resolved in the roll-up's thread, each once", async (t) => {
  const bench = await openBench(t);
  await bench.engine.start();
  await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      bench.accept([bench.sink], { name: `alert ${index}`, dedupKey: `key-${index}` }),
    ),
  );
  await bench.pass(10);
  const posted = bench.seen().length;
  assert.ok(posted <= 5, `${posted} messages`);
  const last = { name: "alert 59", dedupKey: "key-59", action: "resolve" } as const;
  await bench.accept([bench.sink], last);
  await bench.pass(5);
  assert.equal(bench.seen().length, posted + 1);
  assert.match(bench.seen().at(-1) ?? "", /^> ✅ Resolved: \*alert 59\*\nkey-59/);
});
