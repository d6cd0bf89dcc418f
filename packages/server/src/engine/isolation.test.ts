/** No sink slows another: many that hang, seen from one that works. */

import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { benchTenantId, openEngineBench } from "../../test/support/engine-bench.ts";
import { eventually } from "../../test/support/start-service.ts";
import { brokenAfterFailures } from "../domain/sink-health.ts";
import { engineLimits } from "./limits.ts";

/** Answers by path: `/hang` when `release` is called, everything else at once as `status` says. */
async function serve(t: TestContext) {
  const hanging: ServerResponse[] = [];
  const counts = new Map<string, number>();
  const state = { status: 200 };
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      const { url = "" } = request;
      counts.set(url, (counts.get(url) ?? 0) + 1);
      if (url.startsWith("/hang")) hanging.push(response);
      else response.writeHead(state.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: (path: string) => `http://127.0.0.1:${port}${path}`,
    count: (path: string) => counts.get(path) ?? 0,
    hanging,
    state,
    release() {
      for (const response of hanging.splice(0)) response.end();
    },
  };
}

const secrets = { signing_secret: `whsec_${"A".repeat(43)}=` };

test("sinks that hang share a budget, and one that works is served meanwhile, at the same host too", async (t) => {
  const server = await serve(t);
  const bench = await openEngineBench(t);
  const sinkCount = 80;
  const each = engineLimits.attemptsPerLaneMax;
  const sinks: string[] = [];
  for (let n = 0; n < sinkCount; n++) {
    sinks.push(await bench.addSink("webhook", { url: server.url(`/hang/${n}`) }, secrets));
  }
  const working = await bench.addSink("webhook", { url: server.url("/working") }, secrets);
  await bench.engine.start();
  for (let n = 0; n < each; n++) await bench.accept(sinks);
  await eventually(
    () => sinks.every((_, n) => server.count(`/hang/${n}`) > 0),
    "each has an attempt under way",
  );
  await bench.accept([working]);
  await eventually(() => server.count("/working") === 1, "the one that works is served");
  // A tenant gets half of what is shared, and beyond that one for each of its sinks.
  assert.ok(server.hanging.length <= engineLimits.sharedAttemptsMax / 2 + sinkCount);
  const settling = bench.engine.tick();
  const done = async () => (await bench.store.countDeliveries({})).pending === 0;
  await eventually(() => {
    server.release();
    return done();
  }, "all that waited is delivered");
  await settling;
});

test("alerts too large to hold are claimed as there is room for them, and all arrive", async (t) => {
  const server = await serve(t);
  const bench = await openEngineBench(t);
  const sink = await bench.addSink("webhook", { url: server.url("/hang") }, secrets);
  await bench.engine.start();
  const name = "x".repeat(1_500_000);
  for (let n = 0; n < 20; n++) await bench.accept([sink], { name });
  await eventually(() => server.hanging.length >= 5, "the first are under way");
  assert.ok(server.hanging.length < 12, "and the others wait on disk");
  const settling = bench.engine.tick();
  await eventually(async () => {
    server.release();
    return (await bench.store.countDeliveries({})).delivered === 20;
  }, "all arrive");
  await settling;
});

test("a sink that has healed gets what was held slowly at first, and then all of it", async (t) => {
  const server = await serve(t);
  const bench = await openEngineBench(t);
  const sink = await bench.addSink("webhook", { url: server.url("/") }, secrets);
  const status = () => bench.store.getEventSinkStatus({ tenantId: benchTenantId, id: sink });
  await bench.engine.start();
  server.state.status = 503;
  for (let n = 0; n < brokenAfterFailures; n++) await bench.accept([sink]);
  await bench.engine.tick();
  for (let minutes = 0; (await status())?.health.state !== "broken"; minutes++) {
    assert.ok(minutes < 10);
    bench.clock.advance(61_000);
    await bench.engine.tick();
  }
  for (let n = 0; n < 300; n++) await bench.accept([sink]);
  server.state.status = 200;
  const before = server.count("/");
  const probeAt = (await status())?.health.nextProbeAt ?? 0;
  bench.clock.advance(probeAt - bench.clock.now());
  await bench.engine.tick();
  assert.equal((await status())?.health.state, "healthy");
  const atOnce = server.count("/") - before;
  assert.ok(atOnce > 0 && atOnce <= 21, `${atOnce} at once`);
  const perSecond: number[] = [];
  for (let second = 0; second < 30; second++) {
    const counted = server.count("/");
    for (let part = 0; part < 10; part++) {
      bench.clock.advance(100);
      await bench.engine.tick();
    }
    perSecond.push(server.count("/") - counted);
  }
  assert.ok((perSecond[0] ?? 0) <= 21, `${perSecond}`);
  assert.ok(Math.max(...perSecond) > 30, `${perSecond}`);
  assert.equal((await bench.store.countDeliveries({})).pending, 0, `${perSecond}`);
});

test("a host that refuses at once, and is not given up yet, is tried ten times a second", async (t) => {
  const bench = await openEngineBench(t);
  const sink = await bench.addWebhook("http://127.0.0.1:9/refuses");
  for (let n = 0; n < 120; n++) await bench.accept([sink]);
  const attempts = () => bench.logLines.filter(({ msg }) => msg === "delivery.attempted").length;
  await bench.engine.start();
  await bench.engine.tick();
  // Those under way together when it began to fail, and then the second's ten.
  const first = attempts();
  assert.ok(first >= 10 && first <= 60, `${first} attempts at once`);
  bench.clock.advance(1_000);
  await bench.engine.tick();
  assert.ok(attempts() <= first + 20, `${attempts() - first} attempts in a second`);
  assert.ok(attempts() > first, "it is tried on");
});
