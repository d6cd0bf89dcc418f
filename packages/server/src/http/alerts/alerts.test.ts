import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type FreshHttp, openFreshHttp } from "../../../test/support/fresh-http.ts";
import { sampleNames, sampleText } from "../../../test/support/sample-alerts.ts";
import { StoreUnavailable } from "../../store/store.ts";

const path = "/v1/alert";
let http: FreshHttp;
let sinks: string[];
before(async () => {
  http = await openFreshHttp();
  sinks = [await makeSink("acme"), await makeSink("acme")];
});
after(() => http.close());

async function makeSink(tenant_id: string): Promise<string> {
  const event_sink_args = { Webhook: { url: "https://test.com/webhook/abc" } };
  const body = { tenant_id, name: "W", description: "", event_sink_args };
  return (await http.call("POST", "/v1/event_sink", body)).json.event_sink.id;
}

const sinksOf = (deliveries: { event_sink_id: string }[]) =>
  deliveries.map((one) => one.event_sink_id).sort();

test("an alert is answered with 202, its ids and a delivery for each sink of the tenant", async () => {
  const { status, json } = await http.call("POST", path, {
    tenant_id: "acme",
    name: "n",
    id: "a1",
  });
  assert.equal(status, 202);
  assert.deepEqual(Object.keys(json), ["alert", "deliveries"]);
  assert.deepEqual(json.alert, {
    uid: json.alert.uid,
    id: "a1",
    tenant_id: "acme",
    received_at: "2026-01-01T00:00:00.000Z",
    duplicate: false,
  });
  assert.deepEqual(sinksOf(json.deliveries), [...sinks].sort());
});

for (const name of sampleNames) {
  test(`${name} is taken as it is and its body comes back digit for digit`, async () => {
    const text = sampleText(name);
    const timestamp = /"timestamp": (\d{19})/.exec(text)?.[1];
    const { tenant_id } = JSON.parse(text);
    await http.call("POST", "/v1/tenant", { tenant_id });
    const { status, json } = await http.call("POST", path, text);
    assert.equal(status, 202);
    assert.deepEqual(json.warnings, [
      "The tenant has no event sink, so the alert is recorded and goes nowhere.",
    ]);
    const got = await http.call("GET", `${path}/${json.alert.uid.toUpperCase()}`);
    assert.ok(got.text.includes(`"timestamp":${timestamp},`));
    const { body, ...alert } = got.json.alert;
    assert.deepEqual(Object.keys(alert), [
      "uid",
      "id",
      "tenant_id",
      "name",
      "action",
      "dedup_key",
      "severity",
      "severity_id",
      "staging",
      "received_at",
    ]);
    const { "event-sinks-hops": hops, ...rest } = body;
    assert.equal(hops, 1);
    assert.equal(JSON.stringify(rest), JSON.stringify(JSON.parse(text)));
  });
}

test("the same alert again stores nothing and answers the first result", async () => {
  const alert = { tenant_id: "acme", name: "n", id: "twice" };
  const first = await http.call("POST", path, alert);
  http.clock.advance(60_000);
  const again = await http.call("POST", path, { ...alert, name: "other words" });
  assert.equal(again.status, 202);
  assert.deepEqual(again.json, {
    ...first.json,
    alert: { ...first.json.alert, duplicate: true },
  });
  const resolve = await http.call("POST", path, { ...alert, action: "resolve" });
  assert.equal(resolve.json.alert.duplicate, false);
});

test("an alert goes to the sinks it names, each once, in any case of their ids", async () => {
  const [one = ""] = sinks;
  const event_sink_ids = [one, one.toUpperCase(), "nonsense"];
  const { status, json } = await http.call("POST", path, {
    tenant_id: "acme",
    name: "n",
    event_sink_ids,
  });
  assert.equal(status, 202);
  assert.deepEqual(sinksOf(json.deliveries), [one]);
  assert.deepEqual(json.unknown_event_sink_ids, ["nonsense"]);
});

test("an empty list of sinks, and staging, record the alert only", async () => {
  for (const more of [{ event_sink_ids: [] }, { staging: true }]) {
    const alert = { tenant_id: "acme", name: "n", ...more };
    const { status, json } = await http.call("POST", path, alert);
    assert.equal(status, 202);
    assert.deepEqual(json.deliveries, []);
    const got = await http.call("GET", `${path}/${json.alert.uid}`);
    assert.deepEqual(got.json.deliveries, []);
  }
});

test("what is odd about an alert is said in warnings", async () => {
  const alert = {
    tenant_id: "acme",
    name: "n",
    action: "blocked",
    severity: "Low",
    severity_id: 5,
  };
  const { json } = await http.call("POST", path, alert);
  assert.equal(json.warnings.length, 2);
  const got = await http.call("GET", `${path}/${json.alert.uid}`);
  assert.deepEqual(
    [got.json.alert.action, got.json.alert.severity, got.json.alert.body.action],
    ["trigger", "Critical", "blocked"],
  );
});

test("an alert that went in circles is refused", async () => {
  const alert = { tenant_id: "acme", name: "n", "event-sinks-hops": 6 };
  const answer = await http.call("POST", path, alert);
  assert.equal(answer.status, 400);
  assert.equal(answer.json.code, "too_many_hops");
});

test("a new sink gets the very next alert, a deleted one none", async () => {
  const alert = { tenant_id: "changing", name: "n" };
  const targets = async () => sinksOf((await http.call("POST", path, alert)).json.deliveries);
  await http.call("POST", "/v1/tenant", { tenant_id: "changing" });
  assert.deepEqual(await targets(), []);
  const id = await makeSink("changing");
  assert.deepEqual(await targets(), [id]);
  await http.call("DELETE", `/v1/event_sink/${id}`);
  assert.deepEqual(await targets(), []);
});

test("a batch has a result or an error for each alert, in order", async () => {
  const alerts = [
    { tenant_id: "acme", name: "n", id: "b1" },
    { tenant_id: "acme" },
    { tenant_id: "nobody", name: "n" },
    "text",
    { tenant_id: "acme", name: "n", id: "b1" },
    { tenant_id: "acme", name: "n", event_sink_ids: ["x"] },
  ];
  const { status, json } = await http.call("POST", `${path}/batch`, { alerts });
  assert.equal(status, 202);
  const [first, ...rest] = json.alerts;
  assert.equal(first.alert.duplicate, false);
  assert.deepEqual(
    rest.map((one: { code?: string; alert?: { duplicate: boolean } }) => one.code ?? one.alert),
    [
      "invalid_request",
      "unknown_tenant",
      "invalid_request",
      { ...first.alert, duplicate: true },
      "no_event_sink",
    ],
  );
});

test("a batch of 1000 is taken, one of 1001 or of none refused", async () => {
  const batch = (count: number) => {
    const alerts = Array.from({ length: count }, (_, n) => ({
      tenant_id: "acme",
      name: "n",
      id: `many-${n}`,
      event_sink_ids: [],
    }));
    return http.call("POST", `${path}/batch`, { alerts });
  };
  const taken = await batch(1_000);
  assert.equal(taken.status, 202);
  assert.equal(taken.json.alerts.length, 1_000);
  assert.ok(taken.json.alerts.every((one: { alert: object }) => one.alert !== undefined));
  for (const count of [0, 1_001]) assert.equal((await batch(count)).status, 400);
});

test("a tenant's key in a batch takes its own alerts and is refused the others", async () => {
  const key = await http.tenantKey("acme");
  const alerts = [
    { tenant_id: "acme", name: "n" },
    { tenant_id: "changing", name: "n" },
  ];
  const { json } = await http.call("POST", `${path}/batch`, { alerts }, { key });
  assert.equal(json.alerts[0].alert.tenant_id, "acme");
  assert.equal(json.alerts[1].code, "forbidden");
});

test("alerts are found by what they are, newest first, without their bodies", async () => {
  await makeSink("search");
  const ids: string[] = [];
  for (const more of [
    { severity: "Low", tags: ["aws"], name: "disk full" },
    { severity_id: 5, dedup_key: "k1", detection_rule_id: "r1", name: "account closed" },
  ]) {
    http.clock.advance(1_000);
    const { json } = await http.call("POST", path, { tenant_id: "search", ...more });
    ids.unshift(json.alert.id);
  }
  const find = async (query: string) => {
    const answer = await http.call("GET", `${path}?tenant_id=search&${query}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.json.data.alerts.map((alert: { id: string }) => alert.id);
  };
  const [newest, oldest] = ids;
  assert.deepEqual(await find(""), ids);
  assert.deepEqual(await find("severity=critical"), [newest]);
  assert.deepEqual(await find("severity=2"), [oldest]);
  assert.deepEqual(await find("tag=aws"), [oldest]);
  assert.deepEqual(await find("dedup_key=k1"), [newest]);
  assert.deepEqual(await find("detection_rule_id=r1"), [newest]);
  assert.deepEqual(await find("q=disk"), [oldest]);
  assert.deepEqual(await find("state=pending"), ids);
  assert.deepEqual(await find("state=delivered"), []);
  assert.deepEqual(await find(`since=${http.clock.now()}`), [newest]);
  const until = encodeURIComponent(new Date(http.clock.now()).toISOString());
  assert.deepEqual(await find(`until=${until}`), [oldest]);

  const page = await http.call("GET", `${path}?tenant_id=search&pagination[page_size]=1`);
  const [listed] = page.json.data.alerts;
  assert.equal(listed.body, undefined);
  assert.equal(listed.deliveries.length, 1);
  const token = page.json.pagination.next_page_token;
  assert.deepEqual(await find(`pagination[page_token]=${token}`), [oldest]);
});

test("a filter that is misspelt or makes no sense is refused", async () => {
  for (const query of [
    "severty=High",
    "severity=Worst",
    "state=done",
    "since=soon",
    "event_sink_id=7",
  ]) {
    const answer = await http.call("GET", `${path}?tenant_id=acme&${query}`);
    assert.equal(answer.status, 400, query);
    assert.equal(answer.json.details[0].path, query.split("=")[0]);
  }
});

test("when the store is away an alert, alone or in a batch, is a 503 to come back for", async () => {
  const store = {
    ...http.fresh.store,
    acceptAlerts: () => Promise.reject(new StoreUnavailable("disk full")),
    getTenantSinks: () =>
      Promise.resolve({ eventSinks: [], operationalEventSinkIds: [], limits: {} }),
  };
  const broken = await openFreshHttp({ deps: { store } });
  const alert = { tenant_id: "acme", name: "n" };
  const answers = [
    await broken.call("POST", path, alert),
    await broken.call("POST", `${path}/batch`, { alerts: [alert, {}] }),
  ];
  await broken.close();
  for (const answer of answers) {
    assert.equal(answer.status, 503);
    assert.equal(answer.json.code, "unavailable");
    assert.ok(Number(answer.headers["retry-after"]) > 0);
  }
});

test("alerts that come in together go to the store together", async () => {
  const sizes: number[] = [];
  const { store } = http.fresh;
  const counting: typeof store = {
    ...store,
    acceptAlerts(input) {
      sizes.push(input.alerts.length);
      return store.acceptAlerts(input);
    },
    getTenantSinks: () =>
      Promise.resolve({ eventSinks: [], operationalEventSinkIds: [], limits: {} }),
  };
  const other = await openFreshHttp({ deps: { store: counting } });
  const alerts = Array.from({ length: 50 }, () => ({ tenant_id: "acme", name: "n" }));
  await Promise.all([
    other.call("POST", `${path}/batch`, { alerts }),
    other.call("POST", `${path}/batch`, { alerts }),
  ]);
  await other.close();
  assert.equal(
    sizes.reduce((sum, size) => sum + size, 0),
    100,
  );
  assert.ok(sizes.length <= 2, `${sizes.length} calls`);
});

test("a count of passes in the header stops a loop whose body was made anew", async () => {
  const alert = { tenant_id: "acme", name: "n" };
  const taken = await http.call("POST", path, alert, { headers: { "event-sinks-hops": "5" } });
  assert.equal(taken.status, 202);
  const looped = await http.call("POST", path, alert, { headers: { "event-sinks-hops": "6" } });
  assert.equal(looped.status, 400);
  assert.equal(looped.json.code, "too_many_hops");
});
