/**
 * The API's description, made from the very schemas that requests are checked against.
 *
 * It is made when it is first asked for, by a server that only describes: its library and what
 * that brings (a YAML writer, a second validator) are 170 modules, which most services never use.
 */

import type { SwaggerOptions } from "@fastify/swagger";
import { fastify, type RouteOptions } from "fastify";
import { type Static, type TSchema, Type } from "typebox";
import type { errorStatus } from "../errors.ts";
import { version } from "../version.ts";
import type { App } from "./context.ts";
import { ErrorEnvelope } from "./wire/error-envelope.ts";

const description =
  "Takes detection alerts and delivers them to event sinks: Slack, PagerDuty, webhooks, " +
  "Microsoft Teams, Discord and e-mail. " +
  "Successful calls answer 200, alerts taken 202; whatever is refused answers with the `Error` schema.";

const options: SwaggerOptions = {
  convertConstToEnum: false,
  refResolver: { buildLocalReference: (schema) => String(schema["$id"]) },
  openapi: {
    openapi: "3.1.0",
    info: { title: "Event Sinks", version, description, license: { name: "Apache-2.0" } },
    components: {
      securitySchemes: {
        apiKey: { type: "http", scheme: "bearer" },
        session: { type: "apiKey", in: "cookie", name: "event-sinks-session" },
      },
    },
    tags: [
      { name: "Event sinks", description: "Where a tenant's alerts go" },
      { name: "Alerts", description: "What comes in" },
      { name: "Deliveries", description: "One alert for one event sink" },
      { name: "Slack integrations", description: "Installs of the Slack app in a workspace" },
      { name: "Tenants", description: "Whose data it is" },
      { name: "API keys", description: "What a tenant calls with" },
      { name: "Sessions", description: "Signing in with a key, for browsers" },
      { name: "Audit", description: "Who changed what" },
      { name: "Service", description: "Probes, metrics and this description" },
    ],
  },
};

/** What there is to describe. */
export interface DescribedApi {
  readonly routes: RouteOptions[];
  /** Where they were added, with the schemas they refer to. */
  readonly servers: Set<{ getSchemas(): Record<string, unknown> }>;
}

/** Takes note of the routes; must come before them. */
export function noteRoutes(app: App): DescribedApi {
  const api: DescribedApi = { routes: [], servers: new Set() };
  app.addSchema(ErrorEnvelope);
  app.addHook("onRoute", function (route) {
    api.routes.push(route);
    api.servers.add(this);
  });
  return api;
}

async function describe({ routes, servers }: DescribedApi): Promise<object> {
  const { default: swagger } = await import("@fastify/swagger");
  const described = fastify({ exposeHeadRoutes: false });
  described.setValidatorCompiler(() => () => true);
  described.setSerializerCompiler(() => JSON.stringify);
  await described.register(swagger, options);
  const schemas = new Map([...servers].flatMap((server) => Object.entries(server.getSchemas())));
  for (const schema of schemas.values()) described.addSchema(schema);
  for (const { method, url, schema } of routes) {
    if (method === "HEAD" || schema === undefined) continue;
    described.route({ method, url, schema, handler: () => {} });
  }
  await described.ready();
  return described.swagger();
}

/** `/openapi.json`; after all other routes. */
export function openapiRoute(app: App, api: DescribedApi): void {
  let described: Promise<object> | undefined;
  const schema = {
    tags: ["Service"],
    summary: "This description, OpenAPI 3.1",
    response: { 200: Type.Object({}, { additionalProperties: true, description: "OpenAPI 3.1" }) },
  };
  app.get("/openapi.json", { schema }, () => {
    described ??= describe(api);
    return described;
  });
}

/** A reference to a schema with an `$id` that was added with `addSchema`, typed as what it refers to. */
export function ref<Schema extends TSchema>(schema: Schema) {
  return Type.Unsafe<Static<Schema>>({ $ref: `${Reflect.get(schema, "$id")}#` });
}

/** What every call that needs a key has in common. */
export const secured = [{ apiKey: [] }, { session: [] }];

const errorTexts: Readonly<Partial<Record<number, string>>> = {
  400: "The request is not valid",
  401: "No key, or one that is not known",
  403: "The key may not do this",
  404: "Not there, or another tenant's",
  409: "In conflict with what is there",
  412: "Changed since the version named in If-Match",
  413: "The body is too large",
  415: "The body is not JSON",
  429: "Too many calls; see Retry-After",
  503: "Cannot be done right now; see Retry-After",
};

type ErrorStatus = (typeof errorStatus)[keyof typeof errorStatus];

/** The responses of a route: what success looks like, and which refusals to expect beside the usual ones. */
export function responses<Success extends TSchema>(
  success: Success,
  ...errors: ErrorStatus[]
): { 200: Success } {
  return { 200: success, ...errorResponses(...errors) };
}

/** Refusals that any call with a key may meet, and `errors`. */
export function errorResponses(...errors: ErrorStatus[]): Record<string, TSchema> {
  const statuses = [...new Set([400, 401, 403, 429, 503, ...errors])].sort();
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      { ...ref(ErrorEnvelope), description: errorTexts[status] ?? "" },
    ]),
  );
}
