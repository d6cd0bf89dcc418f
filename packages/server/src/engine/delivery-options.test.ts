/** What a sink's owner asks for in `delivery`, seen at a receiver. */

import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { benchTenantId, openEngineBench } from "../../test/support/engine-bench.ts";
import { eventually } from "../../test/support/start-service.ts";
import type { JsonObject } from "../domain/json.ts";

async function openSink(
  t: TestContext,
  delivery: JsonObject,
  answer: (response: ServerResponse) => void,
) {
  let count = 0;
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      count += 1;
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bench = await openEngineBench(t);
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;
  const secrets = { signing_secret: `whsec_${"A".repeat(43)}=` };
  const sink = await bench.addSink("webhook", { url, delivery }, secrets);
  await bench.engine.start();
  const deliveryOf = async (id: string) => {
    const found = await bench.store.getDelivery({ tenantId: benchTenantId, id });
    assert.ok(found);
    return found;
  };
  return { bench, sink, deliveryOf, count: () => count };
}

test("no more attempts at a time than the sink's concurrency", async (t) => {
  const held: ServerResponse[] = [];
  const { bench, sink, count } = await openSink(t, { concurrency: 2 }, (response) => {
    held.push(response);
  });
  for (let index = 0; index < 6; index++) await bench.accept([sink]);
  for (let answered = 2; answered <= 6; answered++) {
    await eventually(() => count() >= Math.min(answered, 6), "the next goes out");
    assert.equal(count(), answered);
    held.shift()?.end();
  }
  for (const response of held) response.end();
  await bench.engine.tick();
});

test("no faster than the sink's rate", async (t) => {
  const { bench, sink, count } = await openSink(t, { rate_per_minute: 60 }, (response) => {
    response.end();
  });
  for (let index = 0; index < 5; index++) await bench.accept([sink]);
  await bench.engine.tick();
  for (let second = 1; second <= 5; second++) {
    assert.equal(count(), second);
    bench.clock.advance(999);
    await bench.engine.tick();
    assert.equal(count(), second, "a second has not passed");
    bench.clock.advance(1);
    await bench.engine.tick();
  }
});

test("tries again by the sink's own delays, and then fails with what was wrong", async (t) => {
  const delivery = { retry_delays_seconds: [7, 70] };
  const { bench, sink, deliveryOf, count } = await openSink(t, delivery, (response) => {
    response.writeHead(503).end();
  });
  const [id = ""] = await bench.accept([sink]);
  await bench.engine.tick();
  for (const [tries, delayMs] of [
    [1, 7_000],
    [2, 70_000],
  ] as const) {
    assert.equal(count(), tries);
    assert.equal((await deliveryOf(id)).delivery.dueAt, bench.clock.now() + delayMs);
    bench.clock.advance(delayMs);
    await bench.engine.tick();
  }
  const { delivery: ended, attempts } = await deliveryOf(id);
  assert.deepEqual([ended.state, ended.reason, attempts.length], ["failed", "server_error", 3]);
  assert.equal(attempts.at(-1)?.nextTryAt, null);
});

test("an empty list of delays means a single try, a rate limit uses none up", async (t) => {
  let status = 429;
  const delivery = { retry_delays_seconds: [] };
  const { bench, sink, deliveryOf } = await openSink(t, delivery, (response) => {
    response.writeHead(status, status === 429 ? { "retry-after": "30" } : {}).end();
  });
  const [id = ""] = await bench.accept([sink]);
  await bench.engine.tick();
  assert.equal((await deliveryOf(id)).delivery.state, "pending");
  status = 500;
  bench.clock.advance(30_000);
  await bench.engine.tick();
  assert.equal((await deliveryOf(id)).delivery.state, "failed");
});

test("gives up waiting for an answer after the sink's own time", async (t) => {
  const delivery = { timeout_seconds: 1, retry_delays_seconds: [] };
  const { bench, sink, deliveryOf } = await openSink(t, delivery, () => {});
  const [id = ""] = await bench.accept([sink]);
  await bench.engine.tick();
  const { delivery: ended, attempts } = await deliveryOf(id);
  assert.deepEqual([ended.state, ended.reason], ["failed", "timeout"]);
  assert.match(String(attempts[0]?.detail), /\b1 s/);
});
