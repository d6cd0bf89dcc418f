import type { FastifyRequest } from "fastify";
import type { Static } from "typebox";
import type { Alert } from "../../domain/alert.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../domain/json.ts";
import { readAlert } from "../../domain/read-alert.ts";
import { ApiError } from "../../errors.ts";
import { newId } from "../../ids.ts";
import { sinkTypes } from "../../sinks/index.ts";
import type { AcceptResult, NewDelivery, TenantSinks } from "../../store/store.ts";
import type { HttpContext } from "../context.ts";
import { requireTenant } from "../gate/auth.ts";
import type { Principal } from "../gate/principal.ts";
import { unknownTenant } from "../wire/resource-schemas.ts";
import { milliseconds } from "../wire/wire-time.ts";
import { type AlertTaken, batchAlertsMax } from "./alert-schemas.ts";

type Taken = Static<typeof AlertTaken>;

/** Takes one alert: it is on disk when this resolves. Throws `ApiError` or `StoreUnavailable`. */
export async function takeAlert(
  body: JsonValue | undefined,
  { principal, hops }: Sender,
  context: Pick<HttpContext, "clock" | "intake" | "tenantSinks" | "settings" | "intakeMetrics">,
): Promise<Taken> {
  const read = await readIncoming(body, { principal, hops }, context);
  const { alert, detectionRuleId, chosen, unknown, warnings } = read;
  if (read.eventSinkIds === null && chosen.length === 0 && !alert.staging) {
    warnings.push("The tenant has no event sink, so the alert is recorded and goes nowhere.");
  }
  const deliveries = alert.staging ? [] : chosen.map((eventSink) => newDelivery(eventSink, alert));
  const accepted = await context.intake.accept({ alert, detectionRuleId, deliveries });
  const answer = answerOf(accepted, alert);
  context.intakeMetrics[answer.alert.duplicate ? "duplicates" : "accepted"].inc();
  if (accepted.kind === "accepted" && read.eventSinkIds !== null) {
    unknown.push(...accepted.missingEventSinkIds);
  }
  return {
    ...answer,
    ...(unknown.length === 0 ? {} : { unknown_event_sink_ids: unknown }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

/** Who sends, and how often the request says it has been through Event Sinks. */
export interface Sender {
  readonly principal: Principal;
  readonly hops: string | undefined;
}

/** A body of the webhook owner's own making carries the count in a header instead. */
export function senderOf({ principal, headers }: FastifyRequest): Sender {
  const hops = headers["event-sinks-hops"];
  return { principal, hops: typeof hops === "string" ? hops : undefined };
}

export interface Incoming {
  readonly alert: Alert;
  /** As the alert names them; null when it names none. */
  readonly eventSinkIds: readonly string[] | null;
  readonly detectionRuleId: string | undefined;
  /** The sinks it would go to. */
  readonly chosen: readonly ChosenSink[];
  /** Named, but no sinks of the tenant. */
  readonly unknown: string[];
  readonly warnings: string[];
}

/** Reads an alert and picks its sinks; nothing is stored. Throws `ApiError` or `StoreUnavailable`. */
export async function readIncoming(
  body: JsonValue | undefined,
  { principal, hops }: Sender,
  context: Pick<HttpContext, "clock" | "tenantSinks" | "settings">,
): Promise<Incoming> {
  const read = readAlert(requireObject(body), { uid: newId(), now: context.clock.now(), hops });
  if (!read.ok) {
    const { code, message, path } = read.problem;
    throw new ApiError(code, message, { details: [{ path, message }] });
  }
  const { alert, detectionRuleId, eventSinkIds } = read;
  requireTenant(principal, alert.tenantId);
  requireSize(alert.body, context.settings.alertBytesMax);
  const known = await context.tenantSinks.get(alert.tenantId);
  if (known === null) throw unknownTenant(alert.tenantId);
  // Another node may have made them a moment ago.
  const mayBeOld =
    eventSinkIds === null ? known.eventSinks.length === 0 : !hasAll(known, eventSinkIds);
  const sinks = mayBeOld ? await context.tenantSinks.renew(alert.tenantId, known) : known;
  if (sinks === null) throw unknownTenant(alert.tenantId);
  return {
    alert,
    detectionRuleId,
    eventSinkIds,
    ...chooseSinks(eventSinkIds, sinks),
    warnings: [...read.warnings],
  };
}

/** The alerts of a batch, unread. */
export function readBatch(body: JsonValue | undefined): readonly JsonValue[] {
  const alerts = isJsonObject(body) ? body["alerts"] : undefined;
  if (Array.isArray(alerts) && alerts.length > 0 && alerts.length <= batchAlertsMax) return alerts;
  const message = `A batch is a JSON object {"alerts": […]} with 1 to ${batchAlertsMax} alerts`;
  const given = Array.isArray(alerts) ? `; this one has ${alerts.length}` : "";
  throw new ApiError("invalid_request", `${message}${given}.`, {
    details: [{ path: "alerts", message }],
  });
}

function requireObject(body: JsonValue | undefined): JsonObject {
  if (isJsonObject(body)) return body;
  const isBatch = Array.isArray(body);
  const cure = isBatch ? '; for several send {"alerts": […]} to POST /v1/alert/batch' : "";
  throw new ApiError("invalid_request", `An alert is one JSON object${cure}.`);
}

/** In a batch an alert is held to the same limit as alone. */
function requireSize(body: string, bytesMax: number): void {
  // UTF-8 takes at most three bytes for a UTF-16 unit, so short texts need no counting.
  if (body.length * 3 <= bytesMax || Buffer.byteLength(body) <= bytesMax) return;
  throw new ApiError(
    "too_large",
    `The alert is over ${bytesMax} bytes, the limit for one alert: send fewer rows in \`results_table\`.`,
    { details: [{ path: "", message: "Too large." }] },
  );
}

/** A resolve makes triggers of its key that were never sent pointless where the type says so. */
function newDelivery({ id, type }: ChosenSink, alert: Alert): NewDelivery {
  const supersedes =
    alert.action === "resolve" && alert.hasExplicitKey && sinkTypes[type].dropsResolvedTriggers;
  return { id: newId(), eventSinkId: id, ...(supersedes ? { supersedes } : {}) };
}

function hasAll({ eventSinks }: TenantSinks, named: readonly string[]): boolean {
  return named.every((name) => eventSinks.some(({ id }) => id === name.toLowerCase()));
}

type ChosenSink = TenantSinks["eventSinks"][number];

/** The tenant's sinks that the alert names, and the names that are none. Refuses when none is left. */
function chooseSinks(
  named: readonly string[] | null,
  { eventSinks }: TenantSinks,
): { chosen: readonly ChosenSink[]; unknown: string[] } {
  if (named === null) return { chosen: eventSinks, unknown: [] };
  const chosen = new Set<ChosenSink>();
  const unknown: string[] = [];
  for (const name of named) {
    const id = name.toLowerCase();
    const eventSink = eventSinks.find((one) => one.id === id);
    if (eventSink === undefined) unknown.push(name);
    else chosen.add(eventSink);
  }
  if (chosen.size > 0 || named.length === 0) return { chosen: [...chosen], unknown };
  const message = `None of the sinks in \`event_sink_ids\` is a sink of this tenant: ${unknown.slice(0, 10).join(", ")}`;
  throw new ApiError(
    "no_event_sink",
    `${message}. List its sinks with GET /v1/event_sink; send [] to record the alert without delivering it.`,
    { details: [{ path: "event_sink_ids", message: `${message}.` }] },
  );
}

function answerOf(
  accepted: AcceptResult,
  alert: { uid: string; id: string; tenantId: string; receivedAt: number },
): Taken {
  if (accepted.kind === "unknown_tenant") throw unknownTenant(alert.tenantId);
  if (accepted.kind === "failed") {
    throw new ApiError("internal", "This alert could not be stored. The log says why.", {
      cause: new Error(accepted.message),
    });
  }
  const isDuplicate = accepted.kind === "duplicate";
  const { uid, receivedAt } = isDuplicate ? accepted : alert;
  return {
    alert: {
      uid,
      id: alert.id,
      tenant_id: alert.tenantId,
      received_at: milliseconds(receivedAt),
      duplicate: isDuplicate,
    },
    deliveries: accepted.deliveries.map(({ id, eventSinkId }) => ({
      id,
      event_sink_id: eventSinkId,
    })),
  };
}
