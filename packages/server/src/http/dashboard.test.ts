import assert from "node:assert/strict";
import { Agent, request as httpRequest } from "node:http";
import { after, before, test } from "node:test";
import { type FreshHttp, openFreshHttp } from "../../test/support/fresh-http.ts";

let http: FreshHttp;
let port: number;
before(async () => {
  http = await openFreshHttp();
  port = Number(new URL(await http.app.listen({ port: 0, host: "127.0.0.1" })).port);
});
const agent = new Agent({ keepAlive: true });
after(async () => {
  agent.destroy();
  await http.close();
});

/** Sends the path as it stands here; `fetch` would tidy it up. */
async function get(path: string, method = "GET", headers: Record<string, string> = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number;
    headers: Record<string, unknown>;
    text: string;
  }>();
  const sent = httpRequest(
    { host: "127.0.0.1", port, agent, path, method, headers },
    async (answer) => {
      const chunks = await answer.toArray();
      const text = Buffer.concat(chunks).toString("utf8");
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text });
    },
  );
  sent.on("error", reject).end();
  return promise;
}

const climbs = [
  "..",
  "%2e%2e",
  "%252e%252e",
  ".%2e",
  "%c0%ae%c0%ae",
  "..;",
  "....",
  "%u002e%u002e",
];
const slashes = ["/", "%2f", "%5c", "\\", "%252f", "//", "%c0%af"];
const starts = ["/", "/assets", "/sinks", "//"];

test("no path leads out of the dashboard's folder", async () => {
  const page = (await get("/")).text;
  assert.match(page, /<!doctype html>/i);
  const targets = ["package.json", "etc/passwd", "index.html%00.js"];
  for (const start of starts) {
    for (const climb of climbs) {
      for (const slash of slashes) {
        for (const target of targets) {
          const path = `${start}${slash}${`${climb}${slash}`.repeat(4)}${target}`;
          const { status, text } = await get(path.startsWith("/") ? path : `/${path}`);
          const isPage = status === 200 && text === page;
          assert.ok(
            isPage || (status >= 400 && status < 500),
            `${path}: ${status} ${text.slice(0, 99)}`,
          );
          if (!isPage) assert.equal(typeof JSON.parse(text).code, "string", path);
        }
      }
    }
  }
});

test("odd ways to name a file are no way to it", async () => {
  const [, asset = ""] = /(?:src|href)="(\/assets\/[^"]+)"/.exec((await get("/")).text) ?? [];
  assert.equal((await get(asset)).status, 200);
  for (const path of [
    ...["/index.html%00", "/index.html%20", "/.env", "/.git/config", "/assets/"],
    ...["/assets", "/%69ndex.html%2f..", "/index.html.gz/..", "/src/main.ts", "/node_modules"],
    ...[`${asset}%00`, `${asset}/..%2findex.html`, asset.replace("/assets/", "/assets%2f..%2f")],
    ...["http://127.0.0.1/../package.json", "http://elsewhere.example/../../etc/passwd"],
  ]) {
    const { status, text } = await get(path);
    assert.ok(status >= 400 && status < 500, `${path}: ${status} ${text.slice(0, 99)}`);
  }
});

test("pages and their files cannot be framed, and no other origin is let in", async () => {
  const headers = { origin: "https://evil.example", "access-control-request-method": "PUT" };
  for (const [path, method] of [
    ["/", "GET"],
    ["/sinks/1", "GET"],
    ["/", "OPTIONS"],
    ["/v1/event_sink", "OPTIONS"],
    ["/v1/session", "OPTIONS"],
  ] as const) {
    const answer = await get(path, method, headers);
    assert.match(String(answer.headers["content-security-policy"]), /frame-ancestors 'none'/, path);
    assert.equal(method === "OPTIONS" ? answer.status >= 400 : answer.status === 200, true, path);
    for (const name of Object.keys(answer.headers)) assert.doesNotMatch(name, /^access-control-/);
  }
});
