/** What is true of a sink, an integration or a key is true at every node. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  defaultRoutingKey,
  defaultSlackApp,
  startPagerDutySimulator,
  startSlackSimulator,
} from "@event-sinks/simulators";
import { startPostgres } from "../support/postgres-server.ts";
import { callApi, eventually, type RunningService } from "../support/start-service.ts";
import { makeSmallCluster, type SmallCluster } from "./small-cluster.ts";

/** Many times what anything here takes on a machine that has nothing else to do. */
const timeout = 280_000;
const patienceMs = 120_000;
const nodesMax = 4;

const cleanUps: (() => unknown)[] = [];
const owner = { after: (run: () => unknown) => void cleanUps.push(run) };
const [server, slack, pagerduty] = await Promise.all([
  startPostgres(),
  startSlackSimulator({ app: { hasTokenRotation: true }, rates: "unlimited" }),
  startPagerDutySimulator(),
]);
const nodes: RunningService[] = [];
let cluster: SmallCluster;

before(async () => {
  cluster = await makeSmallCluster(owner, server, "truths");
  const env = {
    EVENT_SINKS_SLACK_API_URL: slack.url,
    EVENT_SINKS_SLACK_CLIENT_ID: defaultSlackApp.clientId,
    EVENT_SINKS_SLACK_CLIENT_SECRET: defaultSlackApp.clientSecret,
    EVENT_SINKS_PAGERDUTY_URL: pagerduty.url,
  };
  // The first makes the schema.
  nodes.push(await cluster.startNode(env));
  const others = Array.from({ length: nodesMax - 1 }, () => cluster.startNode(env));
  nodes.push(...(await Promise.all(others)));
  await at(0).call("POST", "/v1/tenant", { tenant_id: "acme" });
});

after(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
  await Promise.all([slack.stop(), pagerduty.stop(), server.close()]);
});

/** A node; any number will do. */
const at = (index: number) => nodes[index % nodes.length] ?? assert.fail();

async function makeSink(name: string, event_sink_args: object): Promise<string> {
  const sink = { tenant_id: "acme", name, description: "", event_sink_args };
  const made = await at(0).call("POST", "/v1/event_sink", sink);
  assert.equal(made.status, 200, made.text);
  return made.json.event_sink.id;
}

/** Sends an alert to a node for one sink. @returns the delivery's id. */
async function send(index: number, sinkId: string, alert: object): Promise<string> {
  const body = { tenant_id: "acme", event_sink_ids: [sinkId], ...alert };
  const sent = await at(index).call("POST", "/v1/alert", body);
  assert.equal(sent.status, 202, sent.text);
  return sent.json.deliveries[0].id;
}

const reaches = (id: string, state: string) =>
  eventually(
    async () => (await at(0).call("GET", `/v1/delivery/${id}`)).json.delivery.state === state,
    `${id} is ${state}`,
    patienceMs,
  );

test("a sink that broke at one node is left alone by all, and heals once", {
  timeout,
}, async (t) => {
  const told = await cluster.makeSink(at(0));
  const { json } = await at(0).call("GET", "/v1/event_sink?tenant_id=acme");
  const operational_event_sink_ids = [json.data.event_sinks[0].id];
  const set = await at(0).call("PUT", "/v1/tenant/acme", { operational_event_sink_ids });
  assert.equal(set.status, 200, set.text);
  const sinkId = await makeSink("PD", { PagerDuty: { integration_key: defaultRoutingKey } });
  t.after(() => at(0).call("DELETE", `/v1/event_sink/${sinkId}`));
  pagerduty.removeRoutingKey(defaultRoutingKey);
  const names = Array.from({ length: 3 * nodesMax }, (_, index) => `incident (${index})`);
  const [first = ""] = names;
  const ids = [await send(0, sinkId, { name: first })];
  await reaches(ids[0] ?? "", "held");
  for (const [index, name] of names.entries()) {
    if (index > 0) ids.push(await send(index, sinkId, { name }));
  }
  for (const id of ids) await reaches(id, "held");
  for (const node of nodes) {
    const { status } = (await node.call("GET", `/v1/event_sink/${sinkId}/status`)).json;
    assert.equal(status.state, "broken");
  }
  assert.ok(pagerduty.requests.length < 6, "the first of all, and few probes");

  pagerduty.addRoutingKey(defaultRoutingKey);
  // At a node that did not break it.
  const tested = await at(2).call("POST", `/v1/event_sink/${sinkId}/test`);
  assert.equal(tested.json.attempt.outcome, "delivered", tested.text);
  for (const id of ids) await reaches(id, "delivered");
  const summaries = pagerduty.alerts.map(({ summary }) => String(summary));
  for (const name of names) {
    assert.equal(summaries.filter((summary) => summary.includes(name)).length, 1, name);
  }
  const said = () => told.deliveries.map(({ request }) => JSON.parse(request.body).name as string);
  await eventually(() => said().length >= 2, "the tenant is told", patienceMs);
  assert.deepEqual(said(), ['Event sink "PD" is broken', 'Event sink "PD" works again']);
});

test("a Slack token that ran out is renewed once, and what waits goes out as one message", {
  timeout,
}, async () => {
  const begun = await at(0).call("POST", "/v1/slack_integration/install", { tenant_id: "acme" });
  assert.equal(begun.status, 200, begun.text);
  const installed = await (await fetch(begun.json.authorize_url)).text();
  const slack_integration_id = JSON.parse(installed).slack_integration.id;
  const channel = "#security-alerts";
  const sinkIds: string[] = [];
  for (const index of nodes.keys()) {
    const sinkId = await makeSink(`Slack ${index}`, { Slack: { channel, slack_integration_id } });
    sinkIds.push(sinkId);
    // Who sends first owns it.
    await reaches(await send(index, sinkId, { name: "first", severity: "Critical" }), "delivered");
  }
  const posts = () => slack.requests.filter(({ path }) => path.endsWith("chat.postMessage"));
  const renewals = () => slack.requests.filter(({ path }) => path.endsWith("oauth.v2.access"));
  const token = String(posts().at(-1)?.headers["authorization"]).replace("Bearer ", "");
  const renewalsBefore = renewals().length;
  slack.setTokenError(token, "token_expired");
  const ids = await Promise.all(
    sinkIds.map((sinkId, index) => send(index, sinkId, { name: "second", severity: "Critical" })),
  );
  for (const id of ids) await reaches(id, "delivered");
  assert.equal(renewals().length - renewalsBefore, 1);

  const [sinkId = ""] = sinkIds;
  await at(1).call("POST", `/v1/event_sink/${sinkId}/pause`);
  const held: string[] = [];
  for (let index = 0; index < 20; index += 1) {
    held.push(await send(index, sinkId, { name: `backlog ${index}`, severity: "Low" }));
  }
  for (const id of held) await reaches(id, "held");
  const postsBefore = posts().length;
  await at(2).call("POST", `/v1/event_sink/${sinkId}/resume`);
  for (const id of held) await reaches(id, "delivered");
  const bodies = posts()
    .slice(postsBefore)
    .map(({ body }) => body);
  assert.equal(bodies.length, 1, bodies.join("\n"));
});

test("a revoked key is refused by all nodes, and by none that has refused it accepted again", {
  timeout,
}, async () => {
  const made = await at(0).call("POST", "/v1/api_key", { tenant_id: "acme", name: "CI" });
  const { id, key } = made.json.api_key;
  const use = async (node: RunningService) => {
    return (await callApi(`${node.url}/v1/event_sink?tenant_id=acme`, key, "GET")).status;
  };
  for (const node of nodes) assert.equal(await use(node), 200);
  assert.equal((await at(0).call("DELETE", `/v1/api_key/${id}`)).status, 200);
  assert.equal(await use(at(0)), 401, "at once where it was revoked");
  for (const node of nodes) {
    await eventually(async () => (await use(node)) === 401, "it is refused", patienceMs);
    for (let again = 0; again < 20; again += 1) assert.equal(await use(node), 401);
  }
});
