/**
 * The store contract.
 *
 * Two implementations keep it, SQLite and PostgreSQL, and `test/store-suite.ts` runs on
 * both. Every operation takes one plain object and answers plain data, so that it can
 * cross a thread. A write is durable when its promise resolves. An operation that cannot
 * be done because the store itself fails (disk full, database gone) rejects with
 * `StoreUnavailable`; anything else a caller may meet is part of the answer.
 *
 * Leases. Whoever sends a delivery holds its lease: `acceptAlerts` may lease a new
 * delivery at once to the engine that subscribes here (an *offer*), `claim` leases what
 * is due. `settle` counts only under the lease it names. A lease ends with its settle, with
 * `release`, or with its holder: on SQLite leases live in the writer's memory, so a
 * restart frees them all; on PostgreSQL they run out, so `holdsLeases` is asked before each attempt.
 *
 * Order. Deliveries of one (sink, dedup_key) that must wait (`mustWait`) are stored
 * without a due time and get one when the last they wait for is settled for good.
 *
 * Lanes. A lane is the queue of one sink. The store never looks for work across lanes:
 * subscribers are told which lanes have some, and claim lane by lane, so that a lane of
 * a million waiting deliveries costs the others nothing. A paused lane yields nothing; a
 * broken one yields a single delivery at a time, from `health.nextProbeAt` on; neither is
 * offered anything. When it heals, what was put off is due as on its arrival, unless
 * its platform asked to wait. Within a lane what is urgent (Critical and Fatal) is claimed first, then
 * what is due the longest. Where several processes send, the store gives them their turns (`pace-operations.ts`).
 */

import type { Alert } from "../domain/alert.ts";
import type { AuditEntry } from "../domain/audit.ts";
import type { AlertAction, DeliveryState, ShownState } from "../domain/delivery.ts";
import type { EventSink, SlackIntegration } from "../domain/event-sink.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Reason } from "../domain/reason.ts";
import type { SeverityId } from "../domain/severity.ts";
import type { SinkHealth } from "../domain/sink-health.ts";
import type {
  AlertUid,
  ApiKeyId,
  DeliveryId,
  EventSinkId,
  SlackIntegrationId,
  TenantId,
} from "../ids.ts";
import type { ApiKey, DeletedTenant, Session, Tenant, TenantSinks } from "./accounts.ts";
import type { Attempt, WrittenAttempt } from "./attempt.ts";
import type { Audited, AuditFilter } from "./audit.ts";
import type { SummaryOperations } from "./delivery-summary.ts";
import type { PaceOperations } from "./pace-operations.ts";
import type { ReplayOperations } from "./replay-operations.ts";
import type { RetentionOperations } from "./retention-operations.ts";
import type { Lane, Listed, Page, Scoped } from "./scope.ts";
import type { SealOperations } from "./seal-operations.ts";
import type { StatisticsOperations } from "./statistics.ts";

export type { ApiKey, DeletedTenant, Session, Tenant, TenantSinks } from "./accounts.ts";
export type { Attempt, Exchange, WrittenAttempt } from "./attempt.ts";
export type { Lane, Listed, Page, Scoped } from "./scope.ts";

export interface NewDelivery {
  readonly id: DeliveryId;
  readonly eventSinkId: EventSinkId;
  /**
   * Earlier pending triggers of its key become `superseded`, if they are under no lease and none
   * of their attempts was ambiguous.
   */
  readonly supersedes?: boolean;
}

export interface NewAlert {
  readonly alert: Alert;
  /** By which it can be found; left out where it names no rule. */
  readonly detectionRuleId?: string | undefined;
  readonly deliveries: readonly NewDelivery[];
}

export type AcceptResult =
  | {
      readonly kind: "accepted";
      readonly deliveries: readonly NewDelivery[];
      /** Sinks deleted since they were picked; they got no delivery. */
      readonly missingEventSinkIds: readonly EventSinkId[];
    }
  /** This (tenant_id, id, action) was stored before: what it became then. */
  | {
      readonly kind: "duplicate";
      readonly uid: AlertUid;
      readonly receivedAt: number;
      readonly deliveries: readonly NewDelivery[];
    }
  | { readonly kind: "unknown_tenant" }
  /** Storing this one alert failed for a reason of its own; the others are not touched. */
  | { readonly kind: "failed"; readonly message: string };

export interface LeasedDelivery extends Lane {
  readonly id: DeliveryId;
  readonly lease: string;
  readonly alert: Alert;
  /** Attempts made so far. */
  readonly attemptCount: number;
  /** Of those, the ones that count against the retry schedule. */
  readonly failureCount: number;
  readonly createdAt: number;
  /** When it was last sent off again on wish; its time to be delivered counts from there. */
  readonly replayedAt: number | null;
  readonly memory: JsonObject;
  /** A resolve of its key waits behind it. */
  readonly isResolveWaiting: boolean;
}

export interface ClaimedLane extends Lane {
  readonly deliveries: readonly LeasedDelivery[];
  /** When the next unleased delivery of the lane is due (maybe in the past), null when none is. */
  readonly nextDueAt: number | null;
}

export interface Settlement extends Lane {
  readonly deliveryId: DeliveryId;
  readonly lease: string;
  readonly state: DeliveryState;
  readonly reason: Reason | null;
  /** For `pending`: when to try again. */
  readonly dueAt: number | null;
  readonly failureCount: number;
  readonly now: number;
  readonly attempt: WrittenAttempt;
  /** New memory of the (sink, dedup_key); undefined leaves it, `{}` forgets it. */
  readonly memory?: JsonObject | undefined;
  /** Merged into the sink's settings; does not count as a change by its owner. */
  readonly learned?: JsonObject | undefined;
  /** The sink's new health; no change by its owner. Subscribers get `sink_changed` when it breaks or heals. */
  readonly health?: SinkHealth | undefined;
  /** Pauses the sink at `now`, with `sink_changed`. */
  readonly pausesSink?: boolean | undefined;
}

/** `stale`: the lease was no longer held, nothing was written. */
export type SettleResult = "settled" | "stale";

export interface Delivery extends Lane {
  readonly id: DeliveryId;
  readonly alertUid: AlertUid;
  readonly dedupKey: string;
  readonly action: AlertAction;
  readonly state: DeliveryState;
  /** Pending, and its sink is paused or broken: `held` on the wire. */
  readonly isHeld: boolean;
  readonly reason: Reason | null;
  readonly attemptCount: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When the next try is due; null when settled, or waiting for an earlier delivery of its key. */
  readonly dueAt: number | null;
  /** When it was last sent off again on wish. */
  readonly replayedAt: number | null;
  /** The delivery at another sink whose replay made this one. */
  readonly replayOf: DeliveryId | null;
}

export interface AlertFilter {
  readonly tenantId: TenantId;
  readonly q: string | null;
  readonly severityId: SeverityId | null;
  readonly tag: string | null;
  readonly dedupKey: string | null;
  readonly detectionRuleId: string | null;
  readonly eventSinkId: EventSinkId | null;
  readonly state: ShownState | null;
  /** Received at or after, before; ms since the epoch. */
  readonly since: number | null;
  readonly until: number | null;
}

export interface DeliveryFilter {
  readonly tenantId: TenantId;
  readonly eventSinkId: EventSinkId | null;
  readonly alertUid: AlertUid | null;
  readonly dedupKey: string | null;
  readonly action: AlertAction | null;
  readonly state: ShownState | null;
  readonly reason: Reason | null;
  readonly since: number | null;
  readonly until: number | null;
}

/** An alert with its deliveries, as its own page shows it. */
export interface AlertWithDeliveries {
  readonly alert: Alert;
  readonly deliveries: readonly Delivery[];
}

/** What lists show of an alert: all but what may be megabytes. */
export type AlertSummary = Omit<Alert, "body" | "template">;

export interface ListedAlert {
  readonly alert: AlertSummary;
  readonly deliveries: readonly Delivery[];
}

/** How a sink is doing. */
export interface EventSinkStatus {
  readonly eventSink: EventSink;
  readonly health: SinkHealth;
  /** Since when its deliveries are held on wish; null when they are not. */
  readonly pausedAt: number | null;
  /** Pending deliveries of the sink; stops counting at 10,000. */
  readonly pendingCount: number;
}

/** Somebody's OAuth install under way. */
export interface SlackInstall {
  /** SHA-256 of the state parameter, hex. */
  readonly stateHash: string;
  readonly tenantId: TenantId;
  readonly name: string;
  /** The PKCE verifier, sealed. */
  readonly sealedSecrets: string;
  readonly expiresAt: number;
}

/** A sink with the Slack integration it sends through, if it has one. */
export interface SendingSink {
  readonly eventSink: EventSink;
  readonly health: SinkHealth;
  readonly slackIntegration: SlackIntegration | null;
}

/** Pending deliveries, and settled ones since the store was made, by state. */
export type DeliveryCounts = Readonly<Record<DeliveryState, number>>;

/** Every operation: its name, what goes in, what comes out. */
export interface StoreOperations
  extends ReplayOperations,
    RetentionOperations,
    SealOperations,
    PaceOperations,
    StatisticsOperations,
    SummaryOperations {
  createTenant(input: Audited<Pick<Tenant, "id" | "createdAt">>): "created" | "exists";
  updateTenant(input: Audited<Tenant>): "updated" | "not_found";
  getTenant(input: { id: TenantId }): Tenant | null;
  /** By creation. `after` is the `next` of the page before, no id. */
  listTenants(input: Page): Listed<Tenant>;
  /**
   * With its keys, integrations and sinks, at once. Its pending deliveries become `canceled`, and its
   * alerts and deliveries are deleted in the background; no look-up finds them any more. A new tenant
   * of its id has nothing of it. Null when it is not there.
   */
  deleteTenant(input: Audited<{ id: TenantId; now: number }>): DeletedTenant | null;
  /** Null when there is no such tenant. */
  getTenantSinks(input: { tenantId: TenantId }): TenantSinks | null;

  createApiKey(input: Audited<ApiKey>): "created" | "unknown_tenant";
  getApiKey(input: Scoped<ApiKeyId>): ApiKey | null;
  findApiKey(input: { hash: string }): ApiKey | null;
  /** Of a tenant, or the operator's. */
  listApiKeys(input: Page & { tenantId: TenantId | null }): Listed<ApiKey>;
  /** Its name, scopes, limits and expiry; the rest stays. */
  updateApiKey(
    input: Audited<Pick<ApiKey, "id" | "name" | "scopes" | "limits" | "expiresAt">>,
  ): "updated" | "not_found";
  /** Several at once, so that calls need no write of their own. A time never goes back. */
  noteApiKeyUses(input: { uses: readonly { id: ApiKeyId; at: number }[] }): null;
  deleteApiKey(input: Audited<Scoped<ApiKeyId>>): ApiKey | null;

  /** Removes expired ones on the way, and the oldest of the same key past `sessionsMax`. */
  createSession(input: Audited<{ session: Session; sessionsMax: number }>): "created";
  /** Also one that has expired. */
  findSession(input: { tokenHash: string }): Session | null;
  deleteSession(input: Audited<{ tokenHash: string }>): "deleted" | "not_found";

  /**
   * With `createsTenant` a tenant that is not there is made in the same transaction. `too_many`: it
   * has as many as its limit allows.
   */
  createEventSink(
    input: Audited<{
      eventSink: EventSink;
      createsTenant: boolean;
    }>,
  ): "created" | "unknown_tenant" | "too_many";
  getEventSink(input: Scoped<EventSinkId>): EventSink | null;
  /** By creation. */
  listEventSinks(input: Page & { tenantId: TenantId }): Listed<EventSink>;
  /** Replaces the sink if it is still at `ifVersion`. A broken one is probed at once: it may be cured. */
  updateEventSink(
    input: Audited<{
      eventSink: EventSink;
      ifVersion: number;
    }>,
  ): "updated" | "version_mismatch" | "not_found";
  /** Also no longer one of its tenant's operational sinks. Its pending deliveries become `canceled`; a delivery under a lease is settled as its attempt ends. */
  deleteEventSink(
    input: Audited<Scoped<EventSinkId> & { now: number; ifVersion: number | null }>,
  ): { kind: "deleted"; tenantId: TenantId } | { kind: "not_found" } | { kind: "version_mismatch" };
  getSendingSink(input: Lane): SendingSink | null;
  getEventSinkStatus(input: Scoped<EventSinkId>): EventSinkStatus | null;
  /**
   * Pauses (a time) or resumes (null) a sink; one that is paused already stays paused since it
   * was. What was held is due as before, so the oldest of it goes out first.
   */
  setEventSinkPause(input: Audited<Lane & { pausedAt: number | null }>): "done" | "not_found";
  /**
   * Lets a broken sink be probed now instead of at its time, with `sink_changed`: somebody believes it
   * is mended.
   */
  probeEventSink(input: Lane & { now: number }): "done" | "not_found";

  /** Makes it, or replaces one with the same id (the operator's, at start). */
  putSlackIntegration(input: Audited<SlackIntegration>): "stored" | "unknown_tenant";
  getSlackIntegration(input: Scoped<SlackIntegrationId>): SlackIntegration | null;
  listSlackIntegrations(input: Page & { tenantId: TenantId }): Listed<SlackIntegration>;
  deleteSlackIntegration(
    input: Audited<Scoped<SlackIntegrationId>>,
  ):
    | { kind: "deleted"; tenantId: TenantId | null }
    | { kind: "not_found" }
    | { kind: "in_use"; eventSinkIds: readonly EventSinkId[] };

  /** Removes expired ones on the way. */
  createSlackInstall(input: Audited<SlackInstall & { now: number }>): "created" | "unknown_tenant";
  /** Takes it away, so that a state works once. Null when unknown or expired. */
  takeSlackInstall(input: { stateHash: string; now: number }): SlackInstall | null;
  /**
   * True for the one caller that may refresh an integration's token now; the lock ends with
   * `putSlackIntegration`, with `unlockSlackIntegration`, or at `until`.
   */
  lockSlackIntegration(input: { id: SlackIntegrationId; now: number; until: number }): boolean;
  unlockSlackIntegration(input: { id: SlackIntegrationId }): null;

  /** Results in order. Each alert with all its deliveries is stored, or none of it. */
  acceptAlerts(input: { alerts: readonly NewAlert[]; now: number }): readonly AcceptResult[];
  getAlert(input: Scoped<AlertUid>): AlertWithDeliveries | null;
  /** Newest first. A page scans a bounded number of alerts, so it may be short and still have a next. */
  listAlerts(input: AlertFilter & Page): Listed<ListedAlert>;

  /** Lanes with unsettled deliveries, and when the first of each is due; costs by lanes, not by deliveries. */
  listLanes(input: Record<string, never>): readonly (Lane & { nextDueAt: number | null })[];
  /**
   * Leases what is due, oldest due first, for each lane at most `limit`, and no further one once its
   * alerts come to `leasedCharsPerLaneMax`.
   */
  claim(input: {
    lanes: readonly (Lane & { limit: number })[];
    now: number;
  }): readonly ClaimedLane[];
  settle(input: { settlements: readonly Settlement[] }): readonly SettleResult[];
  /** Gives leases back unsettled; the deliveries are due as before. */
  release(input: { leases: readonly (Lane & { deliveryId: DeliveryId; lease: string })[] }): void;

  getDelivery(
    input: Scoped<DeliveryId>,
  ): { delivery: Delivery; alert: Alert; attempts: readonly Attempt[] } | null;
  /** What these alerts are called; those that are not the tenant's are left out. */
  nameAlerts(input: {
    tenantId: TenantId;
    uids: readonly AlertUid[];
  }): readonly { readonly uid: AlertUid; readonly name: string }[];
  /** Newest first. */
  listDeliveries(input: DeliveryFilter & Page): Listed<Delivery>;
  countDeliveries(input: Record<string, never>): DeliveryCounts;

  /** For what changes nothing here and is told of all the same. */
  appendAudit(input: { audit: AuditEntry }): null;
  /** Newest first. */
  listAudit(input: AuditFilter & Page): Listed<AuditEntry>;
}

/** What a subscriber is told. */
export type StoreEvent =
  /** New deliveries, already leased to the subscriber. */
  | { readonly kind: "offered"; readonly deliveries: readonly LeasedDelivery[] }
  /** These lanes have something to claim at `dueAt`. */
  | { readonly kind: "due"; readonly lanes: readonly (Lane & { dueAt: number })[] }
  /** Forget what you know of this sink; `isDeleted` when it is gone. */
  | ({ readonly kind: "sink_changed"; readonly isDeleted: boolean } & Lane)
  /** A resolve of this key was stored and waits for the deliveries before it. */
  | ({ readonly kind: "resolve_waiting"; readonly dedupKey: string } & Lane);

export type Store = {
  readonly [Name in keyof StoreOperations]: (
    input: Parameters<StoreOperations[Name]>[0],
  ) => Promise<ReturnType<StoreOperations[Name]>>;
} & {
  /**
   * Starts offers and hints, at most `offersPerLane` leased deliveries of a lane at a time, and no more
   * than memory allows over all lanes.
   * One subscriber for each store connection. The listener must return at once. Answers are heard
   * before events that were told after them.
   */
  subscribe(options: { offersPerLane: number }, listener: (event: StoreEvent) => void): void;
  /** False while others may have taken over what is leased here: then nothing may be sent. */
  holdsLeases(): boolean;
  /** Whether other processes send what this one's database has, so that paces are the store's to give. */
  sharesPaces(): boolean;
  close(): Promise<void>;
};

/** The store cannot do its work now: disk full, database gone. Nothing of the call was kept. */
export class StoreUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreUnavailable";
  }
}
