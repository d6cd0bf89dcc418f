import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { benchTenantId, openEngineBench } from "../../test/support/engine-bench.ts";

/** A webhook receiver that keeps what it is told, and answers the status it is set to. */
async function serve(t: TestContext) {
  const received: { name: string; action: string }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      received.push(JSON.parse(body));
      response.writeHead(state.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const state = { status: 204, url: `http://127.0.0.1:${port}/`, received };
  return state;
}

test("that a sink works again is told to those that were told it broke, and to no other", async (t) => {
  const bench = await openEngineBench(t);
  const [faulty, told, late] = [await serve(t), await serve(t), await serve(t)];
  const sink = await bench.addWebhook(faulty.url);
  await bench.addWebhook(told.url);
  await bench.engine.start();
  faulty.status = 401;
  for (let count = 0; count < 12; count++) await bench.accept([sink]);
  const statusOf = async () =>
    (await bench.store.getEventSinkStatus({ tenantId: benchTenantId, id: sink }))?.health.state;
  async function waitFor(state: string) {
    for (let passed = 0; passed < 3_600 && (await statusOf()) !== state; passed += 30) {
      bench.clock.advance(30_000);
      await bench.engine.tick();
    }
    assert.equal(await statusOf(), state);
    await bench.engine.tick();
  }
  await waitFor("broken");
  assert.deepEqual(
    told.received.map(({ action }) => action),
    ["trigger"],
  );
  await bench.addWebhook(late.url);
  faulty.status = 204;
  await waitFor("healthy");
  assert.deepEqual(
    told.received.map(({ action }) => action),
    ["trigger", "resolve"],
  );
  assert.match(told.received[1]?.name ?? "", /works again/);
  assert.equal(late.received.length, 0);
});
