import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { type FreshHttp, openFreshHttp, operatorKey } from "../../../test/support/fresh-http.ts";

/** Listens on loopback; sockets are ended with the server. */
async function listen(http: FreshHttp) {
  await http.app.listen({ host: "127.0.0.1", port: 0 });
  const address = http.app.server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const sockets: Socket[] = [];
  return {
    async open(): Promise<Socket> {
      const socket = connect({ host: "127.0.0.1", port });
      socket.on("error", () => {});
      sockets.push(socket);
      await once(socket, "connect");
      return socket;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await http.close();
    },
  };
}

/** What is answered, up to the first of its body, or all there is when the connection ends. */
async function ask(socket: Socket, text: string): Promise<string> {
  let answer = "";
  socket.setEncoding("utf8").on("data", (chunk) => {
    answer += chunk;
  });
  socket.write(text);
  while (!/\r\n\r\n./.test(answer) && !socket.closed) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  return answer;
}

const request = (path: string) =>
  `GET ${path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${operatorKey}\r\n\r\n`;

test("a connection past the limit is told so and closed; probes are answered on it", async () => {
  const http = await openFreshHttp({ settings: { connectionsMax: 2 } });
  const server = await listen(http);
  const within = await server.open();
  await server.open();
  // The server has seen both before the next ones: it has answered the first.
  assert.match(await ask(within, request("/healthz")), /^HTTP\/1.1 200/);
  const refused = await server.open();
  const answer = await ask(refused, request("/v1/tenant"));
  assert.match(answer, /^HTTP\/1.1 503/);
  assert.match(answer, /connection: close/i);
  assert.match(answer, /retry-after: \d/i);
  assert.match(answer, /EVENT_SINKS_CONNECTIONS_MAX/);
  await once(refused, "close");
  const probe = await server.open();
  assert.match(await ask(probe, request("/healthz")), /^HTTP\/1.1 200.*connection: close/is);
  await once(probe, "close");
  assert.match(await ask(within, request("/v1/tenant")), /HTTP\/1.1 200/);
  within.destroy();
  await once(within, "close");
  // Its place is free once the server has heard of it.
  for (;;) {
    const next = await ask(await server.open(), request("/v1/tenant"));
    if (next.startsWith("HTTP/1.1 200")) break;
  }
  await server.close();
});

test("silence, slow headers and slow bodies are cut, with an answer where one can be given", async () => {
  const http = await openFreshHttp();
  const { server } = http.app;
  assert.ok(server.headersTimeout > 0 && server.headersTimeout <= 30_000);
  assert.ok(server.requestTimeout > 0 && server.requestTimeout <= 60_000);
  assert.ok(server.timeout > 0);
  // Node looks for them in its own time, so the test only shortens how long it takes.
  server.headersTimeout = 50;
  server.requestTimeout = 50;
  const listening = await listen(http);
  const silent = await listening.open();
  const slowHeaders = await listening.open();
  const slowBody = await listening.open();
  slowHeaders.write("POST /v1/alert HTTP/1.1\r\nhost: a\r\n");
  const head = `POST /v1/alert HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${operatorKey}\r\n`;
  const answers = await Promise.all([
    ask(slowHeaders, "x-slow: 1\r\n"),
    ask(slowBody, `${head}content-type: application/json\r\ncontent-length: 100\r\n\r\n{"ten`),
    silent.closed || once(silent.resume(), "close"),
  ]);
  for (const answer of answers.slice(0, 2)) assert.match(String(answer), /^HTTP\/1.1 408/);
  await listening.close();
});
