/** How an event sink is doing, and holding its deliveries back on wish. */

import { type Static, Type } from "typebox";
import { sinkTypes } from "../../sinks/index.ts";
import type { SinkStatistics } from "../../store/statistics.ts";
import type { EventSinkStatus, Lane, Store } from "../../store/store.ts";
import { auditEntry } from "../accounts/audit-entry.ts";
import type { App, HttpContext } from "../context.ts";
import { ReasonField } from "../deliveries/attempt-view.ts";
import { scopeOf } from "../gate/auth.ts";
import { ref, responses, secured } from "../openapi.ts";
import {
  cureOf,
  LastDayField,
  lastDeliveredField,
  statisticsView,
} from "../overview/overview-view.ts";
import { etagOf } from "../wire/precondition.ts";
import { IdParams, Milliseconds, notFound, nullable, readId } from "../wire/resource-schemas.ts";
import { milliseconds } from "../wire/wire-time.ts";
import { EventSinkView, eventSinkView } from "./event-sink-view.ts";
import { getEventSink, pathOfOne } from "./event-sinks.ts";

const what = "event sink";
const tags = ["Event sinks"];

const StatusView = Type.Object(
  {
    target: Type.String({ description: "where it sends to, without secrets" }),
    state: Type.Enum(["healthy", "failing", "broken", "paused"], {
      description: "deliveries of a broken or paused sink are held",
    }),
    since: Milliseconds,
    reason: nullable(ReasonField),
    cure: nullable(Type.String({ description: "what happened and what to do" })),
    next_probe_at: nullable(Milliseconds),
    slow: Type.Optional(
      Type.Literal(true, {
        description: "it works, and answers take over ten seconds: consider `delivery.concurrency`",
      }),
    ),
    pending_count: Type.Integer({ description: "deliveries not settled; counted up to 10,000" }),
    last_delivered_at: lastDeliveredField,
    last_day: LastDayField,
  },
  { $id: "EventSinkStatus" },
);

function statusView(
  status: EventSinkStatus,
  statistics: SinkStatistics,
): Static<typeof StatusView> {
  const { health, pausedAt, pendingCount, eventSink } = status;
  const { reason, nextProbeAt } = health;
  const isPaused = pausedAt !== null;
  return {
    target: sinkTypes[eventSink.type].target(eventSink.settings),
    state: isPaused ? "paused" : health.state,
    since: milliseconds(pausedAt ?? health.since),
    reason,
    cure: cureOf({ id: eventSink.id, health, pausedAt }),
    next_probe_at: isPaused || nextProbeAt === null ? null : milliseconds(nextProbeAt),
    ...(health.isSlow === true ? { slow: true as const } : {}),
    pending_count: pendingCount,
    ...statisticsView(statistics),
  };
}

/** Routes; `EventSinkView` is added by the sinks' own. */
export function eventSinkStatusRoutes(app: App, context: HttpContext): void {
  app.addSchema(StatusView);
  const { store, clock } = context;
  const status = {
    tags,
    summary: "How an event sink is doing",
    description: "Since when, why, and the exact cure.",
    security: secured,
    params: IdParams,
    response: responses(Type.Object({ status: ref(StatusView) }), 404),
  };
  app.get(`${pathOfOne}/status`, { schema: status }, async ({ principal, params }) => {
    const id = readId(params.id, what);
    const found = await store.getEventSinkStatus({ tenantId: scopeOf(principal), id });
    if (found === null) throw notFound(what, id);
    const { tenantId } = found.eventSink;
    const now = clock.now();
    const statistics = await store.getSinkStatistics({ tenantId, eventSinkId: id, now });
    return { status: statusView(found, statistics) };
  });
  addPauseAndResume(app, context);
}

const ResumeBody = Type.Union([
  Type.Null(),
  Type.Object(
    {
      held: Type.Optional(
        Type.Enum(["deliver", "discard"], {
          description: "`deliver`, the default: oldest first; `discard`: they end as `canceled`",
        }),
      ),
    },
    { additionalProperties: false },
  ),
]);

function addPauseAndResume(app: App, context: HttpContext): void {
  const { store, clock, tenantSinks } = context;
  const common = { tags, security: secured, params: IdParams };
  const pause = {
    ...common,
    summary: "Hold an event sink's deliveries",
    description: "They are not dropped: they go out once the sink is resumed.",
    response: responses(Type.Object({ event_sink: ref(EventSinkView) }), 404),
  };
  app.post(`${pathOfOne}/pause`, { schema: pause }, async (request, reply) => {
    const eventSink = await getEventSink(request, context);
    const lane = { tenantId: eventSink.tenantId, eventSinkId: eventSink.id };
    const audit = auditEntry(request, context, "event_sink.paused", eventSink);
    const done = await store.setEventSinkPause({ ...lane, pausedAt: clock.now(), audit });
    if (done === "not_found") throw notFound(what, eventSink.id);
    tenantSinks.forget(lane.tenantId);
    reply.header("etag", etagOf(eventSink));
    return { event_sink: eventSinkView(eventSink, context) };
  });

  const resume = {
    ...common,
    summary: "Let a paused event sink's deliveries go out",
    description: 'Oldest first; with `{"held": "discard"}` they are canceled instead.',
    body: ResumeBody,
    response: responses(
      Type.Object({
        event_sink: ref(EventSinkView),
        discarded_count: Type.Optional(Type.Integer()),
      }),
      404,
      413,
      415,
    ),
  };
  app.post(`${pathOfOne}/resume`, { schema: resume }, async (request, reply) => {
    const eventSink = await getEventSink(request, context);
    const lane = { tenantId: eventSink.tenantId, eventSinkId: eventSink.id };
    const isDiscard = request.body?.held === "discard";
    const discarded = isDiscard ? { discarded_count: await discardHeld(lane, context) } : {};
    const audit = auditEntry(request, context, "event_sink.resumed", {
      ...eventSink,
      body: request.body ?? undefined,
    });
    const done = await store.setEventSinkPause({ ...lane, pausedAt: null, audit });
    if (done === "not_found") throw notFound(what, eventSink.id);
    // Whoever resumes a sink believes that it works.
    await store.probeEventSink({ ...lane, now: clock.now() });
    tenantSinks.forget(lane.tenantId);
    reply.header("etag", etagOf(eventSink));
    return { event_sink: eventSinkView(eventSink, context), ...discarded };
  });
}

/**
 * Cancels what is held as this begins, part by part; what comes meanwhile is kept. The sink stays
 * paused until all is done, so that whoever is cut off in between can ask again.
 */
async function discardHeld(lane: Lane, { store, clock }: HttpContext): Promise<number> {
  let discardedCount = 0;
  let until: string | null = null;
  for (;;) {
    const part: Awaited<ReturnType<Store["cancelHeld"]>> = await store.cancelHeld({
      ...lane,
      now: clock.now(),
      until,
    });
    discardedCount += part.canceledCount;
    if (part.isDone) return discardedCount;
    until = part.until;
  }
}
