import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultSlackApp, startSlackSimulator } from "@event-sinks/simulators";
import { eventually, freshDirectory, startService } from "/work/main/packages/server/test/support/start-service.ts";

test("an app is installed, its token renewed when it runs out, and its removal told and mended", async (t) => {
  const slack = await startSlackSimulator({ app: { hasTokenRotation: true }, rates: "unlimited" });
  t.after(() => slack.stop());
  const service = await startService(t, await freshDirectory(t), {
    EVENT_SINKS_SLACK_API_URL: slack.url,
    EVENT_SINKS_SLACK_CLIENT_ID: defaultSlackApp.clientId,
    EVENT_SINKS_SLACK_CLIENT_SECRET: defaultSlackApp.clientSecret,
  });
  const { call } = service;
  const tokens = () =>
    slack.requests
      .filter(({ path }) => path.endsWith("chat.postMessage"))
      .map(({ headers }) => String(headers["authorization"]).replace("Bearer ", ""));

  /** A person with a browser, who has no key. */
  async function install(): Promise<string> {
    const begun = await call("POST", "/v1/slack_integration/install", { tenant_id: "acme" });
    assert.equal(begun.status, 200, begun.text);
    const back = await fetch(begun.json.authorize_url);
    const text = await back.text();
    assert.equal(back.status, 200, text);
    return JSON.parse(text).slack_integration.id;
  }
  async function send(id: string): Promise<string> {
    const sent = await call("POST", "/v1/alert", { tenant_id: "acme", name: `alert ${id}`, id });
    return sent.json.deliveries[0].id;
  }
  const reaches = (id: string, state: string) =>
    eventually(
      async () => (await call("GET", `/v1/delivery/${id}`)).json.delivery.state === state,
      `${id} is ${state}`,
    );

  await call("POST", "/v1/tenant", { tenant_id: "acme" });
  const slack_integration_id = await install();
  const event_sink_args = { Slack: { channel: "#security-alerts", slack_integration_id } };
  const sink = { tenant_id: "acme", name: "Slack", description: "", event_sink_args };
  const { id: sinkId } = (await call("POST", "/v1/event_sink", sink)).json.event_sink;
  await reaches(await send("1"), "delivered");

  const [first = ""] = tokens();
  slack.setTokenError(first, "token_expired");
  const renewed = await send("2");
  await reaches(renewed, "delivered");
  assert.notEqual(tokens().at(-1), first);
  const { attempts } = (await call("GET", `/v1/delivery/${renewed}`)).json;
  assert.equal(attempts.length, 1, "renewing is no failed attempt");

  slack.setTokenError(tokens().at(-1) ?? "", "account_inactive");
  const held = await send("3");
  await reaches(held, "held");
  const { status } = (await call("GET", `/v1/event_sink/${sinkId}/status`)).json;
  assert.equal(status.state, "broken");
  assert.match(status.cure, /account_inactive.+nstall/);
  const path = `/v1/slack_integration/${slack_integration_id}`;
  await eventually(
    async () =>
      (await call("GET", path)).json.slack_integration.revoked_reason === "account_inactive",
    "the integration says so",
  );

  assert.equal(await install(), slack_integration_id);
  await new Promise((r) => setTimeout(r, 4000)); console.log(JSON.stringify((await call("GET", `/v1/event_sink/${sinkId}/status`)).json), JSON.stringify((await call("GET", `/v1/delivery/${held}`)).json.delivery)); console.log(JSON.stringify(service.log.slice(-8), null, 1), Date.now()); await reaches(held, "delivered");
  const shown = (await call("GET", path)).json.slack_integration;
  assert.equal(shown.revoked_reason, undefined);
  assert.ok(!/xox[be]/.test(JSON.stringify([shown, attempts, service.log])));
  await service.stop();
});
