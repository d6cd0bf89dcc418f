import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { type FreshHttp, openFreshHttp } from "../../../test/support/fresh-http.ts";
import { ApiError, errorStatus } from "../../errors.ts";
import { StoreUnavailable } from "../../store/store.ts";
import { toApiError } from "./error-envelope.ts";

let http: FreshHttp;
before(async () => {
  http = await openFreshHttp();
});
after(() => http.close());

test("the reference lists every error code with its status, and no other", () => {
  const page = new URL("../../../../../docs/reference/errors.md", import.meta.url);
  const rows = readFileSync(page, "utf8").matchAll(/^\| `(\w+)` \| (\d+) \|/gm);
  const documented = Object.fromEntries(
    [...rows].map(([, code, status]) => [code, Number(status)]),
  );
  assert.deepEqual(documented, { ...errorStatus });
});

test("an unknown path is a 404 in the envelope", async () => {
  const answer = await http.call("GET", "/v1/nothing");
  assert.equal(answer.status, 404);
  assert.equal(answer.json.code, "not_found");
  assert.match(answer.json.error, /no path \/v1\/nothing/);
});

test("a known path with another method is a 405 that names the methods", async () => {
  for (const path of ["/v1/event_sink/x", "/v1/event_sink/x/", "//v1/event_sink/x?a=b"]) {
    const answer = await http.call("PATCH", path);
    assert.equal(answer.status, 405, path);
    assert.equal(answer.json.code, "method_not_allowed");
    for (const method of ["GET", "PUT", "DELETE"]) {
      assert.ok(String(answer.headers["allow"]).includes(method));
    }
  }
});

test("a path that is badly percent-encoded is a 400 in the envelope", async () => {
  const answer = await http.call("GET", "/v1/event_sink/%zz");
  assert.equal(answer.status, 400);
  assert.equal(answer.json.code, "invalid_request");
});

test("a path of absurd length is a 404 in the envelope", async () => {
  const answer = await http.call("GET", `/v1/event_sink/${"x".repeat(5_000)}`);
  assert.equal(answer.status, 404);
  assert.equal(answer.json.code, "not_found");
});

test("a store that is away is a 503 with Retry-After, without the reason's words", () => {
  const error = toApiError(new StoreUnavailable("disk full at /secret/place"));
  assert.equal(error.status, 503);
  assert.ok((error.retryAfterS ?? 0) > 0);
  assert.ok(!error.message.includes("/secret/place"));
});

test("a fault of ours is a 500 that shows nothing of the inside, and is logged", async () => {
  const failing = { ...http.fresh.store, getTenant: () => Promise.reject(new Error("inside-42")) };
  const other = await openFreshHttp({ deps: { store: failing } });
  const answer = await other.call("GET", "/v1/tenant/acme");
  await other.close();
  assert.equal(answer.status, 500);
  assert.deepEqual(Object.keys(answer.json), ["error", "code"]);
  assert.ok(!answer.text.includes("inside-42"));
  assert.equal(other.log.filter((line) => line.includes("inside-42")).length, 1);
  assert.ok(other.log.join("").includes(String(answer.headers["x-request-id"])));
});

test("an ApiError passes through as it is", () => {
  const error = new ApiError("conflict", "So.");
  assert.equal(toApiError(error), error);
});

async function rawAnswer(text: string): Promise<string> {
  const url = new URL(await http.app.listen({ host: "127.0.0.1", port: 0 }).catch(() => address()));
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(Number(url.port), url.hostname, () => socket.write(text));
    socket.on("data", (chunk) => {
      answer += String(chunk);
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}

function address(): string {
  return http.app.listeningOrigin;
}

test("what is no HTTP gets an envelope too", async () => {
  const answer = await rawAnswer("GARBAGE\r\n\r\n");
  assert.match(answer, /^HTTP\/1.1 400 .*\r\ncontent-type: application\/json/);
  assert.equal(JSON.parse(answer.split("\r\n\r\n")[1] ?? "").code, "invalid_request");
});

test("headers that are too large are a 431 in the envelope", async () => {
  const answer = await rawAnswer(
    `GET /healthz HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(40_000)}\r\n\r\n`,
  );
  assert.match(answer, /^HTTP\/1.1 431 /);
  assert.equal(JSON.parse(answer.split("\r\n\r\n")[1] ?? "").code, "headers_too_large");
});

test("HEAD answers without a body", async () => {
  const status = await new Promise((resolve, reject) => {
    rawAnswer("GARBAGE\r\n\r\n").then(() => {
      const sent = request(`${address()}/healthz`, { method: "HEAD" }, (answer) => {
        answer.resume().on("end", () => resolve(answer.statusCode));
      });
      sent.on("error", reject).end();
    }, reject);
  });
  assert.equal(status, 200);
});
