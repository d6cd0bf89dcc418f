/**
 * A service with secrets in every place that takes one, and every route called with them: by
 * everybody, right and wrong, and with platforms that say back the secret they were sent.
 */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { defaultRoutingKey, defaultSlackToken } from "@event-sinks/simulators";
import { openRoutes, routeAccess } from "../../src/http/route-scopes.ts";
import type { LeakWatch } from "./leak-watch.ts";
import type { Platforms } from "./start-platforms.ts";
import { type ApiAnswer, callApi, type RunningService } from "./start-service.ts";

const tenant = "acme";

/** What nobody else would say. */
export const newSecret = (name: string) => `${name}-${randomBytes(9).toString("hex")}`;

export interface Planted {
  readonly service: RunningService;
  readonly platforms: Platforms;
  readonly watch: LeakWatch;
  /** By the sink type's name. */
  readonly sinkIds: Readonly<Record<string, string>>;
  /** What each platform is sent. */
  readonly known: Readonly<Record<keyof Platforms, string>>;
  /** Bearer keys: a tenant's, one with hardly a scope, and wrong ones. */
  readonly keys: Readonly<Record<string, string>>;
  readonly integrationId: string;
}

/** A sink of every type, an integration and keys, in all of which something is secret. */
export async function plantSecrets(
  service: RunningService,
  platforms: Platforms,
  watch: LeakWatch,
  smtpPassword: string,
): Promise<Planted> {
  const { webhook, teams, discord } = platforms;
  const post = async (path: string, body: object) => {
    const answer = await service.call("POST", path, body);
    assert.ok(answer.status < 300, answer.text);
    return answer.json;
  };
  await post("/v1/tenant", { tenant_id: tenant });
  const ofTenant = { tenant_id: tenant, name: "key" };
  const { api_key: key } = await post("/v1/api_key", {
    ...ofTenant,
    scopes: ["admin", "sinks:read"],
  });
  const { api_key: poor } = await post("/v1/api_key", { ...ofTenant, scopes: ["alerts:write"] });
  const { slack_integration: integration } = await post("/v1/slack_integration", {
    ...ofTenant,
    bot_token: defaultSlackToken,
  });
  const headerValue = newSecret("header");
  const args = {
    Slack: { slack_integration_id: integration.id, channel_id: "C0ALERTS001" },
    PagerDuty: { integration_key: defaultRoutingKey },
    Webhook: { url: webhook.url, headers: { "x-api-key": headerValue } },
    MicrosoftTeams: { url: teams.url },
    Discord: { url: discord.url },
    Email: { to: ["security@example.com"] },
  };
  const sinkIds: Record<string, string> = {};
  for (const [name, one] of Object.entries(args)) {
    const sink = { tenant_id: tenant, name, description: "", event_sink_args: { [name]: one } };
    sinkIds[name] = (await post("/v1/event_sink", sink)).event_sink.id;
  }
  const known = {
    slack: defaultSlackToken,
    pagerduty: defaultRoutingKey,
    webhook: headerValue,
    teams: String(new URL(teams.url).searchParams.get("sig")),
    discord: String(discord.url.split("/").at(-1)),
    smtp: smtpPassword,
  };
  const keys = { tenant: key.key, poor: poor.key, wrong: `${key.key.slice(0, -1)}~` };
  for (const [name, secret] of Object.entries({ ...known, ...keys })) watch.plant(name, secret);
  watch.plant("operator key", service.operatorKey);
  return { service, platforms, watch, sinkIds, known, keys, integrationId: integration.id };
}

/** Every platform refuses in every way, and says back what it was sent: body, headers, redirects. */
export async function echoEverywhere(planted: Planted): Promise<void> {
  const { service, platforms, known, sinkIds, watch } = planted;
  const places = {
    Slack: "slack",
    PagerDuty: "pagerduty",
    Webhook: "webhook",
    MicrosoftTeams: "teams",
    Discord: "discord",
  } as const;
  const test = async (name: string, how: string) => {
    const answer = await service.call("POST", `/v1/event_sink/${sinkIds[name]}/test`, {});
    watch.see(`the test of ${name} answered with ${how}`, answer.text);
    return answer;
  };
  for (const [name, place] of Object.entries(places)) {
    const said = known[place];
    for (const status of [200, 302, 400, 401, 403, 404, 410, 413, 429, 500, 503]) {
      platforms[place].answerNext(3, {
        status,
        body: `{"error":"${said}","message":"${said}","errors":["${said}"]}`,
        headers: { "x-echo": said, location: `http://127.0.0.1:9/${said}`, "set-cookie": said },
      });
      const { text } = await test(name, String(status));
      assert.match(text, /attempt/, text);
      platforms[place].behave();
    }
  }
  for (const [stage, code] of [
    ["login", 535],
    ["sender", 550],
    ["recipient", 450],
    ["data", 451],
    ["data", 554],
  ] as const) {
    platforms.smtp.refuseNext(1, stage, code, `no ${known.smtp}`);
    await test("Email", `${stage} ${code}`);
    platforms.smtp.behave();
  }
}

/** Secrets where they do not belong, and such that are almost right: the refusal must not repeat them. */
export async function mistype({ service, watch, integrationId, keys }: Planted): Promise<void> {
  const typed = (name: string) => {
    const secret = newSecret(`typed-${name}`);
    watch.plant(`what was typed as ${name}`, secret);
    return secret;
  };
  const sink = (args: object) => ({
    tenant_id: tenant,
    name: "x",
    description: "",
    event_sink_args: args,
  });
  const bodies: readonly (readonly [string, unknown])[] = [
    ["/v1/event_sink", sink({ PagerDuty: { integration_key: `${typed("integration key")}!` } })],
    [
      "/v1/event_sink",
      sink({ Webhook: { url: `https://u:${typed("password in a URL")}@h.example/` } }),
    ],
    [
      "/v1/event_sink",
      sink({
        Webhook: { url: "https://h.example/", headers: { "x-key": `${typed("header")}\n` } },
      }),
    ],
    [
      "/v1/event_sink",
      sink({ MicrosoftTeams: { url: `http://h.example/?sig=${typed("Teams")}` } }),
    ],
    [
      "/v1/event_sink",
      sink({ Discord: { url: `https://h.example/api/webhooks/1/${typed("Discord")}` } }),
    ],
    [
      "/v1/event_sink",
      `{"event_sink_args":{"PagerDuty":{"integration_key":"${typed("broken JSON")}"`,
    ],
    ["/v1/slack_integration", { tenant_id: tenant, name: "x", bot_token: typed("bot token") }],
    [
      "/v1/slack_integration",
      { tenant_id: tenant, name: "x", bot_token: `xoxb-${typed("token")}` },
    ],
    ["/v1/session", { api_key: typed("key to sign in with") }],
    ["/v1/session", { api_key: `esk_${typed("key of ours")}` }],
  ];
  for (const [path, body] of bodies) {
    const answer = await service.call("POST", path, body);
    assert.ok(answer.status < 500, answer.text);
    watch.see(`the answer of POST ${path}`, answer.text);
  }
  const put = await service.call("PUT", `/v1/slack_integration/${integrationId}`, {
    bot_token: `xoxb-${typed("new token")}`,
  });
  watch.see("the refusal of a new token", put.text);
  const query = await fetch(`${service.url}/v1/tenant?api_key=${keys["tenant"]}`);
  watch.see("a key in a query", await query.text());
  const basic = Buffer.from(`user:${typed("password of Basic")}`).toString("base64");
  for (const headers of [
    { authorization: `Basic ${basic}` },
    { authorization: `Bearer ${typed("bearer")} ${typed("second word")}` },
    { authorization: typed("no scheme") },
    { "x-api-key": typed("header of another API") },
    { cookie: `event-sinks-session=${typed("cookie")}` },
  ]) {
    const json = { "content-type": "application/json" };
    const given = {
      method: "POST",
      headers: { ...json, ...headers },
      body: '{"tenant_id":"acme"}',
    };
    const answer = await fetch(`${service.url}/v1/alert`, given);
    assert.equal(answer.status, 401);
    watch.see(`alert with ${Object.keys(headers)}`, (await answer.text()) + [...answer.headers]);
  }
}

/** Routes whose answers are there to show a secret once: what it is, to be looked for elsewhere. */
const revealing: Readonly<Record<string, (answer: ApiAnswer) => string>> = {
  "GET /v1/event_sink/:id/signing_secret": ({ json }) => json.signing_secret.slice(6),
  "POST /v1/event_sink/:id/signing_secret/rotate": ({ json }) => json.signing_secret.slice(6),
  "POST /v1/api_key": ({ json }) => json.api_key.key,
  "POST /v1/slack_integration/install": ({ json }) =>
    String(new URL(json.authorize_url ?? json.url).searchParams.get("state")),
};

const openPaths = ["/healthz", "/readyz", "/metrics", "/", "/nowhere"];

/** Every route with ids of every kind, by everybody, with and without a body. */
export async function callEveryRoute(planted: Planted): Promise<number> {
  const { service, watch, keys } = planted;
  const callers = Object.entries({ operator: service.operatorKey, ...keys, nobody: "" });
  const ids = [...(await idsOf(planted)), "00000000-0000-0000-0000-000000000000", "none"];
  const routes = [
    ...Object.keys(routeAccess),
    ...openRoutes,
    ...openPaths.map((path) => `GET ${path}`),
  ];
  // What deletes comes last, or there would be little left to look at.
  const isLast = (route: string) => Number(route.startsWith("DELETE"));
  let count = 0;
  for (const route of routes.toSorted((a, b) => isLast(a) - isLast(b))) {
    const [method = "", pattern = ""] = route.split(" ");
    const query = method === "GET" ? `?tenant_id=${tenant}` : "";
    const paths = pattern.includes("/:")
      ? ids.map((id) => pattern.replace(/:\w+/, id))
      : [pattern, `${pattern}${query}`];
    for (const path of new Set(paths)) {
      for (const [caller, key] of callers) {
        for (const body of bodiesFor(method)) {
          const answer = await callApi(service.url + path, key, method, body);
          count += 1;
          assert.ok(answer.status < 500 || answer.status === 503, answer.text);
          const reveal = answer.status === 200 ? revealing[route] : undefined;
          if (reveal !== undefined) watch.plant(`${route} ${count}`, reveal(answer));
          else watch.see(`${method} ${path} by ${caller}`, answer.text + headersOf(answer));
        }
      }
    }
  }
  return count;
}

function bodiesFor(method: string): (object | string | undefined)[] {
  if (method === "GET" || method === "DELETE") return [undefined];
  return [{}, { tenant_id: tenant, name: "made by the sweep" }, '{"broken": '];
}

function headersOf({ headers }: ApiAnswer): string {
  return [...headers].map(([name, value]) => `${name}: ${value}`).join("\n");
}

async function idsOf({ service, sinkIds, integrationId }: Planted): Promise<string[]> {
  const { json } = await service.call(
    "GET",
    `/v1/delivery?tenant_id=${tenant}&pagination[page_size]=3`,
  );
  const deliveries = json.data.deliveries as { id: string; alert_uid: string }[];
  const { json: listed } = await service.call("GET", `/v1/api_key?tenant_id=${tenant}`);
  return [
    ...Object.values(sinkIds),
    integrationId,
    ...deliveries.flatMap(({ id, alert_uid }) => [id, alert_uid]),
    ...(listed.data.api_keys as { id: string }[]).slice(0, 1).map(({ id }) => id),
    tenant,
  ];
}
