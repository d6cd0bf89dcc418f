/** `/v1/tenant`: whose data there is. Operator only. */

import { type Static, Type } from "typebox";
import { isTenantId } from "../domain/tenant-id.ts";
import { ApiError } from "../errors.ts";
import { newId } from "../ids.ts";
import type { Tenant } from "../store/store.ts";
import { requireOperator } from "./auth.ts";
import type { App, HttpContext } from "./context.ts";
import { ref, responses, secured } from "./openapi.ts";
import { pageQuery, paginationOf, readPage } from "./pagination.ts";
import { listOf, notFound, TenantIdField, WholeSeconds } from "./resource-schemas.ts";
import { wholeSeconds } from "./wire-time.ts";

const what = "tenant";
const tags = ["Tenants"];
const path = "/v1/tenant";

const TenantView = Type.Object({ id: TenantIdField, created_at: WholeSeconds }, { $id: "Tenant" });

const Wrapped = Type.Object({ tenant: ref(TenantView) });

function tenantView({ id, createdAt }: Tenant): Static<typeof TenantView> {
  return { id, created_at: wholeSeconds(createdAt) };
}

const CreateBody = Type.Object(
  { tenant_id: Type.Optional(TenantIdField) },
  { additionalProperties: false, description: "Without `tenant_id` the tenant gets a UUID" },
);

export function tenantRoutes(app: App, { store, clock, tenantSinks }: HttpContext): void {
  app.addSchema(TenantView);
  const create = {
    tags,
    summary: "Create a tenant",
    security: secured,
    body: CreateBody,
    response: responses(Wrapped, 409, 413, 415),
  };
  app.post(path, { schema: create }, async ({ principal, body }) => {
    requireOperator(principal);
    const id = body.tenant_id ?? newId();
    const tenant = { id, operationalEventSinkIds: [], createdAt: clock.now() };
    if ((await store.createTenant(tenant)) === "exists") {
      throw new ApiError("conflict", `There is a tenant \`${tenant.id}\` already: just use it.`);
    }
    tenantSinks.forget(tenant.id);
    return { tenant: tenantView(tenant) };
  });

  const list = {
    tags,
    summary: "List tenants",
    description: "By creation.",
    security: secured,
    querystring: Type.Object(pageQuery),
    response: responses(listOf("tenants", ref(TenantView))),
  };
  app.get(path, { schema: list, config: { isList: true } }, async ({ principal, query }) => {
    requireOperator(principal);
    const listed = await store.listTenants(readPage(query, what, isTenantId));
    const tenants = listed.items.map(tenantView);
    return { data: { tenants }, pagination: paginationOf(listed, what) };
  });

  const get = {
    tags,
    summary: "Get a tenant",
    security: secured,
    params: Type.Object({ id: TenantIdField }),
    response: responses(Wrapped, 404),
  };
  app.get(`${path}/:id`, { schema: get }, async ({ principal, params: { id } }) => {
    requireOperator(principal);
    const tenant = isTenantId(id) ? await store.getTenant({ id }) : null;
    if (tenant === null) throw notFound(what, id);
    return { tenant: tenantView(tenant) };
  });
}
