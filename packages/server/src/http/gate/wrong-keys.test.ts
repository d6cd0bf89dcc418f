import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createFakeClock } from "../../../test/support/fake-clock.ts";
import { type FreshHttp, openFreshHttp, operatorKey } from "../../../test/support/fresh-http.ts";
import { newApiKey } from "../../operator-key.ts";
import { createWrongKeys, wrongKeysBurst } from "./wrong-keys.ts";

let http: FreshHttp;
before(async () => {
  http = await openFreshHttp();
});
after(() => http.close());

async function callFrom(remoteAddress: string, key: string) {
  const headers = { authorization: `Bearer ${key}` };
  const url = "/v1/event_sink?tenant_id=acme";
  const {
    statusCode,
    headers: answered,
    body,
  } = await http.app.inject({ url, headers, remoteAddress });
  return { status: statusCode, retryAfter: answered["retry-after"], body };
}

test("an address that goes on with wrong keys is told to stop; right keys and others are not", async () => {
  const key = await http.tenantKey("acme");
  const wrong = (n: number) => [newApiKey(), "wrong", `esk_${n}`][n % 3] ?? "";
  for (let n = 0; n < wrongKeysBurst; n++) {
    assert.equal((await callFrom("203.0.113.7", wrong(n))).status, 401);
  }
  for (let n = 0; n < 3; n++) {
    const told = await callFrom("203.0.113.7", wrong(n));
    assert.deepEqual([told.status, told.retryAfter], [429, "1"], told.body);
  }
  for (const right of [key, operatorKey]) {
    assert.equal((await callFrom("203.0.113.7", right)).status, 200);
  }
  assert.equal((await callFrom("203.0.113.8", "wrong")).status, 401);
  const signIn = await http.app.inject({
    method: "POST",
    url: "/v1/session",
    headers: { "content-type": "application/json", "x-event-sinks-csrf": "1" },
    payload: JSON.stringify({ api_key: "wrong" }),
    remoteAddress: "203.0.113.7",
  });
  assert.equal(signIn.statusCode, 429);
  const told = http.log.filter((line) => line.includes('"rate_limited"'));
  assert.equal(told.length, 4);
  for (const line of told) assert.match(line, /"level":"debug"/);

  http.clock.advance(1_000);
  assert.equal((await callFrom("203.0.113.7", "wrong")).status, 401);
  assert.equal((await callFrom("203.0.113.7", "wrong")).status, 429);
});

test("a call without a key is a 401 however often it comes", async () => {
  for (let n = 0; n < 2 * wrongKeysBurst; n++) {
    const answer = await http.app.inject({ url: "/v1/session", remoteAddress: "203.0.113.9" });
    assert.equal(answer.statusCode, 401);
  }
});

test("the addresses of one IPv6 network count as one, and so do both spellings of IPv4", () => {
  const wrongKeys = createWrongKeys(createFakeClock());
  for (let n = 0; n < wrongKeysBurst; n++) {
    assert.equal(wrongKeys.count(`2606:4700:1:2::${n.toString(16)}`), null);
    assert.equal(wrongKeys.count(n % 2 === 0 ? "203.0.113.7" : "::ffff:203.0.113.7"), null);
  }
  assert.equal(wrongKeys.count("2606:4700:1:2:ffff::")?.code, "rate_limited");
  assert.equal(wrongKeys.count("203.0.113.7")?.code, "rate_limited");
  assert.equal(wrongKeys.count("2606:4700:1:3::"), null);
});
