import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type PagerDutySimulator, startPagerDutySimulator } from "@event-sinks/simulators";
import { sampleAlert } from "../../../test/support/sample-alerts.ts";
import {
  after as inputAfter,
  inputFor,
  problemOf,
  readSink,
  withAction,
} from "../../../test/support/sink-steps.ts";
import type { AlertAction } from "../../domain/delivery.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { SinkOutcome, SinkSettings } from "../sink-type.ts";
import { pagerduty } from "./pagerduty.ts";

const [first = "", second = "", third = ""] = ["a", "b", "c"].map((letter) => letter.repeat(32));
let simulator: PagerDutySimulator;

before(async () => {
  const eventsPerMinuteMax = Number.POSITIVE_INFINITY;
  simulator = await startPagerDutySimulator({ routingKeys: "any", eventsPerMinuteMax });
});
after(() => simulator.stop());

/** Sends one delivery as the engine does; answers its outcome and the memory it leaves. */
async function deliver(
  sink: SinkSettings,
  { action, memory, dedupKey }: { action: AlertAction; memory: JsonObject; dedupKey: string },
): Promise<{ outcome: SinkOutcome; memory: JsonObject; requestCount: number }> {
  const alert = withAction(sampleAlert("scanner-alert", { dedupKey }), action);
  const vendors = { slackApi: "", pagerduty: simulator.url };
  let input = inputFor(sink, { alert, memory, vendors, deliveryId: crypto.randomUUID() });
  for (let requestCount = 1; requestCount < 10; requestCount++) {
    const { method, url, headers, body } = pagerduty.step(input);
    const answer = await fetch(url, { method, headers, body });
    const response = { status: answer.status, headers: {}, body: await answer.text() };
    const outcome = pagerduty.outcome(response, input);
    input = inputAfter(input, outcome);
    if (outcome.kind !== "next") return { outcome, memory: input.memory, requestCount };
  }
  return assert.fail("never done");
}

const rotate = (sink: SinkSettings, integration_key: string) =>
  readSink(pagerduty, { integration_key }, sink);

const statusesOf = (dedupKey: string) =>
  simulator.alerts
    .filter((alert) => alert.dedupKey === dedupKey)
    .map(({ routingKey, status }) => `${routingKey[0]} ${status}`);

test("a resolve reaches the key that triggered, though the sink's key was replaced since", async () => {
  const before = readSink(pagerduty, { integration_key: first });
  const dedupKey = "rotated";
  const fired = await deliver(before, { action: "trigger", memory: {}, dedupKey });
  assert.ok(!JSON.stringify(fired.memory).includes(first), "no key in the memory");
  const now = rotate(before, second);
  const acknowledged = await deliver(now, {
    action: "acknowledge",
    memory: fired.memory,
    dedupKey,
  });
  assert.deepEqual(statusesOf(dedupKey), ["a acknowledged"]);
  const resolved = await deliver(now, { action: "resolve", memory: acknowledged.memory, dedupKey });
  assert.equal(resolved.outcome.kind, "delivered");
  assert.deepEqual(statusesOf(dedupKey), ["a resolved"]);
  assert.deepEqual(resolved.memory, {});
});

test("a trigger uses the present key, and the resolve then reaches both incidents", async () => {
  const before = readSink(pagerduty, { integration_key: first });
  const dedupKey = "both";
  const fired = await deliver(before, { action: "trigger", memory: {}, dedupKey });
  const now = rotate(before, second);
  const again = await deliver(now, { action: "trigger", memory: fired.memory, dedupKey });
  assert.deepEqual(statusesOf(dedupKey), ["a triggered", "b triggered"]);
  await deliver(now, { action: "resolve", memory: again.memory, dedupKey });
  assert.deepEqual(statusesOf(dedupKey), ["a resolved", "b resolved"]);
});

test("without a replaced key a problem costs one request for each alert", async () => {
  const sink = readSink(pagerduty, { integration_key: first });
  const dedupKey = "plain";
  let memory: JsonObject = {};
  for (const action of ["trigger", "trigger", "acknowledge", "resolve"] as const) {
    const done = await deliver(sink, { action, memory, dedupKey });
    assert.equal(done.requestCount, 1);
    memory = done.memory;
  }
  assert.deepEqual(memory, {});
});

test("a repeat changes no memory, so that nothing is written", () => {
  const sink = readSink(pagerduty, { integration_key: first });
  const accepted = { status: 202, headers: {}, body: '{"status":"success"}' };
  const outcome = pagerduty.outcome(accepted, inputFor(sink));
  assert.deepEqual(pagerduty.outcome(accepted, inputFor(sink, { memory: outcome.memory ?? {} })), {
    kind: "delivered",
  });
});

test("a former key that is gone at PagerDuty stops no resolve", async () => {
  const keyed = await startPagerDutySimulator({ routingKeys: [second] });
  try {
    const sink = rotate(readSink(pagerduty, { integration_key: first }), second);
    const fired = pagerduty.outcome(
      { status: 202, headers: {}, body: '{"status":"success"}' },
      inputFor(readSink(pagerduty, { integration_key: first })),
    );
    const alert = withAction(sampleAlert("scanner-alert"), "resolve");
    let input = inputFor(sink, {
      alert,
      memory: fired.memory ?? {},
      vendors: { slackApi: "", pagerduty: keyed.url },
    });
    const kinds: string[] = [];
    while (kinds.at(-1) !== "delivered" && kinds.length < 5) {
      const { method, url, headers, body } = pagerduty.step(input);
      const answer = await fetch(url, { method, headers, body });
      const outcome = pagerduty.outcome(
        { status: answer.status, headers: {}, body: await answer.text() },
        input,
      );
      kinds.push(outcome.kind);
      input = inputAfter(input, outcome);
    }
    assert.deepEqual(kinds, ["next", "delivered"]);
  } finally {
    await keyed.stop();
  }
});

test("a try again goes on where the last one stopped, and the next delivery starts anew", () => {
  const before = readSink(pagerduty, { integration_key: first });
  const accepted = { status: 202, headers: {}, body: '{"status":"success"}' };
  const fired = pagerduty.outcome(accepted, inputFor(before));
  const sink = rotate(before, second);
  const alert = withAction(sampleAlert("scanner-alert"), "acknowledge");
  const input = inputFor(sink, { alert, memory: fired.memory ?? {} });
  const keyOf = (at: typeof input) => JSON.parse(pagerduty.step(at).body).routing_key;
  assert.equal(keyOf(input), first);
  const told = inputAfter(input, pagerduty.outcome(accepted, input));
  assert.equal(keyOf(told), second);
  const failed = pagerduty.outcome({ status: 503, headers: {}, body: "" }, told);
  assert.equal(failed.kind, "retry");
  assert.equal(keyOf(inputAfter(told, failed)), second);
  assert.equal(keyOf({ ...told, deliveryId: crypto.randomUUID() }), first);
});

test("a key that comes back is no former key, and only the last few are kept", () => {
  let sink = readSink(pagerduty, { integration_key: first });
  sink = rotate(rotate(rotate(sink, second), third), first);
  const revealed = () => Object.values(sink.secrets).map((key) => key.reveal()[0]);
  assert.deepEqual(revealed(), ["a", "b", "c"]);
  for (const letter of "defghi") sink = rotate(sink, letter.repeat(32));
  assert.deepEqual(revealed(), ["i", "d", "e", "f", "g", "h"]);
  assert.deepEqual(readSink(pagerduty, {}, sink), sink, "leaving the key out keeps everything");
});

test("the region is shown once it was chosen, and decides where events go", () => {
  const us = readSink(pagerduty, { integration_key: first });
  const eu = readSink(pagerduty, { region: "eu" }, us);
  assert.equal(pagerduty.configuration(us), null);
  assert.deepEqual(pagerduty.configuration(eu), { region: "eu" });
  assert.equal(pagerduty.step(inputFor(us)).url, "https://events.pagerduty.com/v2/enqueue");
  assert.equal(pagerduty.step(inputFor(eu)).url, "https://events.eu.pagerduty.com/v2/enqueue");
  const vendors = { slackApi: "", pagerduty: "http://127.0.0.1:9" };
  assert.equal(pagerduty.step(inputFor(eu, { vendors })).url, "http://127.0.0.1:9/v2/enqueue");
  assert.equal(
    problemOf(pagerduty.readArgs({ region: "eu" }, null))?.path,
    "PagerDuty.integration_key",
  );
});

test("a former key is used in the region where it triggered", () => {
  const us = readSink(pagerduty, { integration_key: first });
  const accepted = { status: 202, headers: {}, body: '{"status":"success"}' };
  const memory = pagerduty.outcome(accepted, inputFor(us)).memory ?? {};
  const eu = readSink(pagerduty, { integration_key: second, region: "eu" }, us);
  const alert = withAction(sampleAlert("scanner-alert"), "resolve");
  assert.equal(
    pagerduty.step(inputFor(eu, { alert, memory })).url,
    "https://events.pagerduty.com/v2/enqueue",
  );
});

test("sinks with one key share its pace, which stays under 120 in any minute", () => {
  const [one, same, other] = [first, first, second].map((integration_key) =>
    pagerduty.pace(readSink(pagerduty, { integration_key })),
  );
  assert.ok(one !== undefined);
  assert.deepEqual(one, same);
  assert.notEqual(one.key, other?.key);
  assert.ok(!one.key.includes(first));
  assert.ok(one.burst + one.perSecond * 60 <= 120);
});
