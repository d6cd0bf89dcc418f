import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import {
  defaultRoutingKey,
  type PagerDutySimulator,
  startPagerDutySimulator,
} from "./pagerduty-simulator.ts";

const otherKey = "ffffffffffffffffffffffffffffffff";
let now = 1_767_225_600_000;
const clock = { now: () => now, setTimer: () => ({ cancel: () => undefined }) };
let simulator: PagerDutySimulator | undefined;

beforeEach(async () => {
  await simulator?.stop();
  simulator = await startPagerDutySimulator({ clock, routingKeys: [defaultRoutingKey, otherKey] });
});
after(() => simulator?.stop());

function sim(): PagerDutySimulator {
  assert.ok(simulator);
  return simulator;
}

const payload = { summary: "Root login", source: "event-sinks", severity: "critical" };
const trigger = {
  routing_key: defaultRoutingKey,
  event_action: "trigger",
  dedup_key: "rule-1",
  payload,
};

async function send(body: unknown, type = "application/json") {
  const response = await fetch(`${sim().url}/v2/enqueue`, {
    method: "POST",
    headers: { "content-type": type },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

async function assertInvalid(body: unknown, ...errors: string[]) {
  const answer = await send(body);
  assert.equal(answer.status, 400, JSON.stringify(answer.body));
  assert.deepEqual(answer.body, {
    status: "invalid event",
    message: "Event object is invalid",
    errors,
  });
}

test("a full trigger is taken with the vendor's 202 and opens one incident", async () => {
  const answer = await send({
    ...trigger,
    payload: {
      ...payload,
      timestamp: "2015-07-17T08:42:58.315+0000",
      component: "postgres",
      group: "prod",
      class: "deploy",
      custom_details: { "load avg": 0.75 },
    },
    images: [{ src: "https://example.com/a.png", href: "https://example.com/", alt: "a" }],
    links: [{ href: "https://example.com/", text: "Runbook" }],
    client: "Event Sinks",
    client_url: "https://example.com",
  });
  assert.equal(answer.status, 202);
  assert.deepEqual(answer.body, {
    status: "success",
    message: "Event processed",
    dedup_key: "rule-1",
  });
  assert.equal(sim().alerts.length, 1);
  assert.equal(sim().alerts[0]?.status, "triggered");
  assert.equal(sim().events[0]?.effect, "opened");
});

test("the routing key must be there, 32 long, and one that exists", async () => {
  await assertInvalid({ ...trigger, routing_key: undefined }, "'routing_key' is missing or blank");
  await assertInvalid(
    { ...trigger, routing_key: "short" },
    "Length of 'routing_key' is incorrect (should be 32 characters)",
  );
  await assertInvalid({ ...trigger, routing_key: "e".repeat(32) }, "Invalid routing key");
  sim().removeRoutingKey(otherKey);
  await assertInvalid({ ...trigger, routing_key: otherKey }, "Invalid routing key");
  sim().addRoutingKey(otherKey);
  assert.equal((await send({ ...trigger, routing_key: otherKey })).status, 202);
});

test("required fields are asked for, each by its name", async () => {
  await assertInvalid({ routing_key: defaultRoutingKey }, "'event_action' is missing or blank");
  await assertInvalid({ ...trigger, payload: undefined }, "'payload' is missing or blank");
  await assertInvalid(
    { ...trigger, payload: { summary: " " } },
    "'payload.summary' is missing or blank",
    "'payload.source' is missing or blank",
    "'payload.severity' is missing or blank",
  );
  for (const action of ["acknowledge", "resolve"]) {
    await assertInvalid(
      { routing_key: defaultRoutingKey, event_action: action },
      "'dedup_key' is missing or blank",
    );
  }
});

test("limits hold at the limit and refuse one beyond", async () => {
  const atLimit = { ...trigger, payload: { ...payload, summary: "x".repeat(1024) } };
  assert.equal((await send({ ...atLimit, dedup_key: "k".repeat(255) })).status, 202);
  await assertInvalid(
    { ...trigger, payload: { ...payload, summary: "x".repeat(1025) } },
    "'summary' is too long (maiximum is 1024 characters)",
  );
  await assertInvalid(
    { ...trigger, dedup_key: "k".repeat(256) },
    "'dedup_key' is too long (maximum is 255 characters)",
  );
});

test("values outside their set or shape are refused", async () => {
  await assertInvalid(
    { ...trigger, payload: { ...payload, severity: "high" } },
    "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')",
  );
  const bad: [object, RegExp][] = [
    [{ event_action: "close" }, /event_action/],
    [{ payload: { ...payload, timestamp: "yesterday" } }, /payload\.timestamp/],
    [{ payload: { ...payload, timestamp: 1776721873 } }, /payload\.timestamp/],
    [{ payload: { ...payload, custom_details: "text" } }, /custom_details/],
    [{ payload: { ...payload, component: 1 } }, /component/],
    [{ links: [{ text: "no href" }] }, /links\[0\]\.href/],
    [{ links: [{ href: "javascript:alert(1)" }] }, /links\[0\]\.href/],
    [{ links: { href: "https://example.com" } }, /links/],
    [{ images: [{ src: "http://example.com/a.png" }] }, /images\[0\]\.src/],
    [{ client_url: 7 }, /client_url/],
  ];
  for (const [change, error] of bad) {
    const answer = await send({ ...trigger, ...change });
    assert.equal(answer.status, 400);
    assert.match(JSON.stringify(answer.body), error);
  }
  assert.equal(sim().events.length, 0);
});

test("only JSON objects are read, and only as JSON", async () => {
  for (const [body, type] of [
    ["{", "application/json"],
    ["[]", "application/json"],
    [JSON.stringify(trigger), "text/plain"],
  ] as const) {
    const answer = await send(body, type);
    assert.equal(answer.status, 400);
    assert.deepEqual(answer.body, {
      status: "Unrecognized object",
      message: "Event object format is unrecognized",
      errors: ["JSON parse error"],
    });
  }
});

test("a request of 512,000 bytes is taken, one byte more is not", async () => {
  const sized = (bytes: number) => {
    const full = { ...trigger, payload: { ...payload, custom_details: { pad: "" } } };
    const padding = bytes - JSON.stringify(full).length;
    full.payload.custom_details.pad = "x".repeat(padding);
    return JSON.stringify(full);
  };
  assert.equal((await send(sized(512_000))).status, 202);
  assert.equal((await send(sized(512_001))).status, 413);
});

test("the same key updates the open alert; after a resolve it opens and pages anew", async () => {
  const act = (action: string) =>
    send({ routing_key: defaultRoutingKey, event_action: action, dedup_key: "rule-1" });
  await send(trigger);
  await send({ ...trigger, payload: { ...payload, summary: "Again" } });
  await act("acknowledge");
  await send(trigger);
  assert.equal(sim().alerts.length, 1);
  assert.equal(sim().alerts[0]?.status, "acknowledged");
  assert.equal(sim().alerts[0]?.triggerCount, 3);
  await act("resolve");
  assert.equal((await act("resolve")).status, 202);
  await send(trigger);
  assert.deepEqual(
    sim().events.map((event) => event.effect),
    ["opened", "updated", "acknowledged", "updated", "resolved", "dropped", "opened"],
  );
  assert.deepEqual(
    sim().alerts.map((alert) => alert.status),
    ["resolved", "triggered"],
  );
});

test("another routing key never meets the alert, and no key is always a new one", async () => {
  await send(trigger);
  await send({ routing_key: otherKey, event_action: "resolve", dedup_key: "rule-1" });
  assert.equal(sim().alerts[0]?.status, "triggered");
  const first = await send({ ...trigger, dedup_key: undefined });
  const second = await send({ ...trigger, dedup_key: undefined });
  assert.notDeepEqual(first.body, second.body);
  assert.equal(sim().alerts.length, 3);
});

test("120 events a minute per key, then 429 without a Retry-After until the window slides", async () => {
  for (let count = 0; count < 120; count += 1) {
    assert.equal((await send(trigger)).status, 202);
    now += 100;
  }
  const answer = await send(trigger);
  assert.equal(answer.status, 429);
  assert.equal(answer.headers.get("retry-after"), null);
  assert.equal((answer.body as { status: string }).status, "throttle exceeded");
  assert.equal((await send({ ...trigger, routing_key: otherKey })).status, 202);
  assert.equal(sim().events.length, 121);
  now += 60_000;
  assert.equal((await send(trigger)).status, 202);
});

test("other paths and methods are not there", async () => {
  assert.equal((await fetch(`${sim().url}/v2/other`, { method: "POST" })).status, 404);
  assert.equal((await fetch(`${sim().url}/v2/enqueue`)).status, 405);
});
