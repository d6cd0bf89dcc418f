/** Faults that a reviewer once proved in the engine, each with its story. */

import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import {
  benchTenantId,
  type EngineBench,
  openEngineBench,
} from "../../test/support/engine-bench.ts";
import { eventually } from "../../test/support/start-service.ts";
import { newId } from "../ids.ts";
import { createSealer } from "../sealer.ts";
import { Secret } from "../secret.ts";

/** A webhook that answers as `answer` says, when it says. */
async function serve(t: TestContext, answer: (response: ServerResponse) => void) {
  let count = 0;
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      count += 1;
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, count: () => count };
}

async function changeSink(bench: EngineBench, id: string, change: object): Promise<void> {
  const current = await bench.store.getEventSink({ tenantId: benchTenantId, id });
  assert.ok(current !== null);
  const eventSink = { ...current, ...change, version: current.version + 1 };
  await bench.store.updateEventSink({ eventSink, ifVersion: current.version });
}

const statusOf = (bench: EngineBench, id: string) =>
  bench.store.getEventSinkStatus({ tenantId: benchTenantId, id });

test("a lane full of leases that rests is not forgotten when its owner edits the sink", async (t) => {
  const bench = await openEngineBench(t);
  let status = 429;
  const server = await serve(t, (response) => {
    response.writeHead(status, status === 429 ? { "retry-after": "60" } : {}).end();
  });
  const sink = await bench.addWebhook(server.url);
  await bench.engine.start();
  await bench.accept([sink]);
  await bench.engine.tick();
  for (let index = 0; index < 200; index++) await bench.accept([sink]);
  await bench.engine.tick();
  status = 200;
  await changeSink(bench, sink, { name: "renamed" });
  for (let seconds = 0; seconds < 90; seconds++) {
    bench.clock.advance(1_000);
    await bench.engine.tick();
  }
  assert.equal((await statusOf(bench, sink))?.pendingCount, 0);
});

test("a sink whose secrets do not open is tried once a minute, not all the time", async (t) => {
  const bench = await openEngineBench(t);
  const owner = { tenantId: benchTenantId, id: newId() };
  const otherSealer = createSealer(Buffer.alloc(32, 9));
  await bench.store.createEventSink({
    createsTenant: false,
    eventSink: {
      ...owner,
      name: "sealed by another key",
      description: "",
      type: "webhook",
      settings: { url: "http://127.0.0.1:9/" },
      sealedSecrets: otherSealer.seal({ signing_secret: new Secret("x") }, owner),
      savedByOperator: true,
      version: 1,
      createdAt: 1,
      updatedAt: 1,
    },
  });
  await bench.engine.start();
  await bench.accept([owner.id]);
  for (let tick = 0; tick < 20; tick++) await bench.engine.tick();
  const complaints = () =>
    bench.logLines.filter(({ msg }) => msg === "engine.sink_unreadable").length;
  assert.equal(complaints(), 1);
  bench.clock.advance(60_000);
  await bench.engine.tick();
  assert.equal(complaints(), 2);
});

test("attempts under way as a sink breaks neither mend it nor count as probes", async (t) => {
  const bench = await openEngineBench(t);
  const server = await serve(t, (response) => void response.writeHead(500).end());
  const sink = await bench.addWebhook(server.url);
  await bench.engine.start();
  for (let index = 0; index < 32; index++) await bench.accept([sink]);
  await bench.engine.tick();
  bench.clock.advance(61_000);
  await bench.engine.tick();
  const health = (await statusOf(bench, sink))?.health;
  assert.equal(health?.state, "broken");
  assert.equal(health?.probeCount, 0);
  assert.equal(health?.nextProbeAt, bench.clock.now() + 30_000);
  const announced = bench.logLines.filter(({ msg }) => msg === "event_sink.health_changed");
  assert.equal(announced.length, 1);
});

test("a new URL does not wait for the old one's Retry-After", async (t) => {
  const bench = await openEngineBench(t);
  const old = await serve(t, (response) => {
    response.writeHead(429, { "retry-after": "86400" }).end();
  });
  const fresh = await serve(t, (response) => void response.writeHead(200).end());
  const sink = await bench.addWebhook(old.url);
  await bench.engine.start();
  await bench.accept([sink]);
  await bench.engine.tick();
  await changeSink(bench, sink, { settings: { url: fresh.url } });
  await bench.accept([sink]);
  await bench.engine.tick();
  assert.equal(fresh.count(), 1);
  assert.equal(old.count(), 1);
});

test("a late 410 from the old URL does not pause the sink its owner has mended", async (t) => {
  const bench = await openEngineBench(t);
  const held: ServerResponse[] = [];
  const old = await serve(t, (response) => void held.push(response));
  const fresh = await serve(t, (response) => void response.writeHead(200).end());
  const sink = await bench.addWebhook(old.url);
  await bench.engine.start();
  await bench.accept([sink]);
  await eventually(() => held.length === 1, "the request is under way");
  await changeSink(bench, sink, { settings: { url: fresh.url } });
  held[0]?.writeHead(410).end();
  await bench.engine.tick();
  assert.equal((await statusOf(bench, sink))?.pausedAt, null);
});

test("a probe that is asked for after a failed one goes out at once, and does not go round in circles", async (t) => {
  const bench = await openEngineBench(t);
  const server = await serve(t, (response) => void response.writeHead(500).end());
  const sink = await bench.addWebhook(server.url);
  await bench.engine.start();
  for (let index = 0; index < 32; index++) await bench.accept([sink]);
  await bench.engine.tick();
  bench.clock.advance(61_000);
  await bench.engine.tick();
  bench.clock.advance(30_000);
  await bench.engine.tick();
  assert.equal((await statusOf(bench, sink))?.health.probeCount, 1);
  const before = server.count();
  const lane = { tenantId: benchTenantId, eventSinkId: sink };
  await bench.store.probeEventSink({ ...lane, now: bench.clock.now() });
  await bench.engine.tick();
  assert.equal(server.count(), before + 1);
  assert.equal((await statusOf(bench, sink))?.health.probeCount, 2);
});
