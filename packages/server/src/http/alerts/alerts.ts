/** `/v1/alert`: alerts in, and finding them again. */

import { type Static, Type } from "typebox";
import { alertActions } from "../../domain/delivery.ts";
import { type JsonValue, parseJson } from "../../domain/json.ts";
import { severityFromId, severityFromName, severityNames } from "../../domain/severity.ts";
import { ApiError } from "../../errors.ts";
import { type AlertSummary, StoreUnavailable } from "../../store/store.ts";
import type { App, HttpContext } from "../context.ts";
import { DeliveryView, deliveryView, StateField } from "../deliveries/deliveries.ts";
import { requireTenant, scopeOf } from "../gate/auth.ts";
import { countAlerts, letInWith } from "../gate/let-in.ts";
import { requireClientCertificate } from "../gate/tls.ts";
import { errorResponses, ref, responses, secured } from "../openapi.ts";
import { envelopeOf, toApiError } from "../wire/error-envelope.ts";
import { pageQuery, paginationOf, readPage } from "../wire/pagination.ts";
import {
  listOf,
  Milliseconds,
  notFound,
  readId,
  TenantIdField,
  TimeBound,
  UuidQuery,
} from "../wire/resource-schemas.ts";
import { milliseconds, readBound } from "../wire/wire-time.ts";
import { AlertBody, AlertTaken, BatchBody, BatchTaken } from "./alert-schemas.ts";
import { readBatch, senderOf, takeAlert } from "./take-alert.ts";

const what = "alert";
const tags = ["Alerts"];
const path = "/v1/alert";

const summaryFields = {
  uid: Type.String({ format: "uuid", description: "ours; what paths use" }),
  id: Type.String({ description: "the caller's, or the uid" }),
  tenant_id: TenantIdField,
  name: Type.String(),
  action: Type.Enum([...alertActions]),
  dedup_key: Type.String(),
  severity: Type.Enum(Object.values(severityNames)),
  severity_id: Type.Integer(),
  staging: Type.Boolean({ description: "recorded, not delivered" }),
  received_at: Milliseconds,
};

const AlertView = Type.Object(
  {
    ...summaryFields,
    body: Type.Unknown({
      description: "the alert as it came, without event_sink_ids and alert_template",
    }),
  },
  { $id: "Alert" },
);

const AlertSummaryView = Type.Object(
  { ...summaryFields, deliveries: Type.Array(ref(DeliveryView)) },
  { $id: "AlertSummary" },
);

/** Everything but the body, which may be megabytes: lists do without it. */
function summaryOf(alert: AlertSummary): Omit<Static<typeof AlertSummaryView>, "deliveries"> {
  return {
    uid: alert.uid,
    id: alert.id,
    tenant_id: alert.tenantId,
    name: alert.name,
    action: alert.action,
    dedup_key: alert.dedupKey,
    severity: severityNames[alert.severityId],
    severity_id: alert.severityId,
    staging: alert.staging,
    received_at: milliseconds(alert.receivedAt),
  };
}

/** A misspelt filter would quietly find everything, so unknown ones are refused. */
const ListQuery = Type.Object(
  {
    tenant_id: TenantIdField,
    q: Type.Optional(Type.String({ maxLength: 256, description: "words to find" })),
    severity: Type.Optional(
      Type.String({ description: `a name or number: ${Object.values(severityNames).join(", ")}` }),
    ),
    tag: Type.Optional(Type.String()),
    dedup_key: Type.Optional(Type.String()),
    detection_rule_id: Type.Optional(
      Type.String({ description: "alerts that carry it, whatever their `dedup_key`" }),
    ),
    event_sink_id: Type.Optional(UuidQuery),
    state: Type.Optional(StateField),
    since: Type.Optional(TimeBound),
    until: Type.Optional(TimeBound),
    ...pageQuery,
  },
  { additionalProperties: false },
);

export function alertRoutes(app: App, context: HttpContext): void {
  for (const schema of [DeliveryView, AlertView, AlertSummaryView]) app.addSchema(schema);
  addIntake(app, context);
  addBatch(app, context);
  addReads(app, context);
}

/** `readAlert` checks alerts: which fields are strict and which are not is more than a schema says. */
const uncheckedBody = { validatorCompiler: () => () => true };

/** Who may bring alerts in at all, and whether there is room. */
function intakeHooks(context: HttpContext) {
  const { tls } = context.settings;
  const isMutual = tls !== null && tls.clientCa !== null;
  return [...(isMutual ? [requireClientCertificate] : []), letInWith(context)];
}

function addIntake(app: App, context: HttpContext): void {
  const schema = {
    tags,
    summary: "Take an alert",
    description:
      "Answers 202 once the alert is on disk. Unknown fields are kept and passed on. Sending the same " +
      "(`tenant_id`, `id`, `action`) again stores nothing and answers the first result with `duplicate: true`.",
    security: secured,
    body: AlertBody,
    response: { 202: AlertTaken, ...errorResponses(404, 413, 415) },
  };
  const bodyLimit = context.settings.alertBytesMax;
  const options = { schema, bodyLimit, onRequest: intakeHooks(context), ...uncheckedBody };
  app.post(path, options, async (request, reply) => {
    const alert = request.body as JsonValue;
    await countAlerts([alert], request, reply, context);
    const taking = takeAlert(alert, senderOf(request), context);
    const taken = await request.ticket.during(taking);
    reply.code(202);
    return taken;
  });
}

function addBatch(app: App, context: HttpContext): void {
  const schema = {
    tags,
    summary: "Take up to 1000 alerts",
    description:
      "Answers 202 with a result or an error for each alert, in order. When the store is away the whole call " +
      "answers 503: send it again; alerts with an `id` of yours are stored once.",
    security: secured,
    body: BatchBody,
    response: { 202: BatchTaken, ...errorResponses(413, 415) },
  };
  const bodyLimit = context.settings.batchBytesMax;
  const options = { schema, bodyLimit, onRequest: intakeHooks(context), ...uncheckedBody };
  app.post(`${path}/batch`, options, async (request, reply) => {
    const alerts = readBatch(request.body as JsonValue);
    await countAlerts(alerts, request, reply, context);
    const taking = alerts.map((alert) => takeAlert(alert, senderOf(request), context));
    const settled = await request.ticket.during(Promise.allSettled(taking));
    const results = settled.map((one) => {
      if (one.status === "fulfilled") return one.value;
      // Whoever looks at the status only must not take this for accepted.
      if (one.reason instanceof StoreUnavailable) throw one.reason;
      const error = toApiError(one.reason);
      if (error.code === "unavailable") throw error;
      if (error.code === "internal") {
        context.log.error({ error: one.reason, request_id: request.id }, "http.failed");
      }
      return envelopeOf(error);
    });
    reply.code(202);
    return { alerts: results };
  });
}

function addReads(app: App, { store }: HttpContext): void {
  const list = {
    tags,
    summary: "Search alerts",
    description: "Newest first. A page may be short, even empty, and still have a next.",
    security: secured,
    querystring: ListQuery,
    response: responses(listOf("alerts", ref(AlertSummaryView))),
  };
  app.get(path, { schema: list, config: { isList: true } }, async ({ principal, query }) => {
    requireTenant(principal, query.tenant_id);
    const listed = await store.listAlerts({
      ...readPage(query, what),
      tenantId: query.tenant_id,
      q: query.q ?? null,
      severityId: readSeverity(query.severity),
      tag: query.tag ?? null,
      dedupKey: query.dedup_key ?? null,
      detectionRuleId: query.detection_rule_id ?? null,
      eventSinkId: query.event_sink_id?.toLowerCase() ?? null,
      state: query.state ?? null,
      since: readBound("since", query.since),
      until: readBound("until", query.until),
    });
    const alerts = listed.items.map(({ alert, deliveries }) => ({
      ...summaryOf(alert),
      deliveries: deliveries.map(deliveryView),
    }));
    return { data: { alerts }, pagination: paginationOf(listed, what) };
  });

  const get = {
    tags,
    summary: "Get an alert with its deliveries",
    security: secured,
    params: Type.Object({ uid: summaryFields.uid }),
    response: responses(
      Type.Object({ alert: ref(AlertView), deliveries: Type.Array(ref(DeliveryView)) }),
      404,
    ),
  };
  app.get(`${path}/:uid`, { schema: get }, async ({ principal, params }) => {
    const uid = readId(params.uid, what);
    const found = await store.getAlert({ tenantId: scopeOf(principal), id: uid });
    if (found === null) throw notFound(what, uid);
    const { alert, deliveries } = found;
    return {
      alert: { ...summaryOf(alert), body: parseJson(alert.body) },
      deliveries: deliveries.map(deliveryView),
    };
  });
}

function readSeverity(text: string | undefined) {
  if (text === undefined) return null;
  const severityId = /^\d+$/.test(text) ? severityFromId(Number(text)) : severityFromName(text);
  if (severityId !== undefined) return severityId;
  throw new ApiError(
    "invalid_request",
    `\`severity\` must be one of ${Object.values(severityNames).join(", ")}, or their OCSF number.`,
    { details: [{ path: "severity", message: "No such severity." }] },
  );
}
