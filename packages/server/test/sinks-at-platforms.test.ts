/** Sink types against the simulated platforms, whose rules were written by other hands than ours. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  defaultRoutingKey,
  defaultSlackToken,
  type PagerDutySimulator,
  type SlackSimulator,
  startPagerDutySimulator,
  startSlackSimulator,
} from "@event-sinks/simulators";
import fc from "fast-check";
import type { SinkAlert } from "../src/domain/alert.ts";
import type { JsonObject } from "../src/domain/json.ts";
import { Secret } from "../src/secret.ts";
import { sinkTypes } from "../src/sinks/index.ts";
import type { SinkOutcome, SinkType, StepInput } from "../src/sinks/sink-type.ts";
import { hostileAlert } from "./support/hostile-alerts.ts";
import { sampleAlert, sampleNames } from "./support/sample-alerts.ts";
import { after as inputAfter, inputFor, readSink, requestOf } from "./support/sink-steps.ts";

let slack: SlackSimulator;
let pagerduty: PagerDutySimulator;

before(async () => {
  slack = await startSlackSimulator({ rates: "unlimited" });
  pagerduty = await startPagerDutySimulator({ eventsPerMinuteMax: Number.POSITIVE_INFINITY });
});

after(async () => {
  await slack.stop();
  await pagerduty.stop();
});

const slackArgs = (channel: JsonObject) => ({
  ...channel,
  slack_integration_id: "00000000-0000-0000-0000-000000000001",
});

/** Takes every step of an attempt, as the engine does. */
async function attempt(sinkType: SinkType, args: JsonObject, alert: SinkAlert) {
  const { settings, secrets } = readSink(sinkType, args);
  let input: StepInput = inputFor(
    { settings, secrets: { ...secrets, bot_token: new Secret(defaultSlackToken) } },
    { alert, vendors: { slackApi: slack.url, pagerduty: pagerduty.url } },
  );
  for (let count = 0; count < 10; count++) {
    const { method, url, headers, body } = requestOf(sinkType.step(input));
    const init = method === "POST" ? { method, headers, body } : { method, headers };
    const response = await fetch(url, init);
    const outcome: SinkOutcome = sinkType.outcome(
      {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: await response.text(),
      },
      input,
    );
    if (outcome.kind !== "next") return { outcome, input };
    input = inputAfter(input, outcome);
  }
  return assert.fail("no outcome after ten requests");
}

test("both samples are taken by Slack and PagerDuty", async () => {
  for (const name of sampleNames) {
    const alert = sampleAlert(name);
    const posted = await attempt(
      sinkTypes.slack,
      slackArgs({ channel: "#security-alerts" }),
      alert,
    );
    assert.equal(posted.outcome.kind, "delivered");
    assert.equal(posted.outcome.detail, undefined, "degraded");
    const paged = await attempt(sinkTypes.pagerduty, { integration_key: defaultRoutingKey }, alert);
    assert.deepEqual([paged.outcome.kind, paged.outcome.detail], ["delivered", undefined]);
  }
  assert.equal(slack.messages("security-alerts").length, sampleNames.length);
  assert.equal(pagerduty.events.length, sampleNames.length);
});

test("hostile alerts are taken as they are: never degraded, never refused, nobody pinged", async () => {
  await fc.assert(
    fc.asyncProperty(hostileAlert, async (alert) => {
      const args = slackArgs({ channel: "#security-alerts" });
      const posted = await attempt(sinkTypes.slack, args, alert);
      assert.equal(posted.outcome.kind, "delivered");
      assert.equal(posted.outcome.detail, undefined, "degraded");
      const paged = await attempt(
        sinkTypes.pagerduty,
        { integration_key: defaultRoutingKey },
        alert,
      );
      assert.deepEqual([paged.outcome.kind, paged.outcome.detail], ["delivered", undefined]);
    }),
    { numRuns: 60 },
  );
  assert.deepEqual(slack.pings, []);
});

test("a wrong key and a channel that is not there are told with their cure", async () => {
  const alert = sampleAlert("scanner-alert");
  const wrongKey = { integration_key: "f".repeat(32) };
  const paged = await attempt(sinkTypes.pagerduty, wrongKey, alert);
  const posted = await attempt(sinkTypes.slack, slackArgs({ channel: "#nowhere" }), alert);
  const byId = await attempt(sinkTypes.slack, slackArgs({ channel_id: "C0NOWHERE" }), alert);
  for (const { outcome } of [paged, posted, byId]) assert.equal(outcome.kind, "rejected");
  assert.match(posted.outcome.detail ?? "", /#nowhere/);
  assert.match(byId.outcome.detail ?? "", /C0NOWHERE/);
});
