/** Requests with alerts: who may still bring some in (`rate-limiter.ts`), and whether there is room (`admission.ts`). */

import type { FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import { isJsonObject, type JsonValue } from "../../domain/json.ts";
import { noLimits, type RateLimits } from "../../domain/limits.ts";
import type { TenantId } from "../../ids.ts";
import type { HttpContext } from "../context.ts";
import type { Ticket } from "./admission.ts";
import type { Principal } from "./principal.ts";
import type { Demand, LimitHolder } from "./rate-limiter.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Set where alerts come in, before the body is read. */
    ticket: Ticket;
    /** Who is counted for it since then. */
    limitHolders: readonly LimitHolder[];
  }
}

type LetInContext = Pick<HttpContext, "admission" | "rateLimiter" | "tenantSinks">;

/**
 * Lets a request in or refuses it, as soon as it is known who sends and how much. Until its body is
 * read it counts as one alert. For whom an operator's key sends is known only then.
 */
export function letInWith(context: LetInContext): onRequestHookHandler {
  return (request, reply, done) => {
    const { principal } = request;
    const mine: LimitHolder[] = keyHolder(principal);
    if (principal.kind === "operator") {
      letIn(request, reply, mine, context);
      done();
      return;
    }
    tenantHolders([principal.tenantId], context)
      .then((tenants) => letIn(request, reply, [...mine, ...tenants], context))
      .then(() => done(), done);
  };
}

function keyHolder({ apiKeyId, limits }: Principal): LimitHolder[] {
  return apiKeyId === null || !isLimiting(limits) ? [] : [{ kind: "key", id: apiKeyId, limits }];
}

function isLimiting({ alertsPerSecond, bytesPerSecond }: RateLimits): boolean {
  return alertsPerSecond !== undefined || bytesPerSecond !== undefined;
}

async function tenantHolders(
  ids: readonly TenantId[],
  { tenantSinks }: LetInContext,
): Promise<LimitHolder[]> {
  const found = await Promise.all(ids.map((id) => tenantSinks.get(id)));
  return ids.flatMap((id, index) => {
    const limits: RateLimits = found[index]?.limits ?? noLimits;
    return isLimiting(limits) ? [{ kind: "tenant", id, limits }] : [];
  });
}

function letIn(
  request: FastifyRequest,
  reply: FastifyReply,
  holders: readonly LimitHolder[],
  context: LetInContext,
): void {
  const bytes = bytesOf(request);
  const demands = holders.map((holder) => ({ holder, alerts: 1, bytes }));
  request.limitHolders = holders;
  take(demands, reply, context);
  const { principal } = request;
  const key = principal.kind === "operator" ? null : principal.apiKeyId;
  const ticket = context.admission.enter(key, bytes);
  request.ticket = ticket;
  reply.raw.once("close", () => ticket.leave());
}

/** Who does not say how long a body is may send as much as the route takes. */
function bytesOf({ headers, routeOptions }: FastifyRequest): number {
  return Number(headers["content-length"] ?? routeOptions.bodyLimit);
}

function take(demands: readonly Demand[], reply: FastifyReply, { rateLimiter }: LetInContext) {
  if (demands.length === 0) return;
  const holders = demands.map(({ holder }) => holder);
  try {
    rateLimiter.take(demands);
  } finally {
    // The names of policies are not those of tenants: of several they would say nothing.
    const isOne = holders.filter(({ kind }) => kind === "tenant").length <= 1;
    if (isOne) reply.headers(rateLimiter.headersOf(holders));
  }
}

/** The body has been read: these are its alerts. Throws the refusal, and then nothing of it is kept. */
export async function countAlerts(
  alerts: readonly (JsonValue | undefined)[],
  request: FastifyRequest,
  reply: FastifyReply,
  context: LetInContext,
): Promise<void> {
  if (alerts.length > 1) request.ticket.grow(alerts.length);
  const { limitHolders, principal } = request;
  if (limitHolders.length > 0) {
    const rest = { alerts: alerts.length - 1, bytes: 0 };
    context.rateLimiter.add(limitHolders.map((holder) => ({ holder, ...rest })));
    reply.headers(context.rateLimiter.headersOf(limitHolders));
  }
  if (principal.kind !== "operator") return;
  const counts = countByTenant(alerts);
  const holders = await tenantHolders([...counts.keys()], context);
  const bytes = bytesOf(request);
  const demands = holders.map((holder) => {
    const count = counts.get(holder.id) ?? 0;
    return { holder, alerts: count, bytes: (bytes * count) / alerts.length };
  });
  take(demands, reply, context);
}

function countByTenant(alerts: readonly (JsonValue | undefined)[]): Map<TenantId, number> {
  const counts = new Map<TenantId, number>();
  for (const alert of alerts) {
    const id = isJsonObject(alert) ? alert["tenant_id"] : undefined;
    if (typeof id === "string") counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}
