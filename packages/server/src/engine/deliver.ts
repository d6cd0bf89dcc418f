/**
 * What happens to one delivery, or one roll-up of many, from the moment its lane starts it
 * until the store has confirmed what became of it.
 */

import type { Clock } from "../clock.ts";
import type { Alert } from "../domain/alert.ts";
import type { JsonObject } from "../domain/json.ts";
import type { SinkHealth } from "../domain/sink-health.ts";
import type { Log } from "../log.ts";
import type { LeasedDelivery, Settlement, Store, WrittenAttempt } from "../store/store.ts";
import { type AttemptDeps, type AttemptFindings, makeAttempt, makeRollUp } from "./attempt.ts";
import type { EngineMetrics } from "./engine-metrics.ts";
import type { Group } from "./lane-work.ts";
import { noteSinkVerdict } from "./note-slack-verdict.ts";
import { isRefreshDue } from "./refresh-slack-token.ts";
import type { ReadySink } from "./sending-sinks.ts";
import { settlementOf } from "./settlement.ts";
import type { Settler } from "./settler.ts";

export interface DeliverDeps extends AttemptDeps {
  readonly store: Store;
  readonly settler: Settler;
  readonly metrics: EngineMetrics;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 ≤ random() < 1, for jitter. */
  readonly random: () => number;
  /** True once a stop has cut off what was under way. */
  readonly isCutOff: () => boolean;
}

/** A sink's health before and after an attempt, and as it is stored. */
export interface HealthChange {
  readonly before: SinkHealth;
  readonly after: SinkHealth;
  readonly stored: SinkHealth;
}

/** A group of deliveries that went out together, and what the attempt found. */
export interface Attempted {
  readonly group: Group;
  /** With the token that was used. */
  readonly sink: ReadySink;
  readonly findings: AttemptFindings;
  /** One for each of the group, in its order. */
  readonly settlements: readonly Settlement[];
  /** New memory by dedup key; empty when the attempt left none. */
  readonly memories: ReadonlyMap<string, JsonObject>;
  readonly health: HealthChange;
}

/**
 * Attempts a group: one delivery, or several told together.
 * @param judge says what they mean for the sink's health.
 * Rejects when it could not be tried, e.g. since a token cannot be renewed while the store is away.
 */
export async function attemptGroup(
  group: Group,
  known: ReadySink,
  judge: (findings: AttemptFindings) => HealthChange,
  deps: DeliverDeps,
): Promise<Attempted> {
  const { deliveries, lead } = group;
  const isDue = isRefreshDue(known, deps.clock.now());
  const sink = (isDue ? await deps.refreshToken(known, true) : null) ?? known;
  const made =
    group.kind === "roll_up"
      ? await makeRollUp(sink, deliveries, deps)
      : await makeAttempt(
          {
            ...lead,
            deliveryId: lead.id,
            isReplay: lead.replayedAt !== null,
            earlier: earlierOf(group),
            sink,
          },
          deps,
        );
  const findings = deps.isCutOff() ? explainCutOff(made) : made;
  const now = deps.clock.now();
  const health = judge(findings);
  const memories = memoriesLeft(group, sink, findings);
  // The same for all: what was told together is tried again together.
  const random = deps.random();
  const settlements = deliveries.map((delivery) =>
    settlementOf({
      delivery,
      findings: delivery === lead ? findings : asMember(findings, group),
      memory: memories.get(delivery.alert.dedupKey),
      ...health,
      now,
      random,
      retryDelaysMs: sink.delivery.retryDelaysMs,
    }),
  );
  return { group, sink, findings, settlements, memories, health };
}

/**
 * Settles each of a group. Rejects when the store cannot take a settlement; the lease is then
 * kept, so that what may have arrived is not sent again by this process.
 */
export async function settleGroup(attempted: Attempted, deps: DeliverDeps): Promise<void> {
  const { group, sink, settlements, findings } = attempted;
  const status = findings.exchanges.at(-1)?.response?.status ?? null;
  await Promise.all(
    settlements.map((settlement, index) => {
      const delivery = group.deliveries[index] ?? group.lead;
      deps.metrics.attempted(sink.sinkType.type, settlement, delivery);
      logAttempt(deps.log, sink, delivery, settlement.attempt, status);
      return settle(settlement, deps);
    }),
  );
  await noteSinkVerdict(sink, findings.exchanges, deps);
}

async function settle(settlement: Settlement, { settler, log }: DeliverDeps): Promise<void> {
  const result = await settler.settle(settlement);
  if (result === "stale") log.warn({ delivery_id: settlement.deliveryId }, "delivery.settle_stale");
}

function earlierOf({ deliveries, lead }: Group): Alert[] {
  return deliveries.filter((delivery) => delivery !== lead).map(({ alert }) => alert);
}

/** A group's requests are on record once, with its lead; the others refer to it. */
function asMember(findings: AttemptFindings, { kind, lead }: Group): AttemptFindings {
  const how = kind === "roll_up" ? "Rolled up with others" : "Told with a later alert of its key";
  const note = `${how}; the request is on record with delivery ${lead.id}.`;
  const { outcome } = findings;
  const detail = outcome.detail === undefined ? note : `${outcome.detail} ${note}`;
  const isOthersFault = outcome.kind === "rejected" && outcome.isSinkFault !== true;
  return {
    ...findings,
    exchanges: [],
    // What was refused is the lead's content: the others have not had their turn.
    outcome: isOthersFault
      ? { kind: "retry", reason: outcome.reason, detail }
      : { ...outcome, detail },
  };
}

/** An attempt that a stop cut off says so, instead of blaming the network. */
function explainCutOff(findings: AttemptFindings): AttemptFindings {
  if (findings.outcome.kind !== "retry") return findings;
  return {
    ...findings,
    outcome: {
      kind: "retry",
      reason: "internal",
      ambiguous: true,
      detail: "The service was stopped before the answer came.",
    },
  };
}

/** A roll-up adds to what each key remembers, once for each of its alerts; an attempt replaces it. */
function memoriesLeft(
  { kind, deliveries }: Group,
  { sinkType }: ReadySink,
  { memory: left }: AttemptFindings,
): Map<string, JsonObject> {
  const memories = new Map<string, JsonObject>();
  if (left === undefined) return memories;
  for (const { alert, memory } of deliveries) {
    const known = memories.get(alert.dedupKey) ?? memory;
    const isRollUp = kind === "roll_up" && sinkType.rollUp !== null;
    memories.set(alert.dedupKey, isRollUp ? sinkType.rollUp.remember(known, left) : left);
  }
  return memories;
}

/** What went well is on record with the delivery, and a line for each cost a seventh of the engine's thread. */
function logAttempt(
  log: Log,
  sink: ReadySink,
  delivery: LeasedDelivery,
  attempt: WrittenAttempt,
  status: number | null,
): void {
  const level = attempt.outcome === "delivered" ? "debug" : "info";
  log[level](
    {
      tenant_id: delivery.tenantId,
      event_sink_id: delivery.eventSinkId,
      sink_type: sink.sinkType.type,
      alert_uid: delivery.alert.uid,
      delivery_id: delivery.id,
      attempt: attempt.number,
      ...(attempt.isReplay === true ? { replay: true } : {}),
      outcome: attempt.outcome,
      reason: attempt.reason,
      detail: attempt.detail,
      status,
      duration_ms: attempt.durationMs,
      next_try_at: attempt.nextTryAt === null ? null : new Date(attempt.nextTryAt).toISOString(),
    },
    "delivery.attempted",
  );
}
