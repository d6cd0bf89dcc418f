/** `/v1/delivery`: what became of one alert at one sink, try by try. */

import { type Static, Type } from "typebox";
import { alertActions, shownState, shownStates } from "../../domain/delivery.ts";
import type { Delivery } from "../../store/store.ts";
import type { App, HttpContext } from "../context.ts";
import { requireTenant, scopeOf } from "../gate/auth.ts";
import { ref, responses, secured } from "../openapi.ts";
import { pageQuery, paginationOf, readPage } from "../wire/pagination.ts";
import {
  IdParams,
  listOf,
  Milliseconds,
  notFound,
  nullable,
  readId,
  TenantIdField,
  TimeBound,
  UuidQuery,
} from "../wire/resource-schemas.ts";
import { milliseconds, readBound } from "../wire/wire-time.ts";
import { AttemptView, attemptView, ReasonField } from "./attempt-view.ts";

const what = "delivery";
const tags = ["Deliveries"];
const path = "/v1/delivery";

export const StateField = Type.Enum([...shownStates], {
  description: "`held`: pending, and its sink is paused or broken",
});

export const DeliveryView = Type.Object(
  {
    id: Type.String({ format: "uuid" }),
    tenant_id: TenantIdField,
    event_sink_id: Type.String({ format: "uuid" }),
    alert_uid: Type.String({ format: "uuid" }),
    alert_name: Type.Optional(Type.String({ description: "in lists of deliveries" })),
    action: Type.Enum([...alertActions]),
    dedup_key: Type.String(),
    state: StateField,
    reason: nullable(ReasonField),
    attempt_count: Type.Integer(),
    created_at: Milliseconds,
    updated_at: Milliseconds,
    next_try_at: nullable(Milliseconds),
    replayed_at: Type.Optional(Milliseconds),
    replay_of: Type.Optional(
      Type.String({
        format: "uuid",
        description: "the delivery at another sink that this one repeats",
      }),
    ),
  },
  { $id: "Delivery" },
);

export function deliveryView(delivery: Delivery): Static<typeof DeliveryView> {
  return {
    id: delivery.id,
    tenant_id: delivery.tenantId,
    event_sink_id: delivery.eventSinkId,
    alert_uid: delivery.alertUid,
    action: delivery.action,
    dedup_key: delivery.dedupKey,
    state: shownState(delivery),
    reason: delivery.reason,
    attempt_count: delivery.attemptCount,
    created_at: milliseconds(delivery.createdAt),
    updated_at: milliseconds(delivery.updatedAt),
    // What is held waits for its sink, whose status says when it is probed next.
    next_try_at: delivery.dueAt === null || delivery.isHeld ? null : milliseconds(delivery.dueAt),
    ...(delivery.replayedAt === null ? {} : { replayed_at: milliseconds(delivery.replayedAt) }),
    ...(delivery.replayOf === null ? {} : { replay_of: delivery.replayOf }),
  };
}

/** A misspelt filter would quietly find everything, so unknown ones are refused. */
const ListQuery = Type.Object(
  {
    tenant_id: TenantIdField,
    event_sink_id: Type.Optional(UuidQuery),
    alert_uid: Type.Optional(UuidQuery),
    dedup_key: Type.Optional(Type.String({ description: "exactly" })),
    action: Type.Optional(Type.Enum([...alertActions])),
    state: Type.Optional(StateField),
    reason: Type.Optional(ReasonField),
    since: Type.Optional(TimeBound),
    until: Type.Optional(TimeBound),
    ...pageQuery,
  },
  { additionalProperties: false },
);

/** Routes of deliveries. `DeliveryView` is added by the alerts' routes, `AttemptView` by the sinks'. */
export function deliveryRoutes(app: App, { store }: HttpContext): void {
  const list = {
    tags,
    summary: "List deliveries",
    description: "Newest first; with `dedup_key` by when their alerts came.",
    security: secured,
    querystring: ListQuery,
    response: responses(listOf("deliveries", ref(DeliveryView))),
  };
  app.get(path, { schema: list, config: { isList: true } }, async ({ principal, query }) => {
    requireTenant(principal, query.tenant_id);
    const listed = await store.listDeliveries({
      ...readPage(query, what),
      tenantId: query.tenant_id,
      eventSinkId: query.event_sink_id?.toLowerCase() ?? null,
      alertUid: query.alert_uid?.toLowerCase() ?? null,
      dedupKey: query.dedup_key ?? null,
      action: query.action ?? null,
      state: query.state ?? null,
      reason: query.reason ?? null,
      since: readBound("since", query.since),
      until: readBound("until", query.until),
    });
    const uids = [...new Set(listed.items.map(({ alertUid }) => alertUid))];
    const named = await store.nameAlerts({ tenantId: query.tenant_id, uids });
    const names = new Map(named.map(({ uid, name }) => [uid, name]));
    const deliveries = listed.items.map((delivery) => ({
      ...deliveryView(delivery),
      alert_name: names.get(delivery.alertUid) ?? "",
    }));
    return { data: { deliveries }, pagination: paginationOf(listed, what) };
  });

  const get = {
    tags,
    summary: "Get a delivery with all its attempts",
    security: secured,
    params: IdParams,
    response: responses(
      Type.Object({ delivery: ref(DeliveryView), attempts: Type.Array(ref(AttemptView)) }),
      404,
    ),
  };
  app.get(`${path}/:id`, { schema: get }, async ({ principal, params }) => {
    const id = readId(params.id, what);
    const found = await store.getDelivery({ tenantId: scopeOf(principal), id });
    if (found === null) throw notFound(what, id);
    return {
      delivery: deliveryView(found.delivery),
      attempts: found.attempts.map((attempt) => attemptView(attempt, found.alert.body)),
    };
  });
}
