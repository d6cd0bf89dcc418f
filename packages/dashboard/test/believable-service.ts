import { readFileSync } from "node:fs";
import { defaultRoutingKey, defaultSlackToken } from "@event-sinks/simulators";
import { startPlatforms } from "../../server/test/support/start-platforms.ts";
import {
  eventually,
  freshDirectory,
  startService,
} from "../../server/test/support/start-service.ts";

interface Cleanup {
  after(run: () => Promise<unknown>): void;
}

const fixture = (name: string): object =>
  JSON.parse(
    readFileSync(new URL(`../../server/test/fixtures/${name}.json`, import.meta.url), "utf8"),
  );

/** A service as it looks on an ordinary day: sinks of several types, one of them broken, and alerts. */
export async function startBelievableService(t: Cleanup) {
  const platforms = await startPlatforms(t);
  const { slack, pagerduty, webhook } = platforms;
  const service = await startService(t, await freshDirectory(t), {
    EVENT_SINKS_SLACK_API_URL: slack.url,
    EVENT_SINKS_PAGERDUTY_URL: pagerduty.url,
  });
  const tenant_id = "acme";
  const create = async (path: string, body: object) => {
    const answer = await service.call("POST", path, body);
    if (answer.status >= 300) throw new Error(answer.text);
    return answer.json;
  };
  await create("/v1/tenant", { tenant_id });
  const { slack_integration: integration } = await create("/v1/slack_integration", {
    tenant_id,
    name: "Acme workspace",
    bot_token: defaultSlackToken,
  });
  const channel = { slack_integration_id: integration.id, channel_id: "C0ALERTS001" };
  for (const [name, event_sink_args] of [
    ["Security channel", { Slack: channel }],
    ["On call", { PagerDuty: { integration_key: defaultRoutingKey } }],
    ["SIEM intake", { Webhook: { url: webhook.url, headers: { "x-api-key": "k" } } }],
    ["Retired service", { PagerDuty: { integration_key: "0".repeat(32) } }],
  ] as const) {
    await create("/v1/event_sink", { tenant_id, name, description: "", event_sink_args });
  }
  await create("/v1/api_key", { tenant_id, name: "Detection rules", scopes: ["alerts:write"] });
  const alerts = [
    ...[fixture("scanner-alert"), fixture("scanner-alert-iam-admin-attach")],
    { name: "Port scan from 198.51.100.7", severity: "Low", tags: ["network"] },
    { name: "Many failed logins for one user", severity: "Medium", dedup_key: "okta-jsmith" },
    { name: "Root login without MFA", severity: "Critical", dedup_key: "root-login" },
  ];
  for (const alert of alerts) {
    // To every sink, whatever the sample names.
    const { event_sink_ids: _, ...fields } = alert as { event_sink_ids?: unknown };
    await create("/v1/alert", { ...fields, tenant_id });
  }
  await eventually(async () => {
    const { json } = await service.call(
      "GET",
      `/v1/delivery?tenant_id=${tenant_id}&state=delivered`,
    );
    // One more than was sent: the service tells by an alert of its own that a sink is broken.
    return json.data.deliveries.length >= (alerts.length + 1) * 3;
  }, "everything is delivered but to the broken sink");
  return { service, tenantId: tenant_id, platforms };
}
