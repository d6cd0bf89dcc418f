import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { createLazyOutbound } from "./lazy-outbound.ts";
import type { OutboundRequest } from "./outbound.ts";

const requestTo = (url: string): OutboundRequest => ({
  method: "POST",
  url,
  headers: {},
  body: "{}",
  policy: "vendor",
  timeoutMs: 5_000,
});

test("sends as the client does, and what is sent after its end fails", async () => {
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.end("here"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;
  try {
    const used = createLazyOutbound({ allowCidrs: [] });
    const result = await used.send(requestTo(url));
    assert.equal(result.kind === "response" && result.body, "here");
    await used.close();
    const unused = createLazyOutbound({ allowCidrs: [] });
    await unused.close();
    for (const closed of [used, unused]) {
      assert.equal((await closed.send(requestTo(url))).kind, "failure");
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
