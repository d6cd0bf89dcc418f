/** `/v1/api_key`: keys that reach one tenant. Operator only; a key is shown once. */

import { type Static, Type } from "typebox";
import { newId } from "../ids.ts";
import { hashApiKey, newApiKey } from "../operator-key.ts";
import type { ApiKey } from "../store/store.ts";
import { requireOperator } from "./auth.ts";
import type { App, HttpContext } from "./context.ts";
import { ref, responses, secured } from "./openapi.ts";
import { pageQuery, paginationOf, readPage } from "./pagination.ts";
import {
  IdParams,
  listOf,
  NameField,
  notFound,
  readId,
  TenantIdField,
  unknownTenant,
  WholeSeconds,
} from "./resource-schemas.ts";
import { wholeSeconds } from "./wire-time.ts";

const what = "API key";
const resource = "api_key";
const tags = ["API keys"];
const path = "/v1/api_key";

/** Enough to tell keys apart by, and far from enough to guess one. */
const prefixChars = 10;

const viewFields = {
  id: Type.String({ format: "uuid" }),
  tenant_id: TenantIdField,
  name: NameField,
  prefix: Type.String({ description: "the key's first characters" }),
  created_at: WholeSeconds,
};

const ApiKeyView = Type.Object(viewFields, { $id: "ApiKey" });

const NewApiKeyView = Type.Object(
  { ...viewFields, key: Type.String({ description: "shown here and never again" }) },
  { $id: "NewApiKey" },
);

function apiKeyView(apiKey: ApiKey): Static<typeof ApiKeyView> {
  return {
    id: apiKey.id,
    tenant_id: apiKey.tenantId,
    name: apiKey.name,
    prefix: apiKey.prefix,
    created_at: wholeSeconds(apiKey.createdAt),
  };
}

const CreateBody = Type.Object(
  { tenant_id: TenantIdField, name: NameField },
  { additionalProperties: false },
);

export function apiKeyRoutes(app: App, { store, clock, apiKeys }: HttpContext): void {
  app.addSchema(ApiKeyView);
  app.addSchema(NewApiKeyView);
  const create = {
    tags,
    summary: "Create an API key of a tenant",
    description: "The answer is the only one that holds the key itself.",
    security: secured,
    body: CreateBody,
    response: responses(Type.Object({ api_key: ref(NewApiKeyView) }), 404, 413, 415),
  };
  app.post(path, { schema: create }, async ({ principal, body }) => {
    requireOperator(principal);
    const key = newApiKey();
    const apiKey = {
      id: newId(),
      tenantId: body.tenant_id,
      name: body.name,
      prefix: key.slice(0, prefixChars),
      hash: hashApiKey(key),
      createdAt: clock.now(),
    };
    if ((await store.createApiKey(apiKey)) === "unknown_tenant") {
      throw unknownTenant(apiKey.tenantId);
    }
    return { api_key: { ...apiKeyView(apiKey), key } };
  });

  const list = {
    tags,
    summary: "List a tenant's API keys",
    description: "By creation.",
    security: secured,
    querystring: Type.Object({ tenant_id: TenantIdField, ...pageQuery }),
    response: responses(listOf("api_keys", ref(ApiKeyView))),
  };
  app.get(path, { schema: list, config: { isList: true } }, async ({ principal, query }) => {
    requireOperator(principal);
    const page = readPage(query, resource);
    const listed = await store.listApiKeys({ ...page, tenantId: query.tenant_id });
    const data = { api_keys: listed.items.map(apiKeyView) };
    return { data, pagination: paginationOf(listed, resource) };
  });

  const get = {
    tags,
    summary: "Get an API key",
    description: "Without the key itself.",
    security: secured,
    params: IdParams,
    response: responses(Type.Object({ api_key: ref(ApiKeyView) }), 404),
  };
  app.get(`${path}/:id`, { schema: get }, async ({ principal, params }) => {
    requireOperator(principal);
    const id = readId(params.id, what);
    const apiKey = await store.getApiKey({ tenantId: null, id });
    if (apiKey === null) throw notFound(what, id);
    return { api_key: apiKeyView(apiKey) };
  });

  const remove = {
    tags,
    summary: "Delete an API key",
    description: "It stops working at once, on other nodes within seconds.",
    security: secured,
    params: IdParams,
    response: responses(Type.Object({ id: Type.String(), tenant_id: Type.String() }), 404),
  };
  app.delete(`${path}/:id`, { schema: remove }, async ({ principal, params }) => {
    requireOperator(principal);
    const id = readId(params.id, what);
    const deleted = await store.deleteApiKey({ tenantId: null, id });
    if (deleted === null) throw notFound(what, id);
    apiKeys.forget(deleted.hash);
    return { id, tenant_id: deleted.tenantId };
  });
}
