import assert from "node:assert/strict";
import { after } from "node:test";
import { createOutbound, type OutboundOptions } from "../../src/outbound/create-outbound.ts";
import type { Outbound, OutboundRequest, OutboundResult } from "../../src/outbound/outbound.ts";
import { type Behaviour, startTcpServer, type TcpServer } from "./tcp-server.ts";

/** Everything made below is closed when the test file is done. */
const toClose: { close(): Promise<void> }[] = [];
after(() => Promise.all(toClose.map((one) => one.close())));

/** May reach 127.0.0.0/8 under the policy `operator`. */
export function make(options: Partial<OutboundOptions> = {}): Outbound {
  const outbound = createOutbound({ allowCidrs: ["127.0.0.0/8"], ...options });
  toClose.push(outbound);
  return outbound;
}

export async function serve(
  behave: Behaviour,
  options: Parameters<typeof startTcpServer>[1] = {},
): Promise<TcpServer> {
  const server = await startTcpServer(behave, options);
  toClose.push(server);
  return server;
}

export function post(server: TcpServer, change: Partial<OutboundRequest> = {}): OutboundRequest {
  return {
    method: "POST",
    url: `http://127.0.0.1:${server.port}/hook?a=1`,
    headers: { "content-type": "application/json" },
    body: '{"a":"ü"}',
    policy: "operator",
    timeoutMs: 5_000,
    ...change,
  };
}

export function answer(body: string, headers = ""): string {
  return `HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;
}

export function assertFailure(
  result: OutboundResult,
  reason: string,
  ambiguous: boolean,
): asserts result is Extract<OutboundResult, { kind: "failure" }> {
  assert.equal(result.kind, "failure", JSON.stringify(result));
  assert.deepEqual(
    { reason: result.reason, ambiguous: result.ambiguous },
    { reason, ambiguous },
    result.detail,
  );
  assert.match(result.detail, /^\S.*\.$/);
  assert.doesNotMatch(result.detail, /hook|a=1/);
}

export function assertResponse(
  result: OutboundResult,
): asserts result is Extract<OutboundResult, { kind: "response" }> {
  assert.equal(result.kind, "response", JSON.stringify(result));
}
