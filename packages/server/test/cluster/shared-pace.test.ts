/** What holds for a platform over all nodes that send to it. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { defaultSlackToken, startSlackSimulator } from "@event-sinks/simulators";
import { startPostgres } from "../support/postgres-server.ts";
import { eventually } from "../support/start-service.ts";
import { makeSmallCluster } from "./small-cluster.ts";

const server = await startPostgres();
after(() => server.close());

test("four nodes post to one Slack channel no faster than one may", {
  timeout: 280_000,
}, async (t) => {
  const slack = await startSlackSimulator();
  t.after(() => slack.stop());
  const { startNode } = await makeSmallCluster(t, server, "paced");
  const env = { EVENT_SINKS_SLACK_API_URL: slack.url };
  const nodes = [await startNode(env)];
  nodes.push(...(await Promise.all([startNode(env), startNode(env), startNode(env)])));
  const [first = assert.fail()] = nodes;
  await first.call("POST", "/v1/tenant", { tenant_id: "acme" });
  const made = await first.call("POST", "/v1/slack_integration", {
    ...{ tenant_id: "acme", name: "Acme", bot_token: defaultSlackToken },
  });
  assert.equal(made.status, 200, made.text);
  const slack_integration_id = made.json.slack_integration.id;

  // A sink for each node: whoever has the first alert for a sink owns it.
  const sinkIds: string[] = [];
  for (const node of nodes) {
    const sink = await node.call("POST", "/v1/event_sink", {
      ...{ tenant_id: "acme", name: node.url, description: "" },
      event_sink_args: { Slack: { channel: "#security-alerts", slack_integration_id } },
    });
    assert.equal(sink.status, 200, sink.text);
    sinkIds.push(sink.json.event_sink.id);
  }
  const rounds = 2;
  for (let round = 0; round < rounds; round += 1) {
    const answers = nodes.map((node, index) =>
      node.call("POST", "/v1/alert", {
        // Critical: never rolled up, so each is a message.
        ...{ tenant_id: "acme", name: `alert ${round}`, severity: "Critical" },
        event_sink_ids: [sinkIds[index]],
      }),
    );
    for (const { status, text } of await Promise.all(answers)) assert.equal(status, 202, text);
  }
  const owners = await server.runIn("paced", "SELECT DISTINCT node_id FROM lanes");
  assert.ok(owners.rows.length > 1, "several nodes send");
  const total = rounds * nodes.length;
  await eventually(
    () => slack.messages("security-alerts").length >= total,
    "all are told",
    120_000,
  );
  assert.equal(slack.messages("security-alerts").length, total);
  assert.deepEqual(
    slack.postCalls.filter(({ outcome }) => outcome !== "ok"),
    [],
  );
});
