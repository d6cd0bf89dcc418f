/**
 * Shows that planted secrets are in use: one that nobody was ever sent, or let in with, would
 * prove nothing by not showing. Installing the Slack app by link makes further ones on the way.
 */

import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import type { Planted } from "./leak-scenario.ts";
import { callApi } from "./start-service.ts";

interface AppSecrets {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** As it goes out, in an `Authorization` header. */
const basicOf = ({ clientId, clientSecret }: AppSecrets) =>
  Buffer.from(`${clientId}:${clientSecret}`).toString("base64");

/** Everything a platform was sent, as text. */
function sentTo(planted: Planted, place: "slack" | "pagerduty" | "webhook" | "teams" | "discord") {
  const { requests } = planted.platforms[place];
  return requests
    .map(({ path, query, rawHeaders, body }) => [path, query, ...rawHeaders, body].join("\n"))
    .join("\n");
}

/** Each secret went where it belongs, or opened what it opens. */
export async function assertUsed(planted: Planted, slackApp: AppSecrets): Promise<void> {
  const { service, known, keys, sinkIds, platforms, watch } = planted;
  for (const place of ["slack", "pagerduty", "webhook", "teams", "discord"] as const) {
    assert.ok(sentTo(planted, place).includes(known[place]), `${place} was sent its secret`);
  }
  assert.ok(sentTo(planted, "slack").includes(basicOf(slackApp)), "Slack was sent its secret");
  assert.ok(platforms.smtp.mails.length > 0, "mail was sent, for which one has to sign in");
  const list = `${service.url}/v1/event_sink?tenant_id=acme`;
  assert.equal((await callApi(list, keys["tenant"] ?? "", "GET")).status, 200);
  const alert = { tenant_id: "acme", name: "by the poor key", event_sink_ids: [] };
  const sent = await callApi(`${service.url}/v1/alert`, keys["poor"] ?? "", "POST", alert);
  assert.equal(sent.status, 202, sent.text);

  const path = `/v1/event_sink/${sinkIds["Webhook"]}/signing_secret`;
  const { signing_secret: secret } = (await service.call("GET", path)).json;
  watch.plant("the webhook's first signing secret", secret.slice(6));
  const last = platforms.webhook.requests.at(-1);
  assert.ok(last !== undefined);
  new Webhook(secret).verify(last.body, { ...last.headers });
}

/** A browser signs in; its cookie is a secret as well, and lets it in. */
export async function signIn({ service, watch, keys }: Planted): Promise<void> {
  const url = `${service.url}/v1/session`;
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", "x-event-sinks-csrf": "1" },
    body: JSON.stringify({ api_key: keys["tenant"] }),
  });
  assert.equal(answer.status, 200);
  watch.see("the answer to signing in", await answer.text());
  const cookie = answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  watch.plant("session token", cookie.split("=")[1] ?? "");
  const used = await fetch(url, { headers: { cookie } });
  assert.equal(used.status, 200);
  watch.see("whose session it is", (await used.text()) + [...used.headers].join("\n"));
}

/** The Slack app is installed by link, its token renewed, and the next install refused with an echo. */
export async function installSlackApp(planted: Planted, slackApp: AppSecrets): Promise<void> {
  const { service, platforms, watch } = planted;
  const { slack } = platforms;
  const begin = async () => {
    const body = { tenant_id: "acme", name: "installed" };
    const begun = await service.call("POST", "/v1/slack_integration/install", body);
    const approved = await fetch(begun.json.authorize_url, { redirect: "manual" });
    const callback = approved.headers.get("location") ?? "";
    for (const name of ["state", "code"]) {
      watch.plant(`OAuth ${name}`, new URL(callback).searchParams.get(name) ?? "");
    }
    return callback;
  };
  const callback = await begin();
  const installed = await fetch(callback);
  const text = await installed.text();
  assert.equal(installed.status, 200, text);
  watch.see("the callback's answer", text);
  watch.see("the callback's answer to a state that was used", await (await fetch(callback)).text());

  const slack_integration_id = JSON.parse(text).slack_integration.id;
  const args = { Slack: { slack_integration_id, channel_id: "C0ALERTS001" } };
  const sink = { tenant_id: "acme", name: "Installed", description: "", event_sink_args: args };
  const { id } = (await service.call("POST", "/v1/event_sink", sink)).json.event_sink;
  const test = async () => {
    const tested = await service.call("POST", `/v1/event_sink/${id}/test`, {});
    watch.see("the test of the installed app", tested.text);
    return tested.json.attempt.outcome;
  };
  assert.equal(await test(), "delivered");
  const tokens = () => [...new Set(sentTo(planted, "slack").match(/xoxe\.xoxb-1-[0-9a-f]+/g))];
  const [first = ""] = tokens();
  slack.setTokenError(first, "token_expired");
  assert.equal(await test(), "delivered");
  assert.equal(tokens().length, 2, "the token was renewed");

  const last = await begin();
  slack.answerNext(
    2,
    {
      status: 200,
      body: { ok: false, error: slackApp.clientSecret, detail: `${last} ${basicOf(slackApp)}` },
    },
    { path: "oauth.v2.access" },
  );
  watch.see("the callback's refusal", await (await fetch(last)).text());
  slack.behave();
  const said = slack.requests.map(({ body, answer }) => body + (answer?.body ?? "")).join("\n");
  const made = said.match(/xoxe[.\w-]+|(?<=code_verifier=)[\w-]+/g) ?? [];
  for (const secret of new Set(made)) watch.plant("made by the install", secret);
}
