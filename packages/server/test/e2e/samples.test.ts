/** Both real alerts, sent unchanged through the running service, reach all three platforms. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  defaultRoutingKey,
  defaultSlackToken,
  startPagerDutySimulator,
  startSlackSimulator,
  startWebhookReceiver,
} from "@event-sinks/simulators";
import { Webhook } from "standardwebhooks";
import { sampleNames, sampleText } from "../support/sample-alerts.ts";
import { eventually, freshDirectory, startService } from "../support/start-service.ts";

const tenantId = "116f7376-5997-48db-a656-b882d42f853e";

test("the samples, sent as they are, reach Slack, PagerDuty and a webhook", async (t) => {
  const slack = await startSlackSimulator();
  const pagerduty = await startPagerDutySimulator();
  const receiver = await startWebhookReceiver();
  const service = await startService(t, await freshDirectory(t), {
    EVENT_SINKS_SLACK_API_URL: slack.url,
    EVENT_SINKS_PAGERDUTY_URL: pagerduty.url,
    EVENT_SINKS_SLACK_BOT_TOKEN: defaultSlackToken,
  });
  t.after(() => Promise.all([slack.stop(), pagerduty.stop(), receiver.stop()]));

  async function createSink(args: object): Promise<string> {
    const answer = await service.call("POST", "/v1/event_sink", {
      tenant_id: tenantId,
      name: "sink",
      description: "",
      event_sink_args: args,
    });
    assert.equal(answer.status, 200, answer.text);
    return answer.json.event_sink.id;
  }
  const webhookSink = await createSink({ Webhook: { url: `${receiver.url}alerts` } });
  await createSink({ PagerDuty: { integration_key: defaultRoutingKey } });
  await createSink({
    Slack: {
      slack_integration_id: "00000000-0000-0000-0000-000000000001",
      channel: "#security-alerts",
    },
  });

  for (const name of sampleNames) {
    const answer = await service.call("POST", "/v1/alert", sampleText(name));
    assert.equal(answer.status, 202, answer.text);
    assert.equal(answer.json.warnings, undefined);
    assert.equal(answer.json.deliveries.length, 3);
    const uid = answer.json.alert.uid;
    await eventually(async () => {
      const { json } = await service.call("GET", `/v1/alert/${uid}`);
      return json.deliveries.every(({ state }: { state: string }) => state === "delivered");
    }, `${name} is delivered everywhere`);
  }

  const { json } = await service.call("GET", `/v1/event_sink/${webhookSink}/signing_secret`);
  const verifier = new Webhook(json.signing_secret);
  assert.equal(receiver.deliveries.length, 2);
  for (const { request } of receiver.deliveries) verifier.verify(request.body, request.headers);
  const bodies = receiver.deliveries.map(({ request }) => request.body);
  assert.ok(bodies.some((body) => body.includes('"timestamp":1776721873702228890')));
  for (const [index, name] of sampleNames.entries()) {
    const { "event-sinks-hops": hops, ...flat } = JSON.parse(bodies[index] ?? "");
    assert.equal(hops, 1);
    assert.deepEqual(Object.entries(flat), Object.entries(JSON.parse(sampleText(name))));
  }
  assert.equal(pagerduty.events.length, 2);
  assert.equal(pagerduty.alerts.length, 2);
  const messages = slack.messages("security-alerts");
  assert.equal(messages.length, 2);
  assert.deepEqual(slack.pings, []);
  assert.match(messages[0]?.text ?? "", /AWS CloudTrail - Account closure/);
  await service.stop();
});

test("the samples sent a second time are stored once and delivered once", async (t) => {
  const receiver = await startWebhookReceiver();
  const service = await startService(t, await freshDirectory(t));
  t.after(() => receiver.stop());
  await service.call("POST", "/v1/event_sink", {
    tenant_id: tenantId,
    name: "sink",
    description: "",
    event_sink_args: { Webhook: { url: receiver.url } },
  });
  const text = sampleText("scanner-alert");
  const first = await service.call("POST", "/v1/alert", text);
  const second = await service.call("POST", "/v1/alert", text);
  assert.equal(second.status, 202);
  assert.equal(second.json.alert.duplicate, true);
  assert.equal(second.json.alert.uid, first.json.alert.uid);
  assert.deepEqual(second.json.deliveries, first.json.deliveries);
  const { json } = await service.call("GET", `/v1/alert?tenant_id=${tenantId}`);
  assert.equal(json.data.alerts.length, 1);
  await eventually(() => receiver.deliveries.length > 0, "it is delivered");
  assert.equal(receiver.deliveries.length, 1);
  await service.stop();
});
