/**
 * Which key may make which call: every route below `/v1` stands here, once.
 *
 * The server refuses to be made with a route that does not (`declareScopes`), so none can be
 * forgotten. A call needs all the scopes of its route. `operator` routes concern more than one
 * tenant, and no tenant's key may make them, whatever its scopes.
 */

import type { FastifyRequest, HTTPMethods, RouteOptions } from "fastify";
import type { Scope } from "../domain/scope.ts";
import { ApiError } from "../errors.ts";
import type { App } from "./context.ts";
import type { Principal } from "./gate/principal.ts";

export interface RouteAccess {
  readonly scopes: readonly Scope[];
  readonly role?: "operator";
}

const needs = (...scopes: Scope[]): RouteAccess => ({ scopes });
const operatorOnly: RouteAccess = { scopes: ["admin"], role: "operator" };

const sink = "/v1/event_sink";
const integration = "/v1/slack_integration";

export const routeAccess: Readonly<Record<string, RouteAccess>> = {
  [`POST ${sink}`]: needs("sinks:write"),
  [`GET ${sink}`]: needs("sinks:read"),
  [`GET ${sink}/:id`]: needs("sinks:read"),
  [`PUT ${sink}/:id`]: needs("sinks:write"),
  [`DELETE ${sink}/:id`]: needs("sinks:write"),
  [`GET ${sink}/:id/status`]: needs("sinks:read"),
  [`POST ${sink}/:id/test`]: needs("sinks:write"),
  [`POST ${sink}/:id/pause`]: needs("sinks:write"),
  [`POST ${sink}/:id/resume`]: needs("sinks:write"),
  [`GET ${sink}/:id/signing_secret`]: needs("secrets:read"),
  // It answers the new secret.
  [`POST ${sink}/:id/signing_secret/rotate`]: needs("sinks:write", "secrets:read"),

  "POST /v1/alert": needs("alerts:write"),
  "POST /v1/alert/batch": needs("alerts:write"),
  "GET /v1/alert": needs("deliveries:read"),
  "GET /v1/alert/:uid": needs("deliveries:read"),
  // It shows what sinks would send, and stores nothing.
  "POST /v1/alert/preview": needs("sinks:read"),
  "GET /v1/delivery": needs("deliveries:read"),
  "GET /v1/delivery/summary": needs("deliveries:read"),
  "GET /v1/delivery/:id": needs("deliveries:read"),
  "POST /v1/delivery/:id/retry": needs("deliveries:write"),
  "POST /v1/delivery/replay": needs("deliveries:write"),
  "GET /v1/delivery/replay": needs("deliveries:read"),
  "GET /v1/delivery/replay/:id": needs("deliveries:read"),
  "POST /v1/delivery/replay/:id/cancel": needs("deliveries:write"),

  "GET /v1/overview": needs("deliveries:read", "sinks:read"),
  "GET /v1/overview/stream": needs("deliveries:read", "sinks:read"),

  [`POST ${integration}`]: needs("sinks:write"),
  [`GET ${integration}`]: needs("sinks:read"),
  [`GET ${integration}/:id`]: needs("sinks:read"),
  [`PUT ${integration}/:id`]: needs("sinks:write"),
  [`DELETE ${integration}/:id`]: needs("sinks:write"),
  [`GET ${integration}/:id/channels`]: needs("sinks:read"),
  [`POST ${integration}/install`]: needs("sinks:write"),

  "POST /v1/tenant": operatorOnly,
  "GET /v1/tenant": operatorOnly,
  "GET /v1/tenant/:id": operatorOnly,
  "PUT /v1/tenant/:id": operatorOnly,
  "DELETE /v1/tenant/:id": operatorOnly,

  "POST /v1/api_key": needs("admin"),
  "GET /v1/api_key": needs("admin"),
  "GET /v1/api_key/:id": needs("admin"),
  "PUT /v1/api_key/:id": needs("admin"),
  "DELETE /v1/api_key/:id": needs("admin"),

  "GET /v1/audit": needs("admin"),

  // Whose key is this? Any key may ask.
  "GET /v1/session": needs(),
  "DELETE /v1/session": needs(),
};

/** A browser has no key yet, or carries a single-use state in its place. */
export const openRoutes: readonly string[] = ["POST /v1/session", `GET ${integration}/callback`];

declare module "fastify" {
  interface FastifyContextConfig {
    access?: RouteAccess;
  }
}

/** Gives each route of `app` its access, and tells of it in the route's description. */
export function declareScopes(app: App): void {
  app.addHook("onRoute", (route) => {
    for (const method of [route.method].flat()) declareScopesOf(route, method);
  });
}

function declareScopesOf(route: RouteOptions, method: HTTPMethods): void {
  // Fastify adds a HEAD for each GET.
  const name = `${method === "HEAD" ? "GET" : method} ${route.url}`;
  if (!route.url.startsWith("/v1/") || openRoutes.includes(name)) return;
  const access = routeAccess[name];
  if (access === undefined) {
    throw new Error(`The route ${name} says nowhere who may call it: add it to route-scopes.ts.`);
  }
  route.config = { ...route.config, access };
  const { schema } = route;
  if (schema === undefined) return;
  const described = [schema.description, sentenceOf(access)].filter(Boolean).join(" ");
  const scopes = [...access.scopes];
  route.schema = { ...schema, description: described, security: securityOf(scopes) };
}

const securityOf = (scopes: string[]) => [{ apiKey: scopes }, { session: scopes }];

function sentenceOf({ scopes, role }: RouteAccess): string {
  const whose = role === "operator" ? "an operator's key" : "a key";
  if (scopes.length === 0) return "Any key will do.";
  return `Needs ${whose} with ${listScopes(scopes)}.`;
}

function listScopes(scopes: readonly Scope[]): string {
  const names = scopes.map((scope) => `\`${scope}\``).join(" and ");
  return `the scope${scopes.length === 1 ? "" : "s"} ${names}`;
}

/** Refuses a caller who may not make this call. */
export function requireAccess({ principal, routeOptions }: FastifyRequest): void {
  const { access } = routeOptions.config;
  if (access === undefined) throw new Error(`${routeOptions.url} came without its access.`);
  if (access.role === "operator") requireOperator(principal);
  const missing = access.scopes.filter((scope) => !principal.scopes.includes(scope));
  if (missing.length === 0) return;
  throw new ApiError(
    "forbidden",
    `This call needs ${listScopes(missing)}, which this key does not have: use a key that has, or have it added by an admin key with PUT /v1/api_key/{id}.`,
  );
}

function requireOperator(principal: Principal): void {
  if (principal.kind === "operator") return;
  throw new ApiError(
    "forbidden",
    "This call needs an operator's key; a tenant's key may not make it.",
  );
}
