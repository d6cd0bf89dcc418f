/**
 * The engine: everything between the store and the outside.
 *
 * The store is the queue; the engine only remembers which lanes (queues of one sink each)
 * have something to do and when. It works in three beats, all of them batched:
 *
 *   claim    lanes that have work due and room for it ask the store for leases, many lanes
 *            in one call. New deliveries mostly skip this: the store *offers* them, already
 *            leased, in the moment they are committed.
 *   attempt  each lane runs a bounded number of attempts at a time, so a sink that hangs
 *            holds its own slots and nobody else's.
 *   settle   what an attempt found goes back to the store. Until the store has confirmed it
 *            the lease is kept and the slot counts as taken: a delivery is never sent again
 *            because its settle is late, and memory stays bounded while the store is away.
 *
 * What is *not* promised: that a delivery is sent once. A crash between sending and
 * settling sends it again after the restart; its id stays the same, so receivers can tell.
 * Order is not the engine's business: the store makes due only what need not wait.
 *
 * Time comes from the clock that is passed in. `tick()` does everything that is due now and
 * waits until it is settled, so that tests can step the engine.
 */

import type { Clock, Timer } from "../clock.ts";
import type { Alert } from "../domain/alert.ts";
import type { AlertAction } from "../domain/delivery.ts";
import { newId } from "../ids.ts";
import type { Log } from "../log.ts";
import type { Outbound } from "../outbound/outbound.ts";
import type { Sealer } from "../sealer.ts";
import type { VendorUrls } from "../sinks/sink-type.ts";
import type { Attempt, Lane, LeasedDelivery, Store, StoreEvent } from "../store/store.ts";
import { type AttemptFindings, makeAttempt } from "./attempt.ts";
import type { EngineMetrics } from "./engine-metrics.ts";
import { type LaneState, Lanes, roomOf } from "./lane.ts";
import { engineLimits } from "./limits.ts";
import { createSendingSinks, type ReadySink, type SendingSinks } from "./sending-sinks.ts";
import { attemptRecord, settlementOf } from "./settlement.ts";
import { createSettler, type Settler } from "./settler.ts";
import { testAlert } from "./test-alert.ts";
import { Work } from "./work.ts";

export interface EngineDeps {
  readonly store: Store;
  readonly outbound: Outbound;
  readonly sealer: Sealer;
  readonly vendors: VendorUrls;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: EngineMetrics;
  /** 0 ≤ random() < 1, for jitter. */
  readonly random: () => number;
}

export class Engine {
  readonly #deps: EngineDeps;
  readonly #lanes = new Lanes();
  readonly #sinks: SendingSinks;
  readonly #settler: Settler;
  readonly #work = new Work();
  #timer: { readonly at: number; readonly timer: Timer } | null = null;
  #isStopping = false;
  #isCutOff = false;

  constructor(deps: EngineDeps) {
    this.#deps = deps;
    this.#sinks = createSendingSinks(deps.store, deps.sealer);
    this.#settler = createSettler(deps);
  }

  /** Finds what an earlier run left, and begins. */
  async start(): Promise<void> {
    const { store } = this.#deps;
    store.subscribe({ offersPerLane: engineLimits.leasesPerLaneMax }, (event) => this.#hear(event));
    for (const lane of await store.listLanes({})) {
      if (lane.nextDueAt !== null) this.#lanes.expect(lane, lane.nextDueAt);
    }
    this.#pump();
  }

  /** Does all that is due now, and resolves when it is settled. */
  async tick(): Promise<void> {
    // The store answers in order: when it has, everything it announced before has been heard.
    await this.#deps.store.claim({ lanes: [], now: this.#deps.clock.now() });
    this.#pump();
    await this.#work.done();
  }

  /**
   * Sends a test alert past the queue; nothing is stored. Where a platform keeps it open, it is
   * resolved at once.
   * @returns the attempt, or null when the sink is not there.
   */
  async testEventSink(input: Lane): Promise<Attempt | null> {
    const sink = await this.#sinks.get(input);
    if (sink === null) return null;
    const id = newId();
    const alertWith = (action: AlertAction) =>
      testAlert({ ...input, id, action, now: this.#deps.clock.now() });
    const send = (alert: Alert) =>
      makeAttempt({ sink, alert, deliveryId: newId(), memory: {} }, this.#deps);
    const trigger = alertWith("trigger");
    const findings = await send(trigger);
    if (findings.outcome.kind === "delivered" && sink.sinkType.resolvesTests) {
      await send(alertWith("resolve"));
    }
    // No alert is stored from which a reader could fill in the body.
    const exchanges = findings.exchanges.map(({ request, response }) => ({
      request: { ...request, body: request.body ?? trigger.body },
      response,
    }));
    return attemptRecord(1, { ...findings, exchanges }, null);
  }

  /** Begins nothing new, lets attempts finish for `graceMs`, then cuts them off and hands them back. */
  async stop(graceMs: number): Promise<void> {
    const { clock, outbound } = this.#deps;
    this.#isStopping = true;
    this.#timer?.timer.cancel();
    for (const lane of this.#lanes.all()) this.#handBack(lane.waiting.splice(0));
    const grace = clock.setTimer(graceMs, () => {
      this.#isCutOff = true;
      this.#settler.giveUp();
      void outbound.close();
    });
    await this.#work.done();
    grace.cancel();
    await outbound.close();
  }

  #hear(event: StoreEvent): void {
    if (event.kind === "sink_changed") {
      this.#sinks.forget(event);
    } else if (event.kind === "due") {
      for (const lane of event.lanes) this.#lanes.expect(lane, lane.dueAt);
      this.#pump();
    } else if (this.#isStopping) {
      this.#handBack(event.deliveries);
    } else {
      for (const delivery of event.deliveries) {
        const lane = this.#lanes.get(delivery);
        lane.waiting.push(delivery);
        this.#runLane(lane);
      }
    }
  }

  /** Claims for every lane that has work due and room, then sleeps until the next has. */
  #pump(): void {
    if (this.#isStopping) return;
    const now = this.#deps.clock.now();
    for (;;) {
      const claiming = this.#lanes.startClaiming(now, engineLimits.lanesPerClaimMax);
      if (claiming.length === 0) break;
      this.#work.add(this.#claim(claiming, now));
    }
    this.#sleepUntil(this.#lanes.nextAlarmAt());
  }

  #sleepUntil(at: number | null): void {
    if (this.#timer?.at === at) return;
    this.#timer?.timer.cancel();
    this.#timer = null;
    if (at === null) return;
    const wake = () => {
      this.#timer = null;
      this.#pump();
    };
    const { clock } = this.#deps;
    this.#timer = { at, timer: clock.setTimer(at - clock.now(), wake) };
  }

  async #claim(claiming: readonly LaneState[], now: number): Promise<void> {
    const { store, clock, log } = this.#deps;
    try {
      const claimed = await store.claim({
        now,
        lanes: claiming.map((lane) => ({
          tenantId: lane.tenantId,
          eventSinkId: lane.eventSinkId,
          limit: roomOf(lane),
        })),
      });
      for (const { deliveries, nextDueAt, ...key } of claimed) {
        const lane = this.#lanes.get(key);
        if (this.#isStopping) this.#handBack(deliveries);
        else lane.waiting.push(...deliveries);
        this.#lanes.endClaiming(lane, nextDueAt);
      }
    } catch (error) {
      log.error({ error }, "engine.claim_failed");
      const again = clock.now() + engineLimits.storeRetryMs;
      for (const lane of claiming) this.#lanes.endClaiming(lane, again);
    }
    for (const lane of claiming) {
      if (lane.isClaiming) this.#lanes.endClaiming(lane, null);
      this.#runLane(lane);
    }
    this.#pump();
  }

  #runLane(lane: LaneState): void {
    while (!this.#isStopping && lane.inFlightCount < engineLimits.attemptsPerLaneMax) {
      const delivery = lane.waiting.shift();
      if (delivery === undefined) break;
      lane.inFlightCount++;
      this.#work.add(this.#deliver(lane, delivery));
    }
  }

  async #deliver(lane: LaneState, delivery: LeasedDelivery): Promise<void> {
    const { clock, log } = this.#deps;
    try {
      const sink = await this.#sinks.get(delivery);
      if (sink === null) this.#handBack([delivery]);
      else await this.#attemptAndSettle(lane, delivery, sink);
    } catch (error) {
      log.error({ error, delivery_id: delivery.id }, "engine.delivery_crashed");
      this.#handBack([delivery]);
      this.#lanes.expect(lane, clock.now() + engineLimits.storeRetryMs);
    }
    lane.inFlightCount--;
    this.#runLane(lane);
    this.#lanes.roomFreed(lane);
    if (lane.nextDueAt !== null) this.#pump();
  }

  async #attemptAndSettle(
    lane: LaneState,
    delivery: LeasedDelivery,
    sink: ReadySink,
  ): Promise<void> {
    const { clock, log, metrics, random } = this.#deps;
    const findings = this.#explainCutOff(
      await makeAttempt(
        { sink, alert: delivery.alert, deliveryId: delivery.id, memory: delivery.memory },
        this.#deps,
      ),
    );
    const settlement = settlementOf(delivery, findings, clock.now(), random());
    metrics.attempted(sink.sinkType.type, settlement, delivery);
    logAttempt(log, sink, delivery, settlement.attempt);
    const result = await this.#settler.settle(settlement);
    if (result === "stale") {
      log.warn({ delivery_id: delivery.id }, "delivery.settle_stale");
    } else if (settlement.state === "pending" && settlement.dueAt !== null) {
      this.#lanes.expect(lane, settlement.dueAt);
    }
  }

  /** An attempt that a stop cut off says so, instead of blaming the network. */
  #explainCutOff(findings: AttemptFindings): AttemptFindings {
    if (!this.#isCutOff || findings.outcome.kind !== "retry") return findings;
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

  #handBack(deliveries: readonly LeasedDelivery[]): void {
    if (deliveries.length === 0) return;
    const leases = deliveries.map(({ tenantId, eventSinkId, id, lease }) => ({
      tenantId,
      eventSinkId,
      deliveryId: id,
      lease,
    }));
    const { store, log } = this.#deps;
    this.#work.add(
      store.release({ leases }).catch((error: unknown) => {
        log.error({ error }, "engine.release_failed");
      }),
    );
  }
}

function logAttempt(log: Log, sink: ReadySink, delivery: LeasedDelivery, attempt: Attempt): void {
  log.info(
    {
      tenant_id: delivery.tenantId,
      event_sink_id: delivery.eventSinkId,
      sink_type: sink.sinkType.type,
      alert_uid: delivery.alert.uid,
      delivery_id: delivery.id,
      attempt: attempt.number,
      outcome: attempt.outcome,
      reason: attempt.reason,
      detail: attempt.detail,
      status: attempt.exchanges.at(-1)?.response?.status ?? null,
      duration_ms: attempt.durationMs,
      next_try_at: attempt.nextTryAt === null ? null : new Date(attempt.nextTryAt).toISOString(),
    },
    "delivery.attempted",
  );
}
