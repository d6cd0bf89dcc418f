/** `/v1/tenant`: whose data there is. Operator only. */

import { type Static, Type } from "typebox";
import { isTenantId } from "../../domain/tenant-id.ts";
import { ApiError } from "../../errors.ts";
import { newId } from "../../ids.ts";
import type { Tenant } from "../../store/store.ts";
import type { App, HttpContext } from "../context.ts";
import { changeLimits, limitsView, TenantLimitsField } from "../gate/limits.ts";
import { ref, responses, secured } from "../openapi.ts";
import { pageQuery, paginationOf, readPage } from "../wire/pagination.ts";
import {
  listOf,
  notFound,
  nullable,
  requireSameId,
  TenantIdField,
  WholeSeconds,
} from "../wire/resource-schemas.ts";
import { wholeSeconds } from "../wire/wire-time.ts";
import { auditEntry } from "./audit-entry.ts";

const what = "tenant";
const tags = ["Tenants"];
const path = "/v1/tenant";

const operationalSinksMax = 20;

const RetentionField = Type.Integer({
  minimum: 1,
  maximum: 3_650,
  description: "how long settled alerts are kept; left out: as EVENT_SINKS_RETENTION_DAYS says",
});

const TenantView = Type.Object(
  {
    id: TenantIdField,
    operational_event_sink_ids: Type.Optional(
      Type.Array(Type.String({ format: "uuid" }), {
        description: "where alerts about broken sinks go; left out: to its other working sinks",
      }),
    ),
    retention_days: Type.Optional(RetentionField),
    limits: Type.Optional(TenantLimitsField),
    created_at: WholeSeconds,
  },
  { $id: "Tenant" },
);

const Wrapped = Type.Object({ tenant: ref(TenantView) });

function tenantView(tenant: Tenant): Static<typeof TenantView> {
  const ids = tenant.operationalEventSinkIds;
  return {
    id: tenant.id,
    ...(ids.length === 0 ? {} : { operational_event_sink_ids: [...ids] }),
    ...(tenant.retentionDays === null ? {} : { retention_days: tenant.retentionDays }),
    ...limitsView(tenant.limits),
    created_at: wholeSeconds(tenant.createdAt),
  };
}

const CreateBody = Type.Object(
  { tenant_id: Type.Optional(TenantIdField) },
  { additionalProperties: false, description: "Without `tenant_id` the tenant gets a UUID" },
);

const UpdateBody = Type.Object(
  {
    id: Type.Optional(Type.String({ description: "the id in the path" })),
    operational_event_sink_ids: Type.Optional(
      Type.Array(Type.String({ format: "uuid" }), {
        maxItems: operationalSinksMax,
        description: "sinks of the tenant; empty: alerts about a broken sink go to its others",
      }),
    ),
    retention_days: Type.Optional(nullable(RetentionField)),
    limits: Type.Optional(nullable(TenantLimitsField)),
    created_at: Type.Optional(Type.Unknown({ description: "read-only; ignored" })),
  },
  {
    additionalProperties: false,
    description:
      "What is left out stays; `retention_days: null` is what the operator has set again",
  },
);

export function tenantRoutes(app: App, context: HttpContext): void {
  app.addSchema(TenantView);
  addCreateAndReads(app, context);
  addUpdate(app, context);
  addDelete(app, context);
}

function addUpdate(app: App, { store, clock, tenantSinks }: HttpContext): void {
  const schema = {
    tags,
    summary: "Update a tenant",
    description:
      "`limits` bound what all its keys, and the operator for it, bring in together; null takes one, or all, away.",
    security: secured,
    params: Type.Object({ id: TenantIdField }),
    body: UpdateBody,
    response: responses(Wrapped, 404, 413, 415),
  };
  app.put(`${path}/:id`, { schema }, async (request) => {
    const { body, params } = request;
    const { id } = params;
    requireSameId(body.id ?? id, id);
    const current = isTenantId(id) ? await store.getTenant({ id }) : null;
    if (current === null) throw notFound(what, id);
    const ids = body.operational_event_sink_ids ?? current.operationalEventSinkIds;
    const wanted = ids.map((each) => each.toLowerCase());
    const operationalEventSinkIds = [...new Set(wanted)];
    const found = await Promise.all(
      operationalEventSinkIds.map((each) => store.getEventSink({ tenantId: id, id: each })),
    );
    const missing = operationalEventSinkIds.filter((_, index) => found[index] === null);
    if (missing.length > 0) throw notItsSinks(missing);
    const { retention_days: retentionDays = current.retentionDays } = body;
    const limits = changeLimits(current.limits, body.limits);
    const tenant = { ...current, operationalEventSinkIds, retentionDays, limits };
    const audit = auditEntry(request, { clock }, "tenant.updated", { tenantId: id, id, body });
    if ((await store.updateTenant({ ...tenant, audit })) === "not_found") throw notFound(what, id);
    tenantSinks.forget(id);
    return { tenant: tenantView(tenant) };
  });
}

function notItsSinks(ids: readonly string[]): ApiError {
  const details = ids.map((id) => ({
    path: "operational_event_sink_ids",
    message: `There is no event sink \`${id}\` of this tenant.`,
  }));
  return new ApiError(
    "invalid_request",
    `\`operational_event_sink_ids\` must be event sinks of the tenant, and these are not: ${ids.join(", ")}.`,
    { details },
  );
}

function addCreateAndReads(app: App, { store, clock, tenantSinks }: HttpContext): void {
  const create = {
    tags,
    summary: "Create a tenant",
    security: secured,
    body: CreateBody,
    response: responses(Wrapped, 409, 413, 415),
  };
  app.post(path, { schema: create }, async (request) => {
    const id = request.body.tenant_id ?? newId();
    const unset = { operationalEventSinkIds: [], retentionDays: null, limits: {} };
    const tenant = { id, ...unset, createdAt: clock.now() };
    const audit = auditEntry(request, { clock }, "tenant.created", { tenantId: id, id });
    if ((await store.createTenant({ ...tenant, audit })) === "exists") {
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
  app.get(path, { schema: list, config: { isList: true } }, async ({ query }) => {
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
  app.get(`${path}/:id`, { schema: get }, async ({ params: { id } }) => {
    const tenant = isTenantId(id) ? await store.getTenant({ id }) : null;
    if (tenant === null) throw notFound(what, id);
    return { tenant: tenantView(tenant) };
  });
}

function addDelete(app: App, { store, clock, tenantSinks, apiKeys }: HttpContext): void {
  const schema = {
    tags,
    summary: "Delete a tenant with all it has",
    description:
      "Its event sinks, API keys and Slack integrations are gone with the answer, its pending deliveries are canceled, " +
      "and its alerts and deliveries are deleted in the background. `confirm` must be the tenant's id.",
    security: secured,
    params: Type.Object({ id: TenantIdField }),
    querystring: Type.Object({
      confirm: Type.Optional(Type.String({ description: "the tenant's id once more" })),
    }),
    response: responses(
      Type.Object({
        id: TenantIdField,
        deleted: Type.Object({
          event_sinks: Type.Integer(),
          slack_integrations: Type.Integer(),
          api_keys: Type.Integer(),
        }),
      }),
      404,
    ),
  };
  app.delete(`${path}/:id`, { schema }, async (request) => {
    const { params, query } = request;
    const { id } = params;
    if (!isTenantId(id) || (await store.getTenant({ id })) === null) throw notFound(what, id);
    if (query.confirm !== id) {
      throw new ApiError(
        "invalid_request",
        `This deletes tenant \`${id}\` with its event sinks, API keys, Slack integrations, alerts and deliveries, for good: send \`?confirm=${id}\` if you mean it.`,
        { details: [{ path: "confirm", message: "Not the id in the path." }] },
      );
    }
    const audit = auditEntry(request, { clock }, "tenant.deleted", { tenantId: id, id });
    const deleted = await store.deleteTenant({ id, now: clock.now(), audit });
    if (deleted === null) throw notFound(what, id);
    tenantSinks.forget(id);
    for (const hash of deleted.apiKeyHashes) apiKeys.forget(hash);
    return {
      id,
      deleted: {
        event_sinks: deleted.eventSinkCount,
        slack_integrations: deleted.slackIntegrationCount,
        api_keys: deleted.apiKeyHashes.length,
      },
    };
  });
}
