import type { EventSink } from "../domain/event-sink.ts";
import { stringifyJson } from "../domain/json.ts";
import type { SinkHealth } from "../domain/sink-health.ts";
import { type EventSinkId, newId } from "../ids.ts";
import type { NewAlert, Store, TenantSinks } from "../store/store.ts";
import type { ReadySink } from "./sending-sinks.ts";

/**
 * Tells the tenant that a sink broke, or works again, by an alert of its own: to the tenant's
 * `operational_event_sink_ids`, else to its other sinks that work. That it works again is told
 * to those that were told it broke. An alert about a sink never goes to that sink. Rejects when the store
 * is unavailable.
 */
export async function announceHealth(
  store: Pick<Store, "getTenantSinks" | "acceptAlerts" | "listAlerts">,
  sink: ReadySink,
  health: SinkHealth,
  now: number,
): Promise<void> {
  const { tenantId } = sink.eventSink;
  const tenantSinks = await store.getTenantSinks({ tenantId });
  if (tenantSinks === null) return;
  const eventSinkIds =
    health.state === "broken"
      ? whereTo(tenantSinks, sink.eventSink.id)
      : await whereToldBroken(store, sink.eventSink);
  if (eventSinkIds.length === 0) return;
  await store.acceptAlerts({ now, alerts: [healthAlert(sink, health, eventSinkIds, now)] });
}

function whereTo(tenant: TenantSinks, brokenId: EventSinkId): EventSinkId[] {
  const { eventSinks, operationalEventSinkIds } = tenant;
  const chosen = new Set(operationalEventSinkIds);
  const others = eventSinks.filter(({ id }) => id !== brokenId);
  const named = others.filter(({ id }) => chosen.has(id));
  const usable = named.length > 0 ? named : others.filter(({ isWorking }) => isWorking);
  return usable.map(({ id }) => id);
}

/** Where the newest alert of this sink's breaking went. */
async function whereToldBroken(
  store: Pick<Store, "listAlerts">,
  { id, tenantId }: EventSink,
): Promise<EventSinkId[]> {
  const filter = {
    ...{ tenantId, dedupKey: dedupKeyOf(id), q: null, severityId: null, tag: null },
    ...{ detectionRuleId: null, eventSinkId: null, state: null, since: null, until: null },
  };
  const { items } = await store.listAlerts({ ...filter, after: null, limit: 1 });
  return items[0]?.deliveries.map(({ eventSinkId }) => eventSinkId) ?? [];
}

function dedupKeyOf(id: EventSinkId): string {
  return `event-sinks.broken.${id}`;
}

function healthAlert(
  { eventSink, sinkType }: ReadySink,
  health: SinkHealth,
  eventSinkIds: readonly EventSinkId[],
  now: number,
): NewAlert {
  const uid = newId();
  const isBroken = health.state === "broken";
  const name = isBroken
    ? `Event sink "${eventSink.name}" is broken`
    : `Event sink "${eventSink.name}" works again`;
  const description = isBroken
    ? `Since ${new Date(health.since).toISOString()} nothing gets through to ${sinkType.title} (${sinkType.target(eventSink.settings)}); its deliveries are held. ${health.cure ?? ""}`.trim()
    : "What was held is on its way.";
  const dedupKey = dedupKeyOf(eventSink.id);
  const action = isBroken ? "trigger" : "resolve";
  const tags = ["event-sinks.operational"];
  const body = stringifyJson({
    id: uid,
    tenant_id: eventSink.tenantId,
    severity_id: 4,
    severity: "High",
    name,
    description,
    action,
    dedup_key: dedupKey,
    tags,
    timestamp: new Date(now).toISOString(),
    event_sink_id: eventSink.id,
    "event-sinks-hops": 1,
  });
  return {
    alert: {
      uid,
      tenantId: eventSink.tenantId,
      id: uid,
      name,
      action,
      dedupKey,
      hasExplicitKey: true,
      severityId: 4,
      tags,
      staging: false,
      body,
      template: null,
      receivedAt: now,
    },
    deliveries: eventSinkIds.map((eventSinkId) => ({ id: newId(), eventSinkId })),
  };
}
