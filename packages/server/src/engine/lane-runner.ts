/**
 * Runs lanes: starts what waits, as far as a sink's slots and its platform's pace allow, and
 * learns from what became of it (health, memory, how long to leave the platform alone).
 */

import { brokenAfterFailures, type SinkHealth } from "../domain/sink-health.ts";
import type { Pace } from "../sinks/sink-type.ts";
import type { LeasedDelivery, Store } from "../store/store.ts";
import type { AttemptFindings } from "./attempt.ts";
import {
  type Attempted,
  attemptGroup,
  type DeliverDeps,
  type HealthChange,
  settleGroup,
} from "./deliver.ts";
import type { LaneState, Lanes } from "./lane.ts";
import { type Group, shareMemory, takeNext } from "./lane-work.ts";
import { engineLimits } from "./limits.ts";
import { announceHealth } from "./operational-alert.ts";
import { Paces } from "./pace.ts";
import type { ReadySink, SendingSinks } from "./sending-sinks.ts";
import { healthAfterAttempt } from "./settlement.ts";
import { Slots } from "./slots.ts";
import { Turns } from "./turns.ts";
import type { Work } from "./work.ts";

export interface LaneRunnerDeps extends DeliverDeps {
  readonly store: Store;
  readonly lanes: Lanes;
  readonly sinks: SendingSinks;
  readonly work: Work;
  readonly isStopping: () => boolean;
  /** Gives leases back to the store. */
  readonly handBack: (deliveries: readonly LeasedDelivery[]) => void;
  /** Claims what is due, now that something has changed. */
  readonly pump: () => void;
}

export class LaneRunner {
  readonly #deps: LaneRunnerDeps;
  readonly #paces = new Paces();
  /** Where platforms' paces are shared with other processes. */
  readonly #turns: Turns | null;
  readonly #slots = new Slots<LaneState>();

  constructor(deps: LaneRunnerDeps) {
    this.#deps = deps;
    this.#turns = deps.store.sharesPaces() ? new Turns(deps.store, deps.clock) : null;
  }

  /** Starts what the lane has waiting, as far as slots and the platform's pace allow. */
  run(lane: LaneState): void {
    if (this.#deps.isStopping() || lane.isStarting || lane.resting !== null) return;
    if (lane.waiting.length === 0) return;
    lane.isStarting = true;
    this.#deps.work.add(this.#startWaiting(lane));
  }

  async #startWaiting(lane: LaneState): Promise<void> {
    const { log } = this.#deps;
    try {
      const sink = await this.#deps.sinks.get(lane);
      if (sink === null) this.#deps.handBack(lane.waiting.splice(0));
      else this.#startAll(lane, sink);
    } catch (error) {
      log.error({ error, event_sink_id: lane.eventSinkId }, "engine.sink_unreadable");
      // Kept: what is handed back is announced as due at once, and would be claimed again at once.
      this.#rest(lane, engineLimits.sinkRetryMs);
    } finally {
      lane.isStarting = false;
      // There may be room for more, or it was this lane's turn and it had no use for it.
      this.#wakeNext();
    }
  }

  /** Runs the next lane that waits for a slot and may have one; when it has run, the next follows. */
  #wakeNext(): void {
    for (;;) {
      const lane = this.#slots.next();
      if (lane === undefined) return;
      if (lane.waiting.length === 0 || lane.resting !== null) continue;
      this.run(lane);
      return;
    }
  }

  #startAll(lane: LaneState, sink: ReadySink): void {
    const { sinkType } = sink;
    if (!this.#deps.store.holdsLeases()) {
      // Soon it is known whose this is: kept, or taken back as the sink's change is told.
      this.#rest(lane, engineLimits.storeRetryMs);
      return;
    }
    if (sinkType.rollUp !== null) lane.leasesMax = engineLimits.leasesPerRollUpLaneMax;
    if (lane.isHealthOld) {
      lane.health = null;
      lane.healthStored = null;
      lane.isHealthOld = false;
    }
    if (this.#mustHold(lane, sink)) return;
    const attemptsMax = Math.min(
      sink.delivery.concurrency ?? sinkType.attemptsMax,
      sinkType.attemptsMax,
      lane.attemptsMax,
      engineLimits.attemptsPerLaneMax,
    );
    while (!this.#deps.isStopping() && lane.waiting.length > 0 && lane.attemptCount < attemptsMax) {
      if (!this.#slots.take(lane)) break;
      const group = this.#mustRest(lane, sink) ? null : takeNext(lane.waiting, sinkType);
      if (group === null) {
        this.#slots.give(lane);
        break;
      }
      lane.attemptCount += 1;
      lane.leaseCount += group.deliveries.length;
      this.#deps.work.add(this.#deliver(lane, group, sink));
    }
  }

  /** While a sink is broken only its probe goes out; what was leased before goes back. */
  #mustHold(lane: LaneState, sink: ReadySink): boolean {
    const { nextProbeAt } = lane.health ?? sink.health;
    if (nextProbeAt === null || nextProbeAt <= this.#deps.clock.now()) return false;
    if (lane.leaseCount > 0) {
      // The store may not know yet that the sink is broken, and would lease it all again at once.
      this.#rest(lane, engineLimits.storeRetryMs);
      return true;
    }
    this.#deps.handBack(lane.waiting.splice(0));
    this.#deps.lanes.expect(lane, nextProbeAt);
    return true;
  }

  /** Asks the platform's pace; when it is too soon, the lane goes on when the time has come. */
  #mustRest(lane: LaneState, sink: ReadySink): boolean {
    const now = this.#deps.clock.now();
    const paces = [...pacesOf(sink), ...failingPaces(lane, sink), ...healingPaces(lane, now)];
    const platform = paceOf(sink);
    if (platform !== null && this.#turns === null) paces.push(platform);
    const at = Math.max(lane.heldUntil, this.#paces.readyAt(paces, now));
    if (at > now) {
      this.#rest(lane, at - now);
      return true;
    }
    // Last, since a turn that is not used at once is wasted.
    if (platform !== null && this.#turns !== null && !this.#takeTurn(lane, platform, this.#turns)) {
      return true;
    }
    this.#paces.takeAll(paces, now);
    return false;
  }

  /** False when the lane has to wait for its turn at a shared pace; it goes on then. */
  #takeTurn(lane: LaneState, pace: Pace, turns: Turns): boolean {
    const now = this.#deps.clock.now();
    const at = turns.readyAt(pace, now);
    if (at === null) this.#deps.work.add(turns.ask(pace).then(() => this.run(lane)));
    else if (at > now) this.#rest(lane, at - now);
    else turns.use(pace);
    return at !== null && at <= now;
  }

  /** Leaves the lane alone for a while; what waits stays leased. */
  #rest(lane: LaneState, delayMs: number): void {
    lane.resting?.cancel();
    lane.resting = this.#deps.clock.setTimer(delayMs, () => {
      lane.resting = null;
      this.run(lane);
    });
  }

  /** One group from its start to its settle. Its slot is free as soon as the attempt is over. */
  async #deliver(lane: LaneState, group: Group, sink: ReadySink): Promise<void> {
    const attempted = await this.#attempt(lane, group, sink);
    this.#slots.give(lane);
    lane.attemptCount -= 1;
    this.run(lane);
    this.#wakeNext();
    if (attempted !== null) {
      await this.#settle(lane, attempted);
      this.#deps.lanes.noteEnded(lane, group.deliveries);
    }
    lane.leaseCount -= group.deliveries.length;
    this.#deps.lanes.roomFreed(lane);
    if (lane.nextDueAt !== null) this.#deps.pump();
  }

  /** Null when it could not even be tried; it is handed back then. */
  async #attempt(lane: LaneState, group: Group, sink: ReadySink): Promise<Attempted | null> {
    const { log, handBack } = this.#deps;
    try {
      const judge = (findings: AttemptFindings) => this.#judge(lane, sink, findings);
      const attempted = await attemptGroup(group, sink, judge, this.#deps);
      this.#learnFrom(lane, attempted);
      return attempted;
    } catch (error) {
      log.error(
        { error, delivery_ids: group.deliveries.map(({ id }) => id) },
        "engine.attempt_failed",
      );
      handBack(group.deliveries);
      this.#rest(lane, engineLimits.storeRetryMs);
      return null;
    }
  }

  /** What the next attempts of the lane must know before the store does. */
  #learnFrom(lane: LaneState, { sink, findings, settlements, memories }: Attempted): void {
    if (memories.size > 0) shareMemory(lane.waiting, memories);
    for (const [key, memory] of memories) lane.unsettled.set(key, memory);
    const { outcome } = findings;
    if (outcome.kind === "retry" && outcome.reason === "rate_limited") {
      this.#holdLane(lane, sink, settlements[0]?.dueAt ?? 0);
    }
  }

  async #settle(lane: LaneState, attempted: Attempted): Promise<void> {
    const { lanes, log } = this.#deps;
    try {
      await settleGroup(attempted, this.#deps);
    } catch (error) {
      const deliveryIds = attempted.group.deliveries.map(({ id }) => id);
      log.error({ error, delivery_ids: deliveryIds }, "engine.settle_refused");
    }
    for (const [key, memory] of attempted.memories) {
      if (lane.unsettled.get(key) === memory) lane.unsettled.delete(key);
    }
    for (const { state, dueAt } of attempted.settlements) {
      if (state === "pending" && dueAt !== null) lanes.expect(lane, dueAt);
    }
    const { before, after } = attempted.health;
    const isWritten = attempted.settlements.some(({ health }) => health !== undefined);
    if (isWritten && lane.healthStored !== null) lane.healthStored = after;
    // The next one to ask gets the sink as it is stored now.
    if (before.state !== after.state) this.#deps.sinks.forget(lane);
    if ((before.state === "broken") !== (after.state === "broken")) {
      this.#announce(attempted.sink, after);
    }
  }

  /** At once, so that attempts which end together count one after the other. */
  #judge(lane: LaneState, sink: ReadySink, findings: AttemptFindings): HealthChange {
    const { outcome } = findings;
    const before = lane.health ?? sink.health;
    const after = healthAfterAttempt(before, findings, this.#deps.clock.now());
    lane.health = after;
    lane.healthStored ??= before;
    if (before.state === "broken" && after.state === "healthy") lane.healedAt = after.since;
    lane.attemptsMax = attemptsAfter(lane.attemptsMax, before, after, outcome.kind);
    return { before, after, stored: lane.healthStored };
  }

  /** A platform that asked to slow down is left alone, by all sinks it counts together. */
  #holdLane(lane: LaneState, sink: ReadySink, until: number): void {
    const pace = paceOf(sink);
    const now = this.#deps.clock.now();
    if (pace === null) lane.heldUntil = Math.max(lane.heldUntil, until);
    else if (this.#turns === null) this.#paces.hold(pace, until, now);
    else this.#deps.work.add(this.#turns.hold(pace, until, now));
  }

  #announce(sink: ReadySink, health: SinkHealth): void {
    const { store, clock, log } = this.#deps;
    const { tenantId, id } = sink.eventSink;
    const { state, reason, cure } = health;
    const fields = { tenant_id: tenantId, event_sink_id: id, state, reason, cure };
    log.warn(fields, "event_sink.health_changed");
    this.#deps.work.add(
      announceHealth(store, sink, health, clock.now()).catch((error: unknown) => {
        log.error({ error, event_sink_id: id }, "engine.operational_alert_failed");
      }),
    );
  }
}

function paceOf({ sinkType, settings, secrets }: ReadySink): Pace | null {
  return sinkType.pace({ settings, secrets });
}

/** The owner's pace. */
function pacesOf(sink: ReadySink): Pace[] {
  const { ratePerMinute } = sink.delivery;
  if (ratePerMinute === null) return [];
  const perSecond = ratePerMinute / 60;
  // What a second brings may go out together: timers for each request would cost more than it does.
  const burst = Math.max(1, Math.floor(perSecond));
  return [{ key: `event_sink:${sink.eventSink.id}`, burst, perSecond }];
}

/** What a sink gets a second that has only failed lately and is not given up yet. */
const failingPerSecond = 10;

/** A host that refuses at once would be tried thousands of times a second, at the cost of all others. */
function failingPaces({ health }: LaneState, sink: ReadySink): Pace[] {
  const { state, failureCount } = health ?? sink.health;
  if (state !== "failing" || failureCount < brokenAfterFailures) return [];
  const key = `failing:${sink.eventSink.id}`;
  return [{ key, burst: failingPerSecond, perSecond: failingPerSecond }];
}

/** What a sink that has healed gets a second at first, and how long until it gets twice that. */
const healedPerSecond = 20;
const healedDoublingMs = 5_000;
/** Then it gets what it takes. */
const healingMs = 30_000;

/** What was held goes out slowly at first: whoever has just come up again is not knocked over. */
function healingPaces({ healedAt, eventSinkId }: LaneState, now: number): Pace[] {
  if (healedAt === null || now < healedAt || now - healedAt >= healingMs) return [];
  const perSecond = healedPerSecond * 2 ** Math.floor((now - healedAt) / healedDoublingMs);
  return [{ key: `healing:${eventSinkId}`, burst: healedPerSecond, perSecond }];
}

/**
 * A sink that has just healed is not met with everything that was held at once: its slots
 * start at one and double with each success.
 */
function attemptsAfter(
  attemptsMax: number,
  before: SinkHealth,
  after: SinkHealth,
  outcome: "delivered" | "retry" | "rejected",
): number {
  if (before.state === "broken" && after.state === "healthy") return 1;
  if (outcome !== "delivered" || attemptsMax === Number.POSITIVE_INFINITY) return attemptsMax;
  const grown = attemptsMax * 2;
  return grown >= engineLimits.attemptsPerLaneMax ? Number.POSITIVE_INFINITY : grown;
}
