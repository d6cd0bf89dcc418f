/** `GET /v1/audit`: who changed what, when and from where; as a list, or all of it as JSON lines. */

import { Readable } from "node:stream";
import type { FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import { type AuditEntry, auditActions } from "../../domain/audit.ts";
import type { TenantId } from "../../ids.ts";
import type { AuditFilter } from "../../store/audit.ts";
import type { Store } from "../../store/store.ts";
import type { App, HttpContext } from "../context.ts";
import { requireTenant, scopeOf } from "../gate/auth.ts";
import { ref, responses, secured } from "../openapi.ts";
import { pageQuery, paginationOf, readPage } from "../wire/pagination.ts";
import {
  listOf,
  Milliseconds,
  nullable,
  TenantIdField,
  TimeBound,
  UuidQuery,
} from "../wire/resource-schemas.ts";
import { milliseconds, readBound } from "../wire/wire-time.ts";

const resource = "audit";
const linesType = "application/x-ndjson";

/** Entries of an export that are read at a time. */
const exportPage = 500;

const AuditView = Type.Object(
  {
    id: Type.String({ format: "uuid" }),
    at: Milliseconds,
    tenant_id: nullable(TenantIdField),
    actor: Type.Object({
      role: Type.Enum(["operator", "tenant"]),
      api_key_id: nullable(Type.String({ format: "uuid" })),
      via: Type.Enum(["key", "session", "state", "command"]),
    }),
    action: Type.Enum([...auditActions]),
    resource_id: Type.String(),
    name: nullable(Type.String()),
    fields: Type.Array(Type.String(), { description: "that came with the change" }),
    address: Type.String({ description: "the other end of the connection" }),
    forwarded_for: nullable(Type.String({ description: "as a proxy, or whoever, said" })),
    request_id: Type.String({ description: "the answer's `x-request-id`" }),
  },
  { $id: "AuditEntry" },
);

function auditView(entry: AuditEntry): Static<typeof AuditView> {
  const { actor } = entry;
  return {
    id: entry.id,
    at: milliseconds(entry.at),
    tenant_id: entry.tenantId,
    actor: { role: actor.role, api_key_id: actor.apiKeyId, via: actor.via },
    action: entry.action,
    resource_id: entry.resourceId,
    name: entry.name,
    fields: [...entry.fields],
    address: entry.address,
    forwarded_for: entry.forwardedFor,
    request_id: entry.requestId,
  };
}

const Query = Type.Object(
  {
    tenant_id: Type.Optional(TenantIdField),
    api_key_id: Type.Optional(UuidQuery),
    action: Type.Optional(Type.Enum([...auditActions])),
    resource_id: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
    since: Type.Optional(TimeBound),
    until: Type.Optional(TimeBound),
    ...pageQuery,
  },
  { additionalProperties: false },
);

export function auditRoutes(app: App, { store }: HttpContext): void {
  app.addSchema(AuditView);
  const list = {
    tags: ["Audit"],
    summary: "Who changed what",
    description:
      `Newest first. Without \`tenant_id\` an operator's key sees all. With \`Accept: ${linesType}\` all that match come ` +
      "as JSON lines, without pages.",
    security: secured,
    querystring: Query,
    response: responses(listOf("audit_entries", ref(AuditView))),
  };
  app.get("/v1/audit", { schema: list, config: { isList: true } }, async (request, reply) => {
    const { principal, query } = request;
    if (query.tenant_id !== undefined) requireTenant(principal, query.tenant_id);
    const filter = readFilter(query, query.tenant_id ?? scopeOf(principal));
    if (wantsLines(request)) {
      // An answer that is a stream passes the schema's serializer by.
      return reply.type(linesType).send(Readable.from(exportLines(store, filter)) as never);
    }
    const listed = await store.listAudit({ ...filter, ...readPage(query, resource) });
    const data = { audit_entries: listed.items.map(auditView) };
    return { data, pagination: paginationOf(listed, resource) };
  });
}

function readFilter(query: Static<typeof Query>, tenantId: TenantId | null): AuditFilter {
  return {
    tenantId,
    apiKeyId: query.api_key_id?.toLowerCase() ?? null,
    action: query.action ?? null,
    resourceId: query.resource_id ?? null,
    since: readBound("since", query.since),
    until: readBound("until", query.until),
  };
}

function wantsLines({ headers }: FastifyRequest): boolean {
  return (headers.accept ?? "").split(",").some((one) => one.split(";")[0]?.trim() === linesType);
}

async function* exportLines(store: Store, filter: AuditFilter): AsyncGenerator<string> {
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<Store["listAudit"]>> = await store.listAudit({
      ...filter,
      after,
      limit: exportPage,
    });
    if (page.items.length > 0) {
      yield `${page.items.map((entry) => JSON.stringify(auditView(entry))).join("\n")}\n`;
    }
    after = page.next;
  } while (after !== null);
}
