import assert from "node:assert/strict";
import { type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { type FreshHttp, openFreshHttp, operatorKey } from "../../../test/support/fresh-http.ts";
import { managementBytesMax, nestingMax } from "./body.ts";

let http: FreshHttp;
let url: URL;
before(async () => {
  http = await openFreshHttp();
  url = new URL(await http.app.listen({ host: "127.0.0.1", port: 0 }));
});
after(() => http.close());

const sink = {
  tenant_id: "acme",
  name: "Webhook",
  description: "",
  event_sink_args: { Webhook: { url: "https://test.com/webhook/abc" } },
};

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by the documented shape
  readonly json: any;
}

/** node:http, since `fetch` sends no body with GET. */
function send(
  method: string,
  path: string,
  body: string | Buffer | null,
  headers: Record<string, string> = { "content-type": "application/json" },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === null ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const authorization = `Bearer ${operatorKey}`;
    const options = { method, headers: { authorization, ...length, ...headers } };
    const sent = request(new URL(path, url), options, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      answer.on("end", () => {
        const { statusCode: status = 0, headers: answered } = answer;
        resolve({ status, headers: answered, json: JSON.parse(text) });
      });
    });
    sent.on("error", reject);
    sent.end(body ?? undefined);
  });
}

test("JSON is taken under any JSON media type, with a BOM and with parameters", async () => {
  const types = [
    "application/json",
    "Application/JSON; charset=UTF-8",
    "application/vnd.acme+json",
  ];
  for (const type of types) {
    const body = `\ufeff${JSON.stringify({ tenant_id: `t${types.indexOf(type)}` })}`;
    const answer = await send("POST", "/v1/tenant", body, { "content-type": type });
    assert.equal(answer.status, 200, type);
  }
});

test("a body that is not declared as JSON in UTF-8 is a 415 that says what to send", async () => {
  const wrong: Record<string, string>[] = [
    { "content-type": "application/x-www-form-urlencoded" },
    { "content-type": "text/plain" },
    { "content-type": "application/json; charset=iso-8859-1" },
    { "content-type": "nonsense" },
    { "content-type": "application/json", "content-encoding": "gzip" },
    {},
  ];
  for (const headers of wrong) {
    const answer = await send("POST", "/v1/event_sink", JSON.stringify(sink), headers);
    assert.equal(answer.status, 415, JSON.stringify(headers));
    assert.equal(answer.json.code, "unsupported_media_type");
  }
});

test("a body that is not JSON is a 400 with the position, and keeps the connection", async () => {
  const answer = await send("POST", "/v1/event_sink", '{"name": nope}');
  assert.equal(answer.status, 400);
  assert.equal(answer.json.code, "invalid_json");
  assert.match(answer.json.error, /line 1, column 10 \(position 9\) `n` is out of place/);
  assert.notEqual(answer.headers.connection, "close");
});

test("nesting is bounded, with and without long numbers", async () => {
  const nested = (levels: number, inner: string) =>
    `${"[".repeat(levels)}${inner}${"]".repeat(levels)}`;
  for (const inner of ["1", "12345678901234567890"]) {
    for (const levels of [nestingMax, 50_000, 400_000]) {
      const body = `{"tenant_id":"acme","name":"n","x":${nested(levels, inner)}}`;
      const answer = await send("POST", "/v1/tenant", body);
      assert.equal(answer.status, 400);
      assert.equal(answer.json.code, "invalid_json", `${levels} ${inner}`);
    }
    const body = `{"tenant_id":"acme","name":"n","x":${nested(nestingMax - 1, inner)}}`;
    assert.equal((await send("POST", "/v1/tenant", body)).json.code, "unknown_field");
  }
});

test("a GET with a JSON content type and no body works", async () => {
  const answer = await send("GET", "/v1/event_sink?tenant_id=acme", null);
  assert.equal(answer.status, 200);
});

test("a list is found by the body of a GET, as Scanner's client sends it", async () => {
  for (const name of ["a", "b", "c"]) {
    await send("POST", "/v1/event_sink", JSON.stringify({ ...sink, tenant_id: "lists", name }));
  }
  const body = { tenant_id: "lists", pagination: { page_size: 2, page_token: null } };
  const first = await send("GET", "/v1/event_sink", JSON.stringify(body));
  assert.equal(first.json.data.event_sinks.length, 2);
  const page_token = first.json.pagination.next_page_token;
  const next = { tenant_id: "lists", pagination: { page_token, page_size: 2 } };
  const second = await send("GET", "/v1/event_sink", JSON.stringify(next));
  assert.deepEqual(
    second.json.data.event_sinks.map((one: { name: string }) => one.name),
    ["c"],
  );
  assert.equal(second.json.pagination, null);
});

test("a tenant that is one in the query and another in the body is refused", async () => {
  const body = JSON.stringify({ tenant_id: "other" });
  const answer = await send("GET", "/v1/event_sink?tenant_id=acme", body);
  assert.equal(answer.status, 400);
  assert.equal(answer.json.details[0].path, "tenant_id");
  const same = JSON.stringify({ tenant_id: "acme" });
  assert.equal((await send("GET", "/v1/event_sink?tenant_id=acme", same)).status, 200);
});

test("a DELETE with a JSON content type works with no body, an empty one and any one", async () => {
  for (const body of [null, "", "{}"]) {
    const made = await send("POST", "/v1/event_sink", JSON.stringify(sink));
    const { id } = made.json.event_sink;
    const answer = await send("DELETE", `/v1/event_sink/${id}`, body);
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.json, { id, tenant_id: "acme" });
  }
});

/** A client that reads nothing until it has written everything, as many HTTP libraries are. */
function writeThenRead(head: string, bodyBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname);
    socket.pause();
    socket.on("error", reject);
    socket.write(`${head}content-length: ${bodyBytes}\r\n\r\n`);
    const chunk = Buffer.alloc(64 * 1024, "x");
    let left = bodyBytes;
    const write = () => {
      while (left > 0) {
        const size = Math.min(left, chunk.length);
        left -= size;
        if (!socket.write(chunk.subarray(0, size))) {
          socket.once("drain", write);
          return;
        }
      }
      let answer = "";
      socket.on("data", (part) => {
        answer += String(part);
      });
      socket.on("close", () => resolve(answer));
      socket.resume();
    };
    write();
  });
}

const headOf = (key: string) =>
  `POST /v1/event_sink HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\n`;

test("a body too large is read to its end, so that the client reads the 413 with the limit", async () => {
  const answer = await writeThenRead(headOf(operatorKey), 20 * 1024 * 1024);
  assert.match(answer, /^HTTP\/1.1 413 /);
  assert.ok(answer.includes(`over ${managementBytesMax} bytes`), answer);
  assert.ok(answer.includes('"code":"too_large"'));
});

test("so is the body of a call that is refused before its body is looked at", async () => {
  const answer = await writeThenRead(headOf("unknown"), 20 * 1024 * 1024);
  assert.match(answer, /^HTTP\/1.1 401 /);
});

test("a body too large without a length is refused as well", async () => {
  const body = Buffer.alloc(managementBytesMax + 1, " ");
  const headers = { "content-type": "application/json", "transfer-encoding": "chunked" };
  const answer = await new Promise<number | undefined>((resolve, reject) => {
    const authorization = `Bearer ${operatorKey}`;
    const options = { method: "POST", headers: { authorization, ...headers } };
    const sent = request(new URL("/v1/event_sink", url), options, (one) => {
      one.resume().on("end", () => resolve(one.statusCode));
    });
    sent.on("error", reject).end(body);
  });
  assert.equal(answer, 413);
});

test("a client that never stops sending is cut off", async () => {
  const answer = await writeThenRead(headOf(operatorKey), 200 * 1024 * 1024).catch(
    (error: NodeJS.ErrnoException) => String(error.code),
  );
  assert.match(answer, /^(HTTP\/1.1 413 |EPIPE|ECONNRESET)/);
});
