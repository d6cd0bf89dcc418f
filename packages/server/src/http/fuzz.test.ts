/**
 * Thousands of requests that nobody would send, over all routes. Whatever comes: no answer but
 * the documented ones, and the service goes on.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { openFreshHttp } from "../../test/support/fresh-http.ts";
import { type FuzzRequest, FuzzRequests } from "../../test/support/fuzz-requests.ts";
import { errorStatus } from "../errors.ts";

const seed = 20_261_125;
const requestCount = 8_000;
const atOnce = 16;

/** Why an answer is not as documented; undefined when it is. */
function fault(status: number, type: string, text: string): string | undefined {
  if (status === 200 || status === 202) return undefined;
  if (status >= 500 && status !== 503) return `status ${status}`;
  if (type !== "application/json; charset=utf-8") return `content type ${type}`;
  const { error, code, details = [], ...rest } = JSON.parse(text);
  if (Object.keys(rest).length > 0) return `keys ${Object.keys(rest)}`;
  if (errorStatus[code as keyof typeof errorStatus] !== status) return `${code} as ${status}`;
  if (typeof error !== "string" || !/[.!?]$/.test(error)) return "no sentence";
  if (/node_modules|\bat .*:\d+:\d+/.test(text)) return "a stack trace";
  const isDetail = (one: object) => Object.keys(one).sort().join() === "message,path";
  return details.every(isDetail) ? undefined : "a detail of another form";
}

test(`${requestCount} requests from seed ${seed} get documented answers only`, async (t) => {
  const http = await openFreshHttp({
    // Whatever is sent finds no way out.
    settings: { allowCidrs: [] },
    resolve: async () => ["127.0.0.1"],
  });
  t.after(() => http.close());
  for (const tenant_id of ["acme", "other"]) await http.call("POST", "/v1/tenant", { tenant_id });
  const requests = new FuzzRequests((await http.call("GET", "/openapi.json")).json, seed);
  assert.ok(requests.operationCount > 40);
  const counts: Record<string, number> = {};

  async function send(request: FuzzRequest): Promise<void> {
    const answer = await http.app.inject({ ...request, method: request.method as "GET" });
    const status = answer.statusCode;
    counts[status] = (counts[status] ?? 0) + 1;
    const isHead = request.method === "HEAD";
    const why = isHead
      ? undefined
      : fault(status, String(answer.headers["content-type"]), answer.body);
    if (why !== undefined) {
      const { method, url, payload = "" } = request;
      const shown = `${method} ${url} ${payload}`.slice(0, 2_000);
      assert.fail(`${why}: ${shown}\n${answer.body.slice(0, 1_000)}`);
    }
    if (status < 300) requests.learn(answer.body);
  }
  for (let sent = 0; sent < requestCount; sent += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, () => send(requests.next())));
  }

  // Neither all refused at the door nor all taken: the requests got everywhere.
  assert.ok((counts["200"] ?? 0) > requestCount / 10, JSON.stringify(counts));
  for (const status of [202, 400, 401, 403, 404, 405, 409, 415]) {
    assert.ok((counts[status] ?? 0) > 0, `${status} in ${JSON.stringify(counts)}`);
  }
  assert.deepEqual(
    http.log.filter((line) => line.includes("http.failed")),
    [],
  );
  assert.equal((await http.call("GET", "/readyz")).status, 200);
});
