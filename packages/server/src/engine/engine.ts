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
 *            holds its own slots and nobody else's; all lanes share a budget (`slots.ts`).
 *   settle   what an attempt found goes back to the store. Until the store has confirmed it
 *            the lease is kept and the slot counts as taken: a delivery is never sent again
 *            because its settle is late, and memory stays bounded while the store is away.
 *
 * Between claim and attempt a lane decides what is next (`lane-work.ts`): the gravest first, and
 * where a platform's pace (`pace.ts`, `turns.ts`) would hold up a backlog, many in one roll-up. A sink's
 * health is judged here after each attempt; while it is broken the store holds its deliveries
 * and lets one at a time out as a probe.
 *
 * What is *not* promised: that a delivery is sent once. A crash between sending and
 * settling sends it again after the restart; its id stays the same, so receivers can tell.
 * Order is not the engine's business: the store makes due only what need not wait.
 *
 * Time comes from the clock that is passed in. `tick()` does everything that is due now and
 * waits until it is settled, so that tests can step the engine.
 */

import type { Clock, Timer } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Mailer, Outbound } from "../outbound/outbound.ts";
import type { Sealer } from "../sealer.ts";
import type { VendorUrls } from "../sinks/sink-type.ts";
import {
  type Attempt,
  type Lane,
  type LeasedDelivery,
  type Store,
  type StoreEvent,
  StoreUnavailable,
} from "../store/store.ts";
import type { AttemptDeps } from "./attempt.ts";
import type { EngineMetrics } from "./engine-metrics.ts";
import { type LaneState, Lanes } from "./lane.ts";
import { LaneRunner } from "./lane-runner.ts";
import { noteResolve, shareMemory } from "./lane-work.ts";
import { engineLimits } from "./limits.ts";
import { sendTest } from "./send-test.ts";
import { createSendingSinks, type SendingSinks } from "./sending-sinks.ts";
import { createSettler, type Settler } from "./settler.ts";
import { Work } from "./work.ts";

export interface EngineDeps {
  readonly store: Store;
  readonly outbound: Outbound;
  readonly mailer: Mailer;
  readonly sealer: Sealer;
  readonly vendors: VendorUrls;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: EngineMetrics;
  /** See `AttemptDeps.refreshToken`. */
  readonly refreshToken: AttemptDeps["refreshToken"];
  /** 0 ≤ random() < 1, for jitter. */
  readonly random: () => number;
}

export class Engine {
  readonly #deps: EngineDeps;
  readonly #lanes = new Lanes();
  readonly #sinks: SendingSinks;
  readonly #settler: Settler;
  readonly #runner: LaneRunner;
  readonly #work = new Work();
  #timer: { readonly at: number; readonly timer: Timer } | null = null;
  #isStopping = false;
  #isCutOff = false;

  constructor(deps: EngineDeps) {
    this.#deps = deps;
    this.#sinks = createSendingSinks(deps.store, deps.sealer);
    this.#settler = createSettler(deps);
    this.#runner = new LaneRunner({
      ...deps,
      settler: this.#settler,
      lanes: this.#lanes,
      sinks: this.#sinks,
      work: this.#work,
      isStopping: () => this.#isStopping,
      isCutOff: () => this.#isCutOff,
      handBack: (deliveries) => this.#handBack(deliveries),
      pump: () => this.#pump(),
    });
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

  /** See `sendTest`. Answers null when the sink is not there. */
  async testEventSink(lane: Lane): Promise<Attempt | null> {
    const sink = await this.#sinks.get(lane);
    return sink === null ? null : sendTest(sink, this.#deps);
  }

  /** Begins nothing new, lets attempts finish for `graceMs`, then cuts them off and hands them back. */
  async stop(graceMs: number): Promise<void> {
    const { clock, outbound, mailer } = this.#deps;
    this.#isStopping = true;
    this.#timer?.timer.cancel();
    for (const lane of this.#lanes.all()) {
      lane.resting?.cancel();
      this.#handBack(lane.waiting.splice(0));
    }
    const grace = clock.setTimer(graceMs, () => {
      this.#isCutOff = true;
      this.#settler.giveUp();
      void outbound.close();
      void mailer.close();
    });
    await this.#work.done();
    grace.cancel();
    await Promise.all([outbound.close(), mailer.close()]);
  }

  #hear(event: StoreEvent): void {
    switch (event.kind) {
      case "sink_changed":
        this.#sinks.forget(event);
        this.#reconsider(event);
        break;
      case "resolve_waiting":
        noteResolve(this.#lanes.find(event)?.waiting ?? [], event.dedupKey);
        break;
      case "due":
        for (const lane of event.lanes) this.#lanes.expect(lane, lane.dueAt);
        this.#pump();
        break;
      case "offered":
        this.#takeOffers(event.deliveries);
    }
  }

  /** What waits for a sink that changed goes back: it may be paused, broken or gone now. */
  #reconsider(changed: Lane): void {
    const lane = this.#lanes.find(changed);
    if (lane === undefined) return;
    lane.isHealthOld = true;
    lane.heldUntil = 0;
    lane.resting?.cancel();
    lane.resting = null;
    if (lane.waiting.length === 0) return;
    this.#handBack(lane.waiting.splice(0));
    this.#lanes.expect(lane, this.#deps.clock.now());
    this.#pump();
  }

  #takeOffers(deliveries: readonly LeasedDelivery[]): void {
    const lanes = new Set<LaneState>();
    for (const delivery of deliveries) {
      const lane = this.#lanes.get(delivery);
      this.#lanes.noteLeased(lane, [delivery]);
      lane.waiting.push(delivery);
      lanes.add(lane);
    }
    if (this.#isStopping) {
      for (const lane of lanes) this.#handBack(lane.waiting.splice(0));
      return;
    }
    for (const lane of lanes) {
      shareMemory(lane.waiting, lane.unsettled);
      this.#runner.run(lane);
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
          limit: this.#lanes.roomOf(lane),
        })),
      });
      for (const { deliveries, nextDueAt, ...key } of claimed) {
        const lane = this.#lanes.get(key);
        this.#lanes.noteLeased(lane, deliveries);
        if (this.#isStopping) this.#handBack(deliveries);
        else lane.waiting.push(...deliveries);
        shareMemory(lane.waiting, lane.unsettled);
        this.#lanes.endClaiming(lane, nextDueAt);
      }
    } catch (error) {
      log.error({ error }, "engine.claim_failed");
      const again = clock.now() + engineLimits.storeRetryMs;
      for (const lane of claiming) this.#lanes.endClaiming(lane, again);
    }
    for (const lane of claiming) {
      if (lane.isClaiming) this.#lanes.endClaiming(lane, null);
      this.#runner.run(lane);
      this.#lanes.roomFreed(lane);
    }
    this.#pump();
  }

  /** Gives leases of one lane back. */
  #handBack(deliveries: readonly LeasedDelivery[]): void {
    const [first] = deliveries;
    if (first === undefined) return;
    this.#lanes.noteEnded(this.#lanes.find(first), deliveries);
    const leases = deliveries.map(({ tenantId, eventSinkId, id, lease }) => ({
      tenantId,
      eventSinkId,
      deliveryId: id,
      lease,
    }));
    this.#work.add(this.#release(leases));
  }

  /** Until the store has it: what it takes for leased would not go out before the next start. */
  async #release(leases: Parameters<Store["release"]>[0]["leases"]): Promise<void> {
    const { store, clock, log } = this.#deps;
    for (;;) {
      try {
        await store.release({ leases });
        return;
      } catch (error) {
        log.error({ error }, "engine.release_failed");
        if (!(error instanceof StoreUnavailable) || this.#isCutOff) return;
      }
      await new Promise<void>((resolve) => clock.setTimer(engineLimits.storeRetryMs, resolve));
    }
  }
}
