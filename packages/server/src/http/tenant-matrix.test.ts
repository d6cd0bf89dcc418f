/**
 * Every route below `/v1`, called with one tenant's key and another tenant's ids: nothing may
 * be told, and nothing may change. A route that is not in the table fails the first test.
 */

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import {
  defaultSlackToken,
  type SlackSimulator,
  startSlackSimulator,
} from "@event-sinks/simulators";
import { type FreshHttp, openFreshHttp } from "../../test/support/fresh-http.ts";
import { eventually } from "../../test/support/store-samples.ts";
import { scopes } from "../domain/scope.ts";
import { openRoutes, routeAccess } from "./route-scopes.ts";

const theirs = "tenant-of-the-others";
const own = "tenant-of-the-caller";

/** Ids of what the other tenant has, and of the caller's own sink. */
interface Ids {
  readonly sink: string;
  readonly integration: string;
  readonly alert: string;
  readonly delivery: string;
  readonly replay: string;
  readonly apiKey: string;
  readonly ownSink: string;
}

interface Call {
  /** What follows the route's path: a query. The ids in the path are filled in. */
  readonly query?: string;
  readonly body?: unknown;
  /** What must be answered; `hidden` is a success that holds nothing of the other tenant's. */
  readonly answer: 403 | 404 | "refused" | "hidden";
}

type Calls = (ids: Ids) => readonly Call[];

const noId: Calls = () => [];
const notThere: Calls = () => [{ answer: 404 }];
const notThereWith =
  (body: unknown): Calls =>
  () => [{ answer: 404, body }];

/** A list by `tenant_id`, which may also stand in the body. */
const listOfTheirs: Calls = () => [
  { answer: 403, query: `?tenant_id=${theirs}` },
  { answer: 403, body: { tenant_id: theirs } },
];

/** The same, and the caller's own list, filtered by ids of the other tenant. */
const searchOfTheirs =
  (...filters: ((ids: Ids) => string)[]): Calls =>
  (ids) => [
    ...listOfTheirs(ids),
    ...filters.map(
      (filter): Call => ({
        answer: "hidden",
        query: `?tenant_id=${own}&${filter(ids)}`,
      }),
    ),
  ];

const forOperators: Calls = () => [{ answer: 403, body: { tenant_id: "made-by-a-tenant" } }];
const webhook = { Webhook: { url: "https://test.com/taken-over" } };
const sinkBody = { name: "n", description: "", event_sink_args: webhook };
const byOwnKey = (body: object) => ({ tenant_id: own, name: "n", ...body });

const matrix: Readonly<Record<string, Calls>> = {
  "POST /v1/event_sink": ({ integration }) => [
    { answer: 403, body: { ...sinkBody, tenant_id: theirs } },
    {
      answer: "refused",
      body: {
        ...sinkBody,
        tenant_id: own,
        event_sink_args: { Slack: { channel_id: "C0ALERTS", slack_integration_id: integration } },
      },
    },
  ],
  "GET /v1/event_sink": listOfTheirs,
  "GET /v1/event_sink/:id": notThere,
  "PUT /v1/event_sink/:id": ({ sink }) => [
    { answer: 404, body: { id: sink, name: "taken", event_sink_args: webhook } },
    { answer: 404, body: { id: sink, tenant_id: own, name: "taken" } },
  ],
  "DELETE /v1/event_sink/:id": notThere,
  "GET /v1/event_sink/:id/status": notThere,
  "POST /v1/event_sink/:id/test": notThere,
  "POST /v1/event_sink/:id/pause": notThere,
  "POST /v1/event_sink/:id/resume": notThere,
  "GET /v1/event_sink/:id/signing_secret": notThere,
  "POST /v1/event_sink/:id/signing_secret/rotate": notThereWith({}),

  "POST /v1/alert": ({ sink }) => [
    { answer: 403, body: { tenant_id: theirs, name: "n" } },
    { answer: "refused", body: byOwnKey({ event_sink_ids: [sink] }) },
  ],
  "POST /v1/alert/batch": ({ sink }) => [
    { answer: "hidden", body: { alerts: [{ tenant_id: theirs, name: "n" }] } },
    { answer: "hidden", body: { alerts: [byOwnKey({ event_sink_ids: [sink] })] } },
  ],
  "GET /v1/alert": searchOfTheirs(
    ({ sink }) => `event_sink_id=${sink}`,
    () => "q=confidential",
    () => "detection_rule_id=confidential-rule",
  ),
  "GET /v1/alert/:uid": notThere,
  "POST /v1/alert/preview": ({ sink }) => [
    { answer: 403, body: { tenant_id: theirs, name: "n" } },
    { answer: "refused", body: byOwnKey({ event_sink_ids: [sink] }) },
  ],
  "GET /v1/delivery": searchOfTheirs(
    ({ sink }) => `event_sink_id=${sink}`,
    ({ alert }) => `alert_uid=${alert}`,
  ),
  "GET /v1/delivery/summary": ({ sink }) => [
    { answer: 403, query: `?tenant_id=${theirs}` },
    { answer: "hidden", query: `?tenant_id=${own}&event_sink_id=${sink}` },
  ],
  "GET /v1/delivery/:id": notThere,
  "GET /v1/overview": () => [
    { answer: 403, query: `?tenant_id=${theirs}` },
    { answer: "hidden", query: `?tenant_id=${own}&window=hour` },
  ],
  "GET /v1/overview/stream": () => [{ answer: 403, query: `?tenant_id=${theirs}` }],
  "POST /v1/delivery/:id/retry": notThereWith({ include_overtaken: true }),
  "POST /v1/delivery/replay": ({ sink, ownSink }) => [
    { answer: 403, body: { tenant_id: theirs, event_sink_id: sink } },
    { answer: "refused", body: { tenant_id: own, event_sink_id: sink, dry_run: true } },
    {
      answer: "refused",
      body: { tenant_id: own, event_sink_id: ownSink, to_event_sink_id: sink },
    },
  ],
  "GET /v1/delivery/replay": listOfTheirs,
  "GET /v1/delivery/replay/:id": notThere,
  "POST /v1/delivery/replay/:id/cancel": notThere,

  "POST /v1/slack_integration": () => [
    { answer: 403, body: { tenant_id: theirs, name: "n", bot_token: defaultSlackToken } },
  ],
  "GET /v1/slack_integration": listOfTheirs,
  "GET /v1/slack_integration/:id": notThere,
  "PUT /v1/slack_integration/:id": ({ integration }) => [
    { answer: 404, body: { id: integration, name: "taken" } },
    { answer: 404, body: { id: integration, bot_token: defaultSlackToken } },
  ],
  "DELETE /v1/slack_integration/:id": notThere,
  "GET /v1/slack_integration/:id/channels": () => [
    { answer: 404 },
    { answer: 404, query: "?query=alerts" },
  ],
  "POST /v1/slack_integration/install": () => [{ answer: 403, body: { tenant_id: theirs } }],
  // The state in it is the only authority there is; `slack-installs.test.ts` has its cases.
  "GET /v1/slack_integration/callback": noId,

  "POST /v1/tenant": forOperators,
  "GET /v1/tenant": forOperators,
  "GET /v1/tenant/:id": forOperators,
  "PUT /v1/tenant/:id": ({ ownSink }) => [
    { answer: 403, body: { operational_event_sink_ids: [ownSink] } },
  ],
  "DELETE /v1/tenant/:id": () => [{ answer: 403, query: `?confirm=${theirs}` }],

  "POST /v1/api_key": () => [
    { answer: 403, body: { tenant_id: theirs, name: "n" } },
    { answer: 403, body: { tenant_id: null, name: "n" } },
  ],
  "GET /v1/api_key": () => [{ answer: 403, query: `?tenant_id=${theirs}` }, { answer: "hidden" }],
  "GET /v1/api_key/:id": notThere,
  "PUT /v1/api_key/:id": notThereWith({ name: "taken" }),
  "DELETE /v1/api_key/:id": notThere,

  "GET /v1/audit": () => [{ answer: 403, query: `?tenant_id=${theirs}` }, { answer: "hidden" }],

  // These concern the caller's own key or session; no id can be named.
  "GET /v1/session": noId,
  "DELETE /v1/session": noId,
  "POST /v1/session": noId,
};

let slack: SlackSimulator;
let http: FreshHttp;
let ids: Ids;
let key: string;
before(async () => {
  slack = await startSlackSimulator({ rates: "unlimited" });
  http = await openFreshHttp({
    settings: {
      vendors: { slackApi: slack.url, pagerduty: "http://127.0.0.1:9" },
    },
  });
  ids = await fill();
  const scopesAll = { tenant_id: own, name: "all scopes", scopes };
  key = (await http.call("POST", "/v1/api_key", scopesAll)).json.api_key.key;
});
after(async () => {
  await http.close();
  await slack.stop();
});

/** One of everything for the other tenant. */
async function fill(): Promise<Ids> {
  const make = async (path: string, body: object) => {
    const named = { tenant_id: theirs, name: "confidential", ...body };
    const answer = await http.call("POST", path, named);
    assert.ok(answer.status < 300, answer.text);
    return answer.json;
  };
  const ofCaller = await make("/v1/event_sink", { ...sinkBody, tenant_id: own });
  const made = await make("/v1/event_sink", { ...sinkBody, name: "confidential" });
  const sink = made.event_sink.id;
  const taken = await make("/v1/alert", { detection_rule_id: "confidential-rule" });
  const { replay } = (
    await http.call("POST", "/v1/delivery/replay", { tenant_id: theirs, event_sink_id: sink })
  ).json;
  await eventually(async () => {
    const { json } = await http.call("GET", `/v1/delivery/replay/${replay.id}`);
    return json.replay.state === "done";
  });
  return {
    sink,
    ownSink: ofCaller.event_sink.id,
    alert: taken.alert.uid,
    delivery: taken.deliveries[0].id,
    replay: replay.id,
    integration: (await make("/v1/slack_integration", { bot_token: defaultSlackToken }))
      .slack_integration.id,
    apiKey: (await make("/v1/api_key", {})).api_key.id,
  };
}

/** The path of a route, with the other tenant's ids in it. */
function pathTo(pattern: string): string {
  const id = () => {
    if (pattern.startsWith("/v1/delivery/replay")) return ids.replay;
    const resource = pattern.split("/")[2] ?? "";
    const byResource: Record<string, string> = {
      event_sink: ids.sink,
      delivery: ids.delivery,
      slack_integration: ids.integration,
      tenant: theirs,
      api_key: ids.apiKey,
    };
    return byResource[resource] ?? assert.fail(`No id for ${pattern}`);
  };
  return pattern.replace(":uid", ids.alert).replace(":id", id);
}

/** Every row in the store, but for what any call with a key leaves behind: when it was used. */
function everything(): Record<string, unknown> {
  const database = new DatabaseSync(http.fresh.path, { readOnly: true });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    const rows = tables.map(({ name }) => {
      const found = database.prepare(`SELECT * FROM "${String(name)}"`).all();
      return [name, found.map((row) => ({ ...row, last_used_at: null }))];
    });
    return Object.fromEntries(rows);
  } finally {
    database.close();
  }
}

test("every route is in the matrix", () => {
  const routes = [...Object.keys(routeAccess), ...openRoutes];
  assert.deepEqual(Object.keys(matrix).sort(), routes.sort());
  for (const [route, calls] of Object.entries(matrix)) {
    if (/:\w+/.test(route)) assert.ok(calls(ids).length > 0, `${route} has an id, but no call`);
  }
});

test("the ids lead somewhere, so that what is refused is the key", async () => {
  for (const route of Object.keys(matrix).filter((name) => /^GET .*:/.test(name))) {
    const { status, text } = await http.call("GET", pathTo(route.slice(4)));
    assert.equal(status, 200, `${route}: ${text}`);
  }
});

for (const [route, calls] of Object.entries(matrix)) {
  test(`${route} gives nothing of another tenant's away, and changes nothing`, async () => {
    const [method = "", pattern = ""] = route.split(" ");
    const before = everything();
    for (const { query = "", body, answer } of calls(ids)) {
      const got = await http.call(method, pathTo(pattern) + query, body, { key });
      const what = `${got.status} ${got.text}`;
      if (answer === "hidden") assert.ok(got.status < 300, what);
      else if (answer === "refused") assert.ok([400, 404].includes(got.status), what);
      else assert.equal(got.status, answer, what);
      // Only what the caller said may be said back.
      const said = `${pathTo(pattern)}${query}${JSON.stringify(body)}`;
      for (const secret of [...Object.values(ids), theirs, "confidential", "T0SIMULATED"]) {
        if (said.includes(secret) || secret === ids.ownSink) continue;
        assert.ok(!got.text.includes(secret), `${secret} in ${got.text}`);
      }
    }
    assert.deepEqual(everything(), before);
  });
}

test("a replay of another tenant's deliveries is refused and sends none of them", async () => {
  const { sink, ownSink, delivery } = ids;
  const before = (await http.call("GET", `/v1/delivery/${delivery}`)).text;
  const body = { tenant_id: own, event_sink_id: sink, to_event_sink_id: ownSink, state: "pending" };
  const refused = await http.call("POST", "/v1/delivery/replay", body, { key });
  assert.deepEqual([refused.status, refused.json.details[0].path], [400, "event_sink_id"]);
  assert.equal((await http.call("GET", `/v1/delivery/${delivery}`)).text, before);
});
