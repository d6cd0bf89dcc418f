/** `/v1/delivery/summary`: how many deliveries failed or wait, by sink and reason. */

import { type Static, Type } from "typebox";
import { type DeliverySummary, summarizedMax } from "../../store/delivery-summary.ts";
import type { App, HttpContext } from "../context.ts";
import { requireTenant } from "../gate/auth.ts";
import { ref, responses, secured } from "../openapi.ts";
import { Milliseconds, nullable, TenantIdField, UuidQuery } from "../wire/resource-schemas.ts";
import { milliseconds } from "../wire/wire-time.ts";
import { ReasonField } from "./attempt-view.ts";

const Query = Type.Object(
  { tenant_id: TenantIdField, event_sink_id: Type.Optional(UuidQuery) },
  { additionalProperties: false },
);

const SummaryView = Type.Object(
  {
    groups: Type.Array(
      Type.Object({
        state: Type.Enum(["failed", "held", "pending"]),
        reason: nullable(ReasonField),
        event_sink_id: Type.String({ format: "uuid" }),
        count: Type.Integer({ minimum: 1 }),
        oldest_at: Milliseconds,
        newest_at: Milliseconds,
      }),
      { description: "the largest first" },
    ),
    is_partial: Type.Boolean({
      description: `more than ${summarizedMax.toLocaleString("en")} failed, or wait: so many were looked at, of those that failed the newest`,
    }),
  },
  { $id: "DeliverySummary" },
);

export function deliverySummaryRoute(app: App, { store }: HttpContext): void {
  app.addSchema(SummaryView);
  const schema = {
    tags: ["Deliveries"],
    summary: "Count what failed or waits, by sink and reason",
    description:
      "`reason` is the last attempt's, null when there was none. POST /v1/delivery/replay with `dry_run` counts what a replay would find.",
    security: secured,
    querystring: Query,
    response: responses(Type.Object({ summary: ref(SummaryView) })),
  };
  app.get("/v1/delivery/summary", { schema }, async ({ principal, query }) => {
    requireTenant(principal, query.tenant_id);
    const found = await store.summarizeDeliveries({
      tenantId: query.tenant_id,
      eventSinkId: query.event_sink_id?.toLowerCase() ?? null,
    });
    return { summary: summaryView(found) };
  });
}

function summaryView({ groups, isPartial }: DeliverySummary): Static<typeof SummaryView> {
  return {
    groups: groups.map(({ state, reason, eventSinkId, count, oldestAt, newestAt }) => ({
      ...{ state, reason, event_sink_id: eventSinkId, count },
      ...{ oldest_at: milliseconds(oldestAt), newest_at: milliseconds(newestAt) },
    })),
    is_partial: isPartial,
  };
}
