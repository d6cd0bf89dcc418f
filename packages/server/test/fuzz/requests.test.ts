/**
 * Random and spoilt requests over every route that the service describes. Whatever comes in,
 * it answers: with a success, or with the documented envelope and the status of its code.
 * 503 is the only answer of the 500s that a request may get. `FUZZ_REQUESTS` and `FUZZ_SEED` send more
 * of them, and others.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { errorStatus } from "../../src/errors.ts";
import { type FreshHttp, openFreshHttp, operatorKey } from "../support/fresh-http.ts";
import { createRequestFuzzer, type FuzzRequest } from "../support/request-fuzzer.ts";

const requestCount = Number(process.env["FUZZ_REQUESTS"] ?? 10_000);
const seed = Number(process.env["FUZZ_SEED"] ?? 7);

let http: FreshHttp;
before(async () => {
  http = await openFreshHttp();
});
after(() => http.close());

const tenantIds = ["fuzz-a", "fuzz-b", "fuzz-c"];

// The usual limit of a test is for its usual size.
const timeout = 60_000 + requestCount * 6;

test("every answer is a success or the documented envelope", { timeout }, async () => {
  const { json: description } = await http.call("GET", "/openapi.json");
  // An answer that never ends; `overview.test.ts` reads it.
  delete description.paths["/v1/overview/stream"];
  const keys = await Promise.all(tenantIds.map((id) => http.tenantKey(id)));
  const ids: string[] = [];
  const next = createRequestFuzzer({
    description,
    seed,
    authorizations: [operatorKey, ...keys, "nonsense", undefined].map(
      (key) => key && `Bearer ${key}`,
    ),
    tenantIds,
    ids,
  });
  const seen = new Map<number, number>();
  for (let n = 0; n < requestCount; n++) {
    const request = next();
    const answer = await http.app.inject({
      method: request.method as "GET",
      url: request.path,
      headers: request.headers,
      ...(request.body === undefined ? {} : { payload: request.body }),
    });
    check(request, answer.statusCode, answer.body, n);
    seen.set(answer.statusCode, (seen.get(answer.statusCode) ?? 0) + 1);
    const found =
      answer.body.slice(0, 5_000).match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? [];
    ids.push(...found.slice(0, 3));
    if (ids.length > 60) ids.splice(0, ids.length - 60);
  }
  // What the fuzzer makes gets far enough in to be worth sending.
  const answered = (status: number) => (seen.get(status) ?? 0) / requestCount;
  assert.ok(answered(200) > 0.15, `too few are taken: ${JSON.stringify([...seen])}`);
  assert.ok(answered(400) > 0.15, `too few are refused: ${JSON.stringify([...seen])}`);
  assert.deepEqual(
    http.log.filter((line) => line.includes('"level":"error"')),
    [],
  );
});

function check(request: FuzzRequest, status: number, body: string, n: number): void {
  const told = JSON.stringify({ ...request, body: request.body?.slice(0, 1_000) });
  const what = `request ${n} of seed ${seed}: ${told}\nanswered ${status} ${body.slice(0, 500)}`;
  if (status < 400) return;
  assert.ok(status < 500 || status === 503, what);
  if (request.method === "HEAD") return;
  const envelope: unknown = JSON.parse(body);
  assert.ok(typeof envelope === "object" && envelope !== null, what);
  const { error, code, details, ...rest } = envelope as Record<string, unknown>;
  assert.deepEqual(rest, {}, what);
  assert.match(String(error), /^\P{Ll}.*[.?!]$/su, what);
  assert.equal(new Map<unknown, number>(Object.entries(errorStatus)).get(code), status, what);
  if (details !== undefined) {
    assert.ok(Array.isArray(details) && details.length > 0, what);
    for (const one of details) assert.deepEqual(Object.keys(one), ["path", "message"], what);
  }
}
