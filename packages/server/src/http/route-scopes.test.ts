import assert from "node:assert/strict";
import { test } from "node:test";
import { fastify } from "fastify";
import { openFreshHttp } from "../../test/support/fresh-http.ts";
import { declareScopes, openRoutes, routeAccess } from "./route-scopes.ts";

test("a route that says nowhere who may call it cannot be added", () => {
  const app = fastify();
  declareScopes(app as never);
  assert.throws(() => app.get("/v1/forgotten", () => ({})), /GET \/v1\/forgotten says nowhere/);
  app.get("/healthz", () => ({}));
});

test("every access declared is that of a route that is there", async () => {
  const http = await openFreshHttp();
  for (const route of [...Object.keys(routeAccess), ...openRoutes]) {
    const [method = "GET", url = ""] = route.split(" ");
    assert.ok(http.app.hasRoute({ method: method as "GET", url }), route);
  }
  await http.close();
});
