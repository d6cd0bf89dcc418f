/**
 * Secrets planted wherever one can be, receivers that say them back in their errors, and then
 * every place where one could show: API answers, records of attempts, metrics, the log, the
 * files of the database.
 */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { defaultRoutingKey, defaultSlackToken } from "@event-sinks/simulators";
import { type Platforms, startPlatforms } from "../support/start-platforms.ts";
import {
  eventually,
  freshDirectory,
  type RunningService,
  startService,
} from "../support/start-service.ts";

const headerValue = "header-value-that-nobody-may-see";
const smtpPassword = "smtp-password-that-nobody-may-see";
const encryptionKey = Buffer.from("encryption-key-nobody-may-see-32").toString("base64");
const tenant = "acme";

const argsOf = ({ webhook, teams, discord }: Platforms, integrationId: string) => ({
  Slack: { slack_integration_id: integrationId, channel_id: "C0ALERTS001" },
  PagerDuty: { integration_key: defaultRoutingKey },
  Webhook: { url: webhook.url, headers: { "x-api-key": headerValue } },
  MicrosoftTeams: { url: teams.url },
  Discord: { url: discord.url },
  Email: { to: ["security@example.com"] },
});

/** Every platform refuses the next request and says back the secret that it knows. */
function echoSecrets(platforms: Platforms, known: Readonly<Record<keyof Platforms, string>>) {
  const { smtp, ...others } = platforms;
  for (const [name, platform] of Object.entries(others)) {
    const said = known[name as keyof Platforms];
    platform.answerNext(1, { status: 500, body: said, headers: { "x-echo": said } });
  }
  smtp.refuseNext(1, "data", 451, known.smtp);
}

async function readEverything(service: RunningService, ids: readonly string[]): Promise<string[]> {
  const paths = [
    `/v1/event_sink?tenant_id=${tenant}`,
    `/v1/slack_integration?tenant_id=${tenant}`,
    `/v1/api_key?tenant_id=${tenant}`,
    `/v1/alert?tenant_id=${tenant}`,
    `/v1/delivery?tenant_id=${tenant}`,
    "/metrics",
    ...ids.flatMap((id) => [`/v1/event_sink/${id}`, `/v1/event_sink/${id}/status`]),
  ];
  const texts: string[] = [];
  for (const path of paths) texts.push((await service.call("GET", path)).text);
  const { json } = await service.call("GET", `/v1/delivery?tenant_id=${tenant}`);
  for (const { id } of json.data.deliveries) {
    texts.push((await service.call("GET", `/v1/delivery/${id}`)).text);
  }
  return [...texts, ...service.log.map((line) => JSON.stringify(line))];
}

test("no secret shows in answers, attempts, metrics, the log or the database", async (t) => {
  const platforms = await startPlatforms(t, { user: "operator", password: smtpPassword });
  const directory = await freshDirectory(t);
  const service = await startService(t, directory, {
    EVENT_SINKS_LOG_LEVEL: "debug",
    EVENT_SINKS_ENCRYPTION_KEY: encryptionKey,
    EVENT_SINKS_SLACK_API_URL: platforms.slack.url,
    EVENT_SINKS_PAGERDUTY_URL: platforms.pagerduty.url,
    EVENT_SINKS_SMTP_URL: `smtp://operator:${smtpPassword}@127.0.0.1:${platforms.smtp.port}`,
    EVENT_SINKS_MAIL_FROM: "alerts@example.com",
  });
  const post = async (path: string, body: object) => {
    const answer = await service.call("POST", path, body);
    assert.ok(answer.status < 300, answer.text);
    return answer.json;
  };
  await post("/v1/tenant", { tenant_id: tenant });
  const { api_key: key } = await post("/v1/api_key", { tenant_id: tenant, name: "key" });
  const { slack_integration: integration } = await post("/v1/slack_integration", {
    tenant_id: tenant,
    name: "Workspace",
    bot_token: defaultSlackToken,
  });
  const ids: string[] = [];
  for (const [name, args] of Object.entries(argsOf(platforms, integration.id))) {
    const sink = { tenant_id: tenant, name, description: "", event_sink_args: { [name]: args } };
    ids.push((await post("/v1/event_sink", sink)).event_sink.id);
  }
  const signing = await service.call("GET", `/v1/event_sink/${ids[2]}/signing_secret`);
  const known = {
    slack: defaultSlackToken,
    pagerduty: defaultRoutingKey,
    webhook: headerValue,
    teams: String(new URL(platforms.teams.url).searchParams.get("sig")),
    discord: String(platforms.discord.url.split("/").at(-1)),
    smtp: smtpPassword,
  };
  const secrets = [
    ...Object.values(known),
    String(signing.json.signing_secret).slice(6),
    encryptionKey,
    service.operatorKey,
    String(key.key),
  ];
  for (const secret of secrets) assert.ok(secret.length > 10, "a secret worth the name");

  echoSecrets(platforms, known);
  await post("/v1/alert", { tenant_id: tenant, name: "Root login", severity: "High" });
  await eventually(async () => {
    const { json } = await service.call("GET", `/v1/delivery?tenant_id=${tenant}`);
    return json.data.deliveries.every(
      ({ attempt_count: count }: { attempt_count: number }) => count > 0,
    );
  }, "every sink was tried once");

  const texts = await readEverything(service, ids);
  assert.ok(
    texts.some((text) => text.includes("<secret>")),
    "the echoes are on record, masked",
  );
  await service.stop();
  const data = join(directory, "data");
  for (const name of readdirSync(data).filter((name) => name.includes(".db"))) {
    texts.push(readFileSync(join(data, name), "latin1"));
  }
  for (const text of texts) {
    for (const secret of secrets)
      assert.ok(!text.includes(secret), `${secret} in ${text.slice(0, 300)}`);
  }
});
