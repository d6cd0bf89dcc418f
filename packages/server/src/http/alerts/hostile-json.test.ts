/** JSON that two readers may understand differently: one reading of it is stored, judged and sent. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type FreshHttp, openFreshHttp } from "../../../test/support/fresh-http.ts";

let http: FreshHttp;
let key: string;
before(async () => {
  http = await openFreshHttp();
  key = await http.tenantKey("acme");
  await http.tenantKey("other");
});
after(() => http.close());

const take = (text: string) => http.call("POST", "/v1/alert", text, { key });

/** The body that sinks are sent, as it is stored. */
async function bodyOf(text: string): Promise<string> {
  const taken = await take(text);
  assert.equal(taken.status, 202, taken.text);
  const scope = { tenantId: "acme", id: taken.json.alert.uid };
  const found = await http.fresh.store.getAlert(scope);
  assert.ok(found);
  // An alert without an id gets one.
  return found.alert.body.replace(/^\{"id":"[^"]+",/, "{");
}

test("a key that is given twice counts once, by its last value, at any depth and however it is spelt", async () => {
  const text =
    '{"tenant_id":"other","tenant_id":"acme","name":"first","n\\u0061me":"last","x":{"y":[{"k":1,"\\u006b":9007199254740993}]},' +
    '"dedup_key":"a","dedup\\u005fkey":"b","tags":{"a":1,"a":{"b":2,"b":3}}}';
  const body = await bodyOf(text);
  assert.equal(
    body,
    '{"tenant_id":"acme","name":"last","x":{"y":[{"k":9007199254740993}]},"dedup_key":"b","tags":{"a":{"b":3}},"event-sinks-hops":1}',
  );
});

test("a second tenant_id is no way to another tenant, however it is spelt", async () => {
  for (const name of ["tenant_id", "tenant\\u005fid", "\\u0074enant_id"]) {
    const refused = await take(`{"tenant_id":"acme","name":"n","${name}":"other"}`);
    assert.equal(refused.status, 403, name);
  }
  const sink = '"name":"W","description":"","event_sink_args":{"Webhook":{"url":"https://a.test"}}';
  const text = `{"tenant_id":"acme",${sink},"tenant\\u005fid":"other"}`;
  assert.equal((await http.call("POST", "/v1/event_sink", text, { key })).status, 403);
  for (const tenant of ["acme", "other"]) {
    const { json } = await http.call("GET", `/v1/event_sink?tenant_id=${tenant}`);
    assert.deepEqual(json.data.event_sinks, []);
  }
});

test("numbers beyond 2^53 are sent digit for digit, wherever they stand", async () => {
  const numbers = "[9007199254740993,-9223372036854775808,1.00000000000000000001,1e400,0.1e-400]";
  const text = `{"tenant_id":"acme","name":"n","big":18446744073709551616,"in":{"deep":[${numbers}]}}`;
  assert.equal(await bodyOf(text), `${text.slice(0, -1)},"event-sinks-hops":1}`);
});

test("half a character is sent as the escape it came as, and in what is shown it is made whole", async () => {
  const text = '{"tenant_id":"acme","name":"a\\ud800b","\\udfff":["\\ud83d"]}';
  assert.equal(await bodyOf(text), `${text.slice(0, -1)},"event-sinks-hops":1}`);
  const { json } = await http.call("GET", "/v1/alert?tenant_id=acme&pagination[page_size]=1");
  assert.ok(json.data.alerts[0].name.isWellFormed());
});

test("no body, however its keys are called, changes what objects are", async () => {
  const hostile =
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"prototype":{"polluted":1}}';
  const fields = `"tags":${hostile},"results_table":${hostile},"alert_template":{"info":[{"label":"__proto__","value":"{{__proto__.polluted}}{{constructor.prototype.polluted}}"}]}`;
  const body = await bodyOf(`{"tenant_id":"acme","name":"n",${fields},${hostile.slice(1)}`);
  assert.ok(body.includes(`"tags":${hostile}`), body);
  for (const [method, path] of [
    ["POST", "/v1/event_sink"],
    ["POST", "/v1/tenant"],
    ["POST", "/v1/api_key"],
    ["POST", "/v1/alert/preview"],
    ["PUT", "/v1/tenant/acme"],
    ["POST", "/v1/delivery/replay"],
  ] as const) {
    const { status } = await http.call(method, `${path}?__proto__[polluted]=1`, hostile);
    assert.equal(status, 400, path);
  }
  assert.equal(Reflect.get({}, "polluted"), undefined);
});

test("an alert may name a thousand sinks, a batch has a thousand alerts, a page a thousand rows, and no more", async () => {
  const ids = (count: number) => Array.from({ length: count }, () => crypto.randomUUID());
  const named = (count: number) =>
    take(JSON.stringify({ tenant_id: "acme", name: "n", event_sink_ids: ids(count) }));
  assert.match((await named(1_001)).json.error, /event_sink_ids/);
  const alerts = Array(1_001).fill({ tenant_id: "acme", name: "n" });
  assert.equal((await http.call("POST", "/v1/alert/batch", { alerts }, { key })).status, 400);
  for (const path of ["event_sink", "alert", "delivery", "slack_integration", "api_key", "audit"]) {
    const list = `/v1/${path}?tenant_id=acme&pagination[page_size]=`;
    assert.equal((await http.call("GET", `${list}1001`)).status, 400, path);
    assert.equal((await http.call("GET", `${list}1000`)).status, 200, path);
  }
});
