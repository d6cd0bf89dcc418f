import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type FreshHttp, openFreshHttp } from "../../test/support/fresh-http.ts";
import { routeAccess } from "./route-scopes.ts";

let http: FreshHttp;
before(async () => {
  http = await openFreshHttp();
});
after(() => http.close());

interface Operation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: unknown;
  readonly requestBody?: unknown;
  readonly parameters?: readonly { name: string }[];
  readonly responses: Readonly<Record<string, { content?: Record<string, { schema: object }> }>>;
}

async function operations(): Promise<[string, Operation][]> {
  const { json } = await http.call("GET", "/openapi.json", undefined, { key: null });
  assert.equal(json.openapi, "3.1.0");
  const paths = Object.entries(json.paths as Record<string, Record<string, Operation>>);
  return paths.flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]): [string, Operation] => [`${method} ${path}`, one]),
  );
}

test("every route is described: summary, tag, success with a schema, refusals", async () => {
  const all = await operations();
  assert.ok(all.length > 20);
  for (const [name, { summary, tags, security, responses, requestBody }] of all) {
    assert.ok(summary, name);
    assert.equal(tags?.length, 1, name);
    const success = responses["200"] ?? responses["202"];
    assert.ok(Object.values(success?.content ?? {})[0]?.schema, `${name} success`);
    if (!name.includes(" /v1/")) continue;
    // The browser that Slack sends back has no key, nor has who signs in.
    const isOpen = name === "get /v1/slack_integration/callback" || name === "post /v1/session";
    const pattern = name
      .replace(/^\w+/, (method) => method.toUpperCase())
      .replace(/{(\w+)}/, ":$1");
    const scopes = routeAccess[pattern]?.scopes;
    assert.deepEqual(security, isOpen ? [] : [{ apiKey: scopes }, { session: scopes }], name);
    for (const status of ["400", "401", "403", "429", "503"]) assert.ok(responses[status], name);
    const takesNoBody = /\/(test|pause|cancel)$/.test(name);
    if (/^(post|put) /.test(name) && !takesNoBody) assert.ok(requestBody, name);
    if (name.includes("{")) assert.ok(responses["404"], name);
  }
});

test("every reference in the description leads somewhere", async () => {
  const { text, json } = await http.call("GET", "/openapi.json");
  const refs = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
  assert.ok(refs.length > 20);
  for (const [, name = ""] of refs) assert.ok(json.components.schemas[name], name);
  assert.equal([...text.matchAll(/"\$ref":"(?!#\/components\/schemas\/)/g)].length, 0);
});

test("the documented fields of a sink stand in the description", async () => {
  const { json } = await http.call("GET", "/openapi.json");
  const body = json.paths["/v1/event_sink"].post.requestBody.content["application/json"].schema;
  assert.deepEqual(body.required, ["tenant_id", "name", "description", "event_sink_args"]);
  assert.deepEqual(Object.keys(body.properties.event_sink_args.properties).sort(), [
    "Discord",
    "Email",
    "MicrosoftTeams",
    "PagerDuty",
    "Slack",
    "Webhook",
  ]);
  assert.deepEqual(Object.keys(json.components.schemas.EventSink.properties), [
    "id",
    "tenant_id",
    "name",
    "description",
    "event_sink_type",
    "configuration",
    "created_at",
    "updated_at",
  ]);
});
