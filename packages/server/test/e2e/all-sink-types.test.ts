/** One alert through the running service to a sink of every type. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultRoutingKey, defaultSlackToken } from "@event-sinks/simulators";
import { sinkTypes } from "../../src/sinks/index.ts";
import { startPlatforms } from "../support/start-platforms.ts";
import { eventually, freshDirectory, startService } from "../support/start-service.ts";

test("an alert reaches a sink of every type, and a test of each says delivered", async (t) => {
  const { slack, pagerduty, webhook, teams, discord, smtp } = await startPlatforms(t);
  const service = await startService(t, await freshDirectory(t), {
    EVENT_SINKS_SLACK_API_URL: slack.url,
    EVENT_SINKS_SLACK_BOT_TOKEN: defaultSlackToken,
    EVENT_SINKS_PAGERDUTY_URL: pagerduty.url,
    EVENT_SINKS_SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
    EVENT_SINKS_MAIL_FROM: "Event Sinks <alerts@example.com>",
  });
  const args = {
    Slack: {
      slack_integration_id: "00000000-0000-0000-0000-000000000001",
      channel_id: "C0ALERTS001",
    },
    PagerDuty: { integration_key: defaultRoutingKey },
    Webhook: { url: webhook.url },
    MicrosoftTeams: { url: teams.url },
    Discord: { url: discord.url },
    Email: { to: ["security@example.com"] },
  };
  assert.deepEqual(
    Object.keys(args).sort(),
    Object.values(sinkTypes)
      .map(({ wireName }) => wireName)
      .sort(),
  );
  for (const [wireName, value] of Object.entries(args)) {
    const made = await service.call("POST", "/v1/event_sink", {
      tenant_id: "acme",
      name: wireName,
      description: "",
      event_sink_args: { [wireName]: value },
    });
    assert.equal(made.status, 200, made.text);
    const tested = await service.call("POST", `/v1/event_sink/${made.json.event_sink.id}/test`);
    assert.equal(tested.json.attempt.outcome, "delivered", tested.text);
  }
  const accepted = await service.call("POST", "/v1/alert", {
    tenant_id: "acme",
    name: "Root login without MFA",
    severity: "High",
    dedup_key: "root-login",
  });
  assert.equal(accepted.json.deliveries.length, 6);
  await eventually(async () => {
    const { json } = await service.call("GET", `/v1/alert/${accepted.json.alert.uid}`);
    return json.deliveries.every(({ state }: { state: string }) => state === "delivered");
  }, "it is delivered everywhere");
  await service.stop();
});
