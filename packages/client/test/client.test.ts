/** The client against the real service, and its types against the service's description of itself. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { openFreshHttp } from "../../server/test/support/fresh-http.ts";
import { freshDirectory, startService } from "../../server/test/support/start-service.ts";
import { ApiRefusal, createClient } from "../src/client.ts";
import { makeApiTypes } from "./make-api-types.ts";

test("the types are those of the API (write them with scripts/write-api-types.ts)", async (t) => {
  const http = await openFreshHttp();
  t.after(() => http.close());
  const { json } = await http.call("GET", "/openapi.json", undefined, { key: null });
  const written = readFileSync(new URL("../src/generated/api.ts", import.meta.url), "utf8");
  assert.ok((await makeApiTypes(json)) === written, "generated/api.ts is out of date");
});

test("sinks and alerts by the client, and refusals in the API's words", async (t) => {
  const service = await startService(t, await freshDirectory(t));
  const client = createClient({ baseUrl: `${service.url}/`, apiKey: service.operatorKey });
  const made = await client.call("POST /v1/event_sink", {
    body: {
      tenant_id: "acme",
      name: "Triage",
      description: "",
      event_sink_args: { Webhook: { url: "https://example.com/alerts" } },
    },
  });
  const path = { id: made.event_sink.id };
  const got = await client.call("GET /v1/event_sink/{id}", { path });
  assert.deepEqual(got, made);
  const page = { "pagination[page_size]": 10 };
  const listed = await client.call("GET /v1/event_sink", { query: { tenant_id: "acme", ...page } });
  assert.deepEqual(listed.data.event_sinks, [made.event_sink]);
  await assert.rejects(
    client.call("GET /v1/event_sink/{id}", {
      path: { id: "0191a0b4-0000-7000-8000-000000000000" },
    }),
    (error) => error instanceof ApiRefusal && error.status === 404 && error.code === "not_found",
  );
  await assert.rejects(
    client.call("GET /v1/event_sink", { query: { tenant_id: "a b" } }),
    (error) => error instanceof ApiRefusal && error.details[0]?.path === "tenant_id",
  );
  await service.stop();
});

test("what the service had no room for is tried again, what it refused is not", async (t) => {
  const answers = [503, 429, 200, 503, 503, 503, 400];
  let asked = 0;
  const server = createServer((_, response) => {
    const status = answers[asked] ?? 500;
    asked += 1;
    response.writeHead(status, { "retry-after": "0", "content-type": "application/json" });
    response.end(JSON.stringify(status === 200 ? { status: "ok" } : { error: "No.", code: "no" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const client = createClient({ baseUrl: `http://127.0.0.1:${port}` });
  assert.deepEqual(await client.call("GET /healthz"), { status: "ok" });
  for (const status of [503, 400]) {
    await assert.rejects(
      client.call("GET /healthz"),
      (error) => error instanceof ApiRefusal && error.status === status && error.message === "No.",
    );
  }
  assert.equal(asked, answers.length);
});
