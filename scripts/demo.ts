/**
 * `npm run demo`: the service, stand-ins for Slack and PagerDuty and a webhook receiver, all on
 * this machine. Sends the two real alerts and shows what each platform got.
 * On a terminal it keeps running until Ctrl-C, so that the API can be looked at.
 */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  defaultSlackToken,
  startPagerDutySimulator,
  startSlackSimulator,
  startWebhookReceiver,
} from "@event-sinks/simulators";
import { startApp } from "../packages/server/src/app.ts";
import { readConfig } from "../packages/server/src/config.ts";
import { createApi } from "./demo/api.ts";
import { printPagerDuty, printSlack, printWebhook } from "./demo/platforms.ts";
import { print } from "./demo/print.ts";

const samples = join(import.meta.dirname, "../packages/server/test/fixtures");
const tenantId = "116f7376-5997-48db-a656-b882d42f853e";
const integrationKey = "0123456789abcdef0123456789abcdef";

const directory = await mkdtemp(join(tmpdir(), "event-sinks-demo-"));
const slack = await startSlackSimulator();
const pagerduty = await startPagerDutySimulator({ routingKeys: [integrationKey] });
const receiver = await startWebhookReceiver();

const config = readConfig({
  EVENT_SINKS_LISTEN: "127.0.0.1:0",
  EVENT_SINKS_DATABASE_URL: `sqlite:${join(directory, "event-sinks.db")}`,
  EVENT_SINKS_SLACK_API_URL: slack.url,
  EVENT_SINKS_PAGERDUTY_URL: pagerduty.url,
  EVENT_SINKS_ALLOW_CIDRS: "127.0.0.0/8",
  EVENT_SINKS_LOG_LEVEL: "error",
});
if (!config.ok) throw new Error(config.problems.join("\n"));
const app = await startApp(config.config, (error) => {
  throw error;
});
const api = createApi(app.url, app.operatorKey.key.reveal());

print.title("Event Sinks, with stand-ins for Slack, PagerDuty and a webhook on this machine");
print.step("A sink of each type");
await api.post("/v1/tenant", { tenant_id: tenantId });
const integration = await api.post("/v1/slack_integration", {
  tenant_id: tenantId,
  name: "Demo workspace",
  bot_token: defaultSlackToken,
});
const sinks = [
  await createSink("Security channel", {
    Slack: {
      slack_integration_id: integration.slack_integration.id,
      channel: "#security-alerts",
    },
  }),
  await createSink("On call", { PagerDuty: { integration_key: integrationKey } }),
  await createSink("Triage", { Webhook: { url: `${receiver.url}alerts` } }),
];
const webhookSink = sinks[2]?.id ?? "";
const { signing_secret: secret } = await api.get(`/v1/event_sink/${webhookSink}/signing_secret`);
receiver.trust(secret);

print.step("Two real alerts, sent as they are");
for (const name of ["scanner-alert.json", "scanner-alert-iam-admin-attach.json"]) {
  const body = await readFile(join(samples, name), "utf8");
  const startedAt = performance.now();
  const answer = await api.postText("/v1/alert", body);
  const tookMs = performance.now() - startedAt;
  print.line(
    `202 after ${tookMs.toFixed(1)} ms, on disk  ${JSON.parse(body).severity.padEnd(8)}  ${JSON.parse(body).name}`,
  );
  await api.waitUntilSettled(answer.alert.uid);
}

print.step("What arrived");
printSlack(slack.messages("security-alerts"));
printPagerDuty(pagerduty.events, pagerduty.alerts.length);
printWebhook(receiver.deliveries, receiver.refusals.length);

print.step("How long it took, from the alert's arrival to the platform's answer");
for (const row of await api.timings(tenantId)) {
  const sink = sinks.find(({ id }) => id === row.eventSinkId);
  print.line(
    `${(sink?.type ?? "").padEnd(10)} ${row.state}  ${String(row.tookMs).padStart(4)} ms  ${row.attempts} attempt${row.attempts === 1 ? "" : "s"}`,
  );
}

const keepsRunning = process.stdout.isTTY === true;
print.step("Where to look next");
if (keepsRunning) {
  print.line(`export API_BASE=${app.url} API_KEY=${app.operatorKey.key.reveal()}`);
  print.line(
    `curl "$API_BASE/v1/delivery?tenant_id=${tenantId}" -H "Authorization: Bearer $API_KEY"`,
  );
  print.line(`curl "$API_BASE/openapi.json"      the whole API`);
  print.line(`curl "$API_BASE/metrics"           for Prometheus`);
}
print.line("npm start                         the service itself; README.md has the first calls");
print.line("docs/alerts.md                    what an alert may hold");

async function createSink(name: string, args: object): Promise<{ id: string; type: string }> {
  const { event_sink: sink } = await api.post("/v1/event_sink", {
    tenant_id: tenantId,
    name,
    description: "Made by the demo",
    event_sink_args: args,
  });
  print.line(`${sink.event_sink_type.padEnd(10)} ${sink.id}  ${sink.name}`);
  return { id: sink.id, type: sink.event_sink_type };
}

async function stop(): Promise<void> {
  await app.stop();
  await Promise.all([slack.stop(), pagerduty.stop(), receiver.stop()]);
  await rm(directory, { recursive: true, force: true });
}

if (keepsRunning) {
  print.line("");
  print.line("Everything keeps running until you press Ctrl-C.");
  let isStopping = false;
  // A terminal's Ctrl-C reaches npm and this process, and npm passes it on: it may come twice.
  const onSignal = () => {
    if (isStopping) return;
    isStopping = true;
    void stop();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
} else {
  await stop();
}
