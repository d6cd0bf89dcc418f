import type { Alert } from "../../src/domain/alert.ts";
import type { EventSink, SlackIntegration } from "../../src/domain/event-sink.ts";
import { healthySince, type SinkHealth } from "../../src/domain/sink-health.ts";
import { newId } from "../../src/ids.ts";
import { writeAttempt } from "../../src/store/attempt.ts";
import type {
  AcceptResult,
  AlertFilter,
  ApiKey,
  Attempt,
  Delivery,
  DeliveryFilter,
  LeasedDelivery,
  NewAlert,
  Page,
  Settlement,
  Store,
  StoreEvent,
} from "../../src/store/store.ts";

/** A fixed instant; tests that need time to pass add to it. */
export const startAt = Date.UTC(2026, 0, 1);

export function sampleSink(changes: Partial<EventSink> = {}): EventSink {
  return {
    id: newId(),
    tenantId: "acme",
    name: "On-call",
    description: "",
    type: "webhook",
    settings: { url: "https://example.com/alerts" },
    sealedSecrets: "sealed",
    savedByOperator: false,
    version: 1,
    createdAt: startAt,
    updatedAt: startAt,
    ...changes,
  };
}

export function sampleSlackIntegration(changes: Partial<SlackIntegration> = {}): SlackIntegration {
  return {
    id: newId(),
    tenantId: "acme",
    name: "Workspace",
    teamId: "T1",
    teamName: "Acme",
    scopes: [],
    revokedReason: null,
    tokenExpiresAt: null,
    botUserId: "U1",
    botName: "event_sinks",
    sealedSecrets: "sealed",
    createdAt: startAt,
    updatedAt: startAt,
    ...changes,
  };
}

export function sampleApiKey(changes: Partial<ApiKey> = {}): ApiKey {
  const id = newId();
  return {
    id,
    tenantId: "acme",
    name: "CI",
    prefix: "es_1234",
    hash: `hash-of-${id}`,
    scopes: ["alerts:write"],
    limits: {},
    expiresAt: null,
    lastUsedAt: null,
    createdAt: startAt,
    ...changes,
  };
}

export function sampleAlert(changes: Partial<Alert> = {}): Alert {
  const uid = newId();
  const name = changes.name ?? "Root login";
  return {
    uid,
    tenantId: "acme",
    id: uid,
    name,
    action: "trigger",
    dedupKey: uid,
    hasExplicitKey: false,
    severityId: 4,
    tags: [],
    staging: false,
    body: JSON.stringify({ name }),
    template: null,
    receivedAt: startAt,
    ...changes,
  };
}

/** A sink that is stored, its tenant too. */
export async function storedSink(store: Store, changes: Partial<EventSink> = {}) {
  const eventSink = sampleSink(changes);
  await store.createEventSink({ eventSink, createsTenant: true });
  return eventSink;
}

/** An alert for these sinks, with a delivery each. */
export function newAlert(sinks: readonly EventSink[], changes: Partial<Alert> = {}): NewAlert {
  const alert = sampleAlert({ tenantId: sinks[0]?.tenantId ?? "acme", ...changes });
  return { alert, deliveries: sinks.map(({ id }) => ({ id: newId(), eventSinkId: id })) };
}

/** Stores one alert for one sink. @returns it with its only delivery. */
export async function accept(
  store: Store,
  sink: EventSink,
  changes: Partial<Alert> = {},
  now: number = startAt,
): Promise<{ alert: Alert; deliveryId: string }> {
  const alert = newAlert([sink], changes);
  const [result] = await store.acceptAlerts({ alerts: [alert], now });
  const deliveryId = deliveriesOf(result)[0]?.id;
  if (deliveryId === undefined) throw new Error(`not accepted: ${JSON.stringify(result)}`);
  return { alert: alert.alert, deliveryId };
}

/** The deliveries an accepted alert or a duplicate names. */
export function deliveriesOf(result: AcceptResult | undefined) {
  return result?.kind === "accepted" || result?.kind === "duplicate" ? result.deliveries : [];
}

/** Claims the one delivery that a lane has due. */
export async function claimOne(store: Store, sink: EventSink, now: number = startAt) {
  const { deliveries } = await claim(store, sink, now);
  const [leased] = deliveries;
  if (leased === undefined || deliveries.length > 1) {
    throw new Error(`claimed ${deliveries.length} instead of one`);
  }
  return leased;
}

/** Claims in one lane. */
export async function claim(store: Store, sink: EventSink, now: number = startAt, limit = 1_000) {
  const lane = { tenantId: sink.tenantId, eventSinkId: sink.id, limit };
  const [claimed] = await store.claim({ lanes: [lane], now });
  if (claimed === undefined) throw new Error("claim answered nothing for the lane");
  return claimed;
}

export function sampleAttempt(changes: Partial<Attempt> = {}): Attempt {
  return {
    number: 1,
    startedAt: startAt,
    durationMs: 12,
    outcome: "delivered",
    reason: null,
    detail: null,
    ambiguous: false,
    isDegraded: false,
    nextTryAt: null,
    exchanges: [
      {
        request: { method: "POST", url: "https://example.com/alerts", headers: {}, body: null },
        response: { status: 200, headers: { "content-type": "text/plain" }, body: "ok" },
      },
    ],
    ...changes,
  };
}

/** A delivered settlement of a leased delivery, unless changed. */
export function settlementOf(
  delivery: LeasedDelivery,
  changes: Partial<Settlement> = {},
): Settlement {
  return {
    tenantId: delivery.tenantId,
    eventSinkId: delivery.eventSinkId,
    deliveryId: delivery.id,
    lease: delivery.lease,
    state: "delivered",
    reason: null,
    dueAt: null,
    failureCount: delivery.failureCount,
    now: startAt,
    attempt: writeAttempt(sampleAttempt({ number: delivery.attemptCount + 1 })),
    ...changes,
  };
}

/** A settlement that asks for another try at `dueAt`. */
export function retryOf(delivery: LeasedDelivery, dueAt: number): Settlement {
  const number = delivery.attemptCount + 1;
  return settlementOf(delivery, {
    state: "pending",
    reason: "server_error",
    dueAt,
    failureCount: delivery.failureCount + 1,
    attempt: writeAttempt(
      sampleAttempt({ number, outcome: "retry", reason: "server_error", nextTryAt: dueAt }),
    ),
  });
}

/** A broken sink's health. */
export function brokenHealth(since: number, nextProbeAt: number): SinkHealth {
  return {
    state: "broken",
    since,
    reason: "auth_failed",
    cure: "Give the sink a key that works.",
    failureCount: 1,
    nextProbeAt,
    probeCount: 0,
  };
}

export const goodHealth = healthySince;

/** When a sink that `breakSink` broke may be probed. */
export const probeAt = startAt + 30_000;

/** Has an attempt of one new delivery find the sink broken. @returns the delivery's id. */
export async function breakSink(store: Store, sink: EventSink): Promise<string> {
  const { deliveryId } = await accept(store, sink);
  const leased = await claimOne(store, sink);
  const health = brokenHealth(startAt, probeAt);
  await store.settle({ settlements: [{ ...retryOf(leased, startAt + 5), health }] });
  return deliveryId;
}

/** Pauses a sink, or with null resumes it. */
export function pause(store: Store, { tenantId, id }: EventSink, pausedAt: number | null) {
  return store.setEventSinkPause({ tenantId, eventSinkId: id, pausedAt });
}

export function statusOf(store: Store, { id }: EventSink) {
  return store.getEventSinkStatus({ tenantId: null, id });
}

export const anyAlert: AlertFilter & Page = {
  tenantId: "acme",
  q: null,
  severityId: null,
  tag: null,
  dedupKey: null,
  detectionRuleId: null,
  eventSinkId: null,
  state: null,
  since: null,
  until: null,
  after: null,
  limit: 100,
};

export const anyDelivery: DeliveryFilter & Page = {
  tenantId: "acme",
  eventSinkId: null,
  alertUid: null,
  dedupKey: null,
  action: null,
  state: null,
  reason: null,
  since: null,
  until: null,
  after: null,
  limit: 100,
};

export async function readDelivery(store: Store, id: string): Promise<Delivery> {
  const found = await store.getDelivery({ tenantId: null, id });
  if (found === null) throw new Error(`no delivery ${id}`);
  return found.delivery;
}

/** Subscribes and keeps what was told. */
export function listen(store: Store, offersPerLane: number) {
  const events: StoreEvent[] = [];
  store.subscribe({ offersPerLane }, (event) => events.push(event));
  return {
    events,
    offered: () =>
      events.flatMap((event) => (event.kind === "offered" ? [...event.deliveries] : [])),
    due: () => events.flatMap((event) => (event.kind === "due" ? [...event.lanes] : [])),
    resolves: () => events.filter((event) => event.kind === "resolve_waiting"),
    changed: () => events.filter((event) => event.kind === "sink_changed"),
  };
}

/** Waits until `isSo`, for at most a minute: news from the store may come after its answer. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 12_000; turn += 1) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("It did not come to be within a minute");
}
