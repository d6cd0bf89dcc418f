/** `/v1/event_sink`: the documented API, and what a sink has beyond it. */

import type { FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { EventSink } from "../../domain/event-sink.ts";
import type { JsonValue } from "../../domain/json.ts";
import { ApiError } from "../../errors.ts";
import { newId, type TenantId } from "../../ids.ts";
import type { Secrets } from "../../secret.ts";
import { sinkTypes } from "../../sinks/index.ts";
import { auditEntry } from "../accounts/audit-entry.ts";
import type { App, HttpContext } from "../context.ts";
import { AttemptView, attemptView } from "../deliveries/attempt-view.ts";
import { requireTenant, scopeOf } from "../gate/auth.ts";
import type { Principal } from "../gate/principal.ts";
import { ref, responses, secured } from "../openapi.ts";
import { pageQuery, paginationOf, readPage } from "../wire/pagination.ts";
import { etagOf, readIfMatch, versionMismatch } from "../wire/precondition.ts";
import {
  descriptionCharsMax,
  IdParams,
  listOf,
  NameField,
  notFound,
  readId,
  requireSameId,
  TenantIdField,
  unknownTenant,
} from "../wire/resource-schemas.ts";
import { changedAt } from "../wire/wire-time.ts";
import { refuseArgs } from "./args-refusal.ts";
import {
  CreateArgs,
  isSavedByOperator,
  readNamedType,
  readNullAsUnchanged,
  readSettings,
  UpdateArgs,
} from "./event-sink-args.ts";
import { EventSinkView, eventSinkView, openSecrets } from "./event-sink-view.ts";

const what = "event sink";
const resource = "event_sink";
const tags = ["Event sinks"];
const path = "/v1/event_sink";
export const pathOfOne = `${path}/:id`;

/** Writers that keep getting in between are given up on after this many tries. */
export const updateTriesMax = 5;

/** RFC 9745. `channel` has been deprecated since the API's first public page, May 2024. */
const channelDeprecation = "@1715212800";

const DescriptionField = Type.String({ maxLength: descriptionCharsMax });

const CreateBody = Type.Object(
  {
    tenant_id: TenantIdField,
    name: NameField,
    description: DescriptionField,
    event_sink_args: CreateArgs,
  },
  { additionalProperties: false },
);

/** Read-only fields are taken and ignored, so that what GET answered can be edited and sent back. */
const readOnly = Type.Optional(Type.Unknown({ description: "read-only; ignored" }));

const UpdateBody = Type.Object(
  {
    id: Type.String({ description: "the id in the path" }),
    tenant_id: readOnly,
    name: Type.Optional(NameField),
    description: Type.Optional(DescriptionField),
    event_sink_args: Type.Optional(UpdateArgs),
    event_sink_type: readOnly,
    configuration: readOnly,
    created_at: readOnly,
    updated_at: readOnly,
  },
  { additionalProperties: false },
);

export const IfMatch = Type.Object({
  "if-match": Type.Optional(Type.String({ description: "an `ETag`, several, or `*`" })),
});

const Wrapped = Type.Object({ event_sink: ref(EventSinkView) });

export function eventSinkRoutes(app: App, context: HttpContext): void {
  app.addSchema(EventSinkView);
  addCreate(app, context);
  addReads(app, context);
  addUpdate(app, context);
  addDelete(app, context);
  addTest(app, context);
}

function addCreate(app: App, context: HttpContext): void {
  const schema = {
    tags,
    summary: "Create an event sink",
    security: secured,
    body: CreateBody,
    response: responses(Wrapped, 404, 413, 415),
  };
  app.post(path, { schema }, async (request, reply) => {
    const { principal, body } = request;
    requireTenant(principal, body.tenant_id);
    const { store, clock } = context;
    const { sinkType, args } = readNamedType(body.event_sink_args);
    const tenantId = body.tenant_id;
    const owner = { tenantId, principal, wasSavedByOperator: false };
    const input = { sinkType, args, current: null, ...owner };
    const { settings, secrets } = await readSettings(input, context);
    const id = newId();
    const now = clock.now();
    const eventSink: EventSink = {
      id,
      tenantId,
      name: body.name.toWellFormed(),
      description: body.description.toWellFormed(),
      type: sinkType.type,
      settings,
      sealedSecrets: seal(secrets, { id, tenantId }, context),
      savedByOperator: isSavedByOperator(input),
      version: 1,
      createdAt: now,
      updatedAt: now,
    };
    const createsTenant = principal.kind === "operator";
    const audit = auditEntry(request, context, "event_sink.created", { ...eventSink, body });
    const made = await store.createEventSink({ eventSink, createsTenant, audit });
    if (made === "unknown_tenant") throw unknownTenant(tenantId);
    if (made === "too_many") throw tooManySinks(tenantId);
    context.tenantSinks.forget(tenantId);
    if (usesDeprecatedChannel(args)) reply.header("deprecation", channelDeprecation);
    reply.header("etag", etagOf(eventSink));
    return { event_sink: eventSinkView(eventSink, context) };
  });
}

function tooManySinks(tenantId: TenantId): ApiError {
  return new ApiError(
    "conflict",
    `Tenant \`${tenantId}\` has as many event sinks as its limit allows: delete one, or have the operator raise \`limits.event_sinks\` of the tenant.`,
  );
}

function addReads(app: App, context: HttpContext): void {
  const { store } = context;
  const list = {
    tags,
    summary: "List event sinks",
    description:
      "By creation. `tenant_id` and `pagination` may also stand in the request's JSON body.",
    security: secured,
    querystring: Type.Object({ tenant_id: TenantIdField, ...pageQuery }),
    response: responses(listOf("event_sinks", ref(EventSinkView))),
  };
  app.get(path, { schema: list, config: { isList: true } }, async ({ principal, query }) => {
    requireTenant(principal, query.tenant_id);
    const page = readPage(query, resource);
    const listed = await store.listEventSinks({ ...page, tenantId: query.tenant_id });
    const eventSinks = listed.items.map((eventSink) => eventSinkView(eventSink, context));
    return { data: { event_sinks: eventSinks }, pagination: paginationOf(listed, resource) };
  });

  const get = {
    tags,
    summary: "Get an event sink",
    security: secured,
    params: IdParams,
    response: responses(Wrapped, 404),
  };
  app.get(pathOfOne, { schema: get }, async (request, reply) => {
    const eventSink = await getEventSink(request, context);
    reply.header("etag", etagOf(eventSink));
    return { event_sink: eventSinkView(eventSink, context) };
  });
}

function addUpdate(app: App, context: HttpContext): void {
  const { store } = context;
  const schema = {
    tags,
    summary: "Update an event sink",
    description: "What is left out stays. The type cannot change, nor a Slack sink's integration.",
    security: secured,
    params: IdParams,
    headers: IfMatch,
    body: UpdateBody,
    response: responses(Wrapped, 404, 409, 412, 413, 415),
  };
  const preValidation = async ({ body }: FastifyRequest) => {
    readNullAsUnchanged(body as JsonValue | undefined);
  };
  app.put(pathOfOne, { schema, preValidation }, async (request, reply) => {
    const { body, params } = request;
    requireSameId(body.id, params.id);
    const isWanted = readIfMatch(request.headers["if-match"]);
    for (let tries = 0; tries < updateTriesMax; tries++) {
      const current = await getEventSink(request, context);
      if (!isWanted(current.version)) throw versionMismatch(current.version);
      const eventSink = await applyUpdate(current, body, request.principal, context);
      const audit = auditEntry(request, context, "event_sink.updated", { ...eventSink, body });
      const ifVersion = current.version;
      const result = await store.updateEventSink({ eventSink, ifVersion, audit });
      if (result === "not_found") throw notFound(what, params.id);
      // Somebody else changed it in between: apply this change to what it is now.
      if (result === "version_mismatch") continue;
      if (usesDeprecatedChannel(body.event_sink_args?.["Slack"])) {
        reply.header("deprecation", channelDeprecation);
      }
      reply.header("etag", etagOf(eventSink));
      return { event_sink: eventSinkView(eventSink, context) };
    }
    throw new ApiError("conflict", "Others keep changing this event sink: try again in a moment.");
  });
}

async function applyUpdate(
  current: EventSink,
  body: Static<typeof UpdateBody>,
  principal: Principal,
  context: HttpContext,
): Promise<EventSink> {
  const changed: EventSink = {
    ...current,
    name: (body.name ?? current.name).toWellFormed(),
    description: (body.description ?? current.description).toWellFormed(),
    version: current.version + 1,
    updatedAt: changedAt(context.clock.now(), current.updatedAt),
  };
  if (body.event_sink_args === undefined) return changed;
  const { sinkType, args } = readNamedType(body.event_sink_args);
  if (sinkType.type !== current.type) {
    const { wireName } = sinkTypes[current.type];
    throw refuseArgs(
      "event_sink_type_fixed",
      sinkType.wireName,
      `This is a ${wireName} sink and stays one: send \`${wireName}\`, or make a new sink of the other type.`,
    );
  }
  const { tenantId } = current;
  const before = { settings: current.settings, secrets: openSecrets(current, context) };
  const owner = { tenantId, principal, wasSavedByOperator: current.savedByOperator };
  const input = { sinkType, args, current: before, ...owner };
  const { settings, secrets } = await readSettings(input, context);
  return {
    ...changed,
    settings,
    sealedSecrets: seal(secrets, current, context),
    savedByOperator: isSavedByOperator(input),
  };
}

function addDelete(app: App, context: HttpContext): void {
  const { store, clock } = context;
  const schema = {
    tags,
    summary: "Delete an event sink",
    description: "Its pending deliveries are canceled.",
    security: secured,
    params: IdParams,
    headers: IfMatch,
    response: responses(Type.Object({ id: Type.String(), tenant_id: Type.String() }), 404, 412),
  };
  app.delete(pathOfOne, { schema }, async (request) => {
    const { principal, params } = request;
    const id = readId(params.id, what);
    const ifMatch = request.headers["if-match"];
    const current = await getEventSink(request, context);
    let ifVersion: number | null = null;
    if (ifMatch !== undefined && ifMatch.trim() !== "*") {
      if (!readIfMatch(ifMatch)(current.version)) throw versionMismatch(current.version);
      ifVersion = current.version;
    }
    const scope = { tenantId: scopeOf(principal), id };
    const audit = auditEntry(request, context, "event_sink.deleted", current);
    const deleted = await store.deleteEventSink({ ...scope, now: clock.now(), ifVersion, audit });
    if (deleted.kind === "not_found") throw notFound(what, id);
    // It moved on since it was read above, so no listed version is left to match.
    if (deleted.kind === "version_mismatch") throw versionMismatch((ifVersion ?? 0) + 1);
    context.tenantSinks.forget(deleted.tenantId);
    return { id, tenant_id: deleted.tenantId };
  });
}

function addTest(app: App, context: HttpContext): void {
  app.addSchema(AttemptView);
  const schema = {
    tags,
    summary: "Send a test alert through an event sink now",
    description: "Past the queue; a PagerDuty test resolves itself. The attempt is not stored.",
    security: secured,
    params: IdParams,
    response: responses(Type.Object({ attempt: ref(AttemptView) }), 404),
  };
  app.post(`${pathOfOne}/test`, { schema }, async (request) => {
    const { id, tenantId } = await getEventSink(request, context);
    const attempt = await context.engine.testEventSink({ tenantId, eventSinkId: id });
    if (attempt === null) throw notFound(what, id);
    if (attempt.outcome === "delivered") {
      // It works: what is held for it need not wait for the next probe.
      const now = context.clock.now();
      await context.store.probeEventSink({ tenantId, eventSinkId: id, now });
    }
    return { attempt: attemptView(attempt, null) };
  });
}

/** The sink a path names. Throws the 404 when this key reaches none of that id. */
export async function getEventSink(
  { principal, params }: { principal: Principal; params: { id: string } },
  { store }: HttpContext,
): Promise<EventSink> {
  const id = readId(params.id, what);
  const eventSink = await store.getEventSink({ tenantId: scopeOf(principal), id });
  if (eventSink === null) throw notFound(what, id);
  return eventSink;
}

/** A sink's secrets as they are stored; null when it has none. */
export function seal(
  secrets: Secrets,
  owner: { id: string; tenantId: string },
  { sealer }: HttpContext,
): string | null {
  return Object.keys(secrets).length === 0 ? null : sealer.seal(secrets, owner);
}

function usesDeprecatedChannel(args: unknown): boolean {
  return (
    typeof args === "object" && args !== null && typeof Reflect.get(args, "channel") === "string"
  );
}
