/**
 * The simulation: weeks of bad luck in a second, and the same bad luck again on wish.
 *
 * One process holds everything. Real are the engine, the sink types, the store's client, its commit
 * loop with every statement of SQLite (in memory), and the messages between them. Faked is what
 * a test cannot turn: time (`scheduler.ts`), the far end of the network (`network.ts`, `moods.ts`)
 * and the disk's faults (`disk.ts`).
 *
 * A seed makes a plan (`plan.ts`): which sinks and alerts there are, how each receiver behaves
 * and when it changes its mind, when the service is killed, stopped and started, when
 * writes fail, when the wall clock jumps, when a settle arrives twice, what owners do to their sinks, what
 * is tried again, replayed, discarded and forgotten on wish (`owners.ts`).
 * Nothing else decides: `Math.random`, timers and threads are kept out, so a seed that
 * fails once fails for ever, and its plan can be cut down to the few events that matter (`shrink.ts`).
 *
 * A kill forgets all that the process knew, between any two steps of the program; on disk is what was
 * committed, and no more. A client whose call was never answered asks again, as clients do.
 *
 * Two judges look on, who know the promises and not the code: `oracle.ts` (with `ledger.ts` and
 * `options-watch.ts`) at each commit and before each request leaves, `balance.ts` when all faults are over and four days have passed: whatever was
 * accepted has ended, and every row agrees with every other. One more alert must then get
 * through at once: what stands still by then stands still for good.
 *
 * What it cannot see: threads that really run at once, fsync, sockets. `test/crash` has those.
 * That it would see a fault is tested as well: `mutations.test.ts` plants them, one at a time.
 */

import { createEngineMetrics } from "../../src/engine/engine-metrics.ts";
import { newId } from "../../src/ids.ts";
import type { Log } from "../../src/log.ts";
import { StoreUnavailable } from "../../src/store/store.ts";
import { type Accepted, checkBooks } from "./balance.ts";
import { createChance } from "./chance.ts";
import { type Disk, openDisk } from "./disk.ts";
import { makeSinks, tenantId } from "./make-sinks.ts";
import { alertName, Network } from "./network.ts";
import { Oracle } from "./oracle.ts";
import { grant, type Wish } from "./owners.ts";
import type { Plan, PlanEvent } from "./plan.ts";
import { Scheduler, world } from "./scheduler.ts";
import { createService, type Service } from "./service.ts";

export interface Report {
  /** The first thing that was wrong; null when all went well. */
  readonly failure: string | null;
  readonly alertCount: number;
  readonly requestCount: number;
}

const day = 24 * 3_600_000;
const metrics = createEngineMetrics();
/** After all faults: every delivery has had its last retry, or has expired. */
const settledAfterMs = 4 * day;
const setUpMs = 2_000;
const checkEveryMs = 5 * 60_000;
const canaryMs = 2 * 60_000;

type AlertEvent = Extract<PlanEvent, { kind: "alert" }>;

export async function simulate(plan: Plan): Promise<Report> {
  const simulation = new Simulation(plan);
  try {
    return await simulation.run();
  } finally {
    simulation.end();
  }
}

class Simulation {
  readonly #plan: Plan;
  readonly #scheduler = new Scheduler();
  readonly #chance;
  readonly #network: Network;
  readonly #oracle: Oracle;
  readonly #sinkIds: string[];
  readonly #accepted = new Map<string, Accepted>();
  readonly #duplicates = { left: 0 };
  #disk: Disk | null = null;
  #service: Service | null = null;
  /** Since when a process runs; infinite while none does. */
  #upSince = Number.POSITIVE_INFINITY;
  #isOpen = false;
  #alertCount = 0;
  #failure: string | null = null;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#chance = createChance(plan.seed + 1_000_003);
    this.#sinkIds = plan.sinkTypes.map(() => newId());
    const scheduler = this.#scheduler;
    this.#network = new Network({
      scheduler,
      chance: this.#chance,
      sinkTypes: plan.sinkTypes,
      onSend: (request) => this.#oracle.onSend(request),
      onResult: (request) => this.#oracle.onResult(request),
    });
    this.#oracle = new Oracle({
      plan,
      scheduler,
      network: () => this.#network,
      db: () => this.#db,
      state: () => this.#service?.state ?? null,
      sinkIds: this.#sinkIds,
      fail: (what) => this.#fail(what),
    });
  }

  async run(): Promise<Report> {
    const { quietAt } = this.#plan;
    this.#disk = await openDisk(() => this.#oracle.onCommit());
    this.#scheduler.schedule(0, world, () => {
      this.#boot();
      this.#makeSinks().then(
        () => this.#open(),
        (error: unknown) => this.#fail(`the sinks could not be made: ${error}`),
      );
    });
    await this.#runFor(setUpMs);
    if (!this.#isOpen) this.#fail("the sinks were not made");
    await this.#runFor(quietAt);
    await this.#runFor(settledAfterMs);
    await this.#runFor(canaryMs);
    if (this.#failure === null) checkBooks(this.#books());
    return {
      failure: this.#failure,
      alertCount: this.#alertCount,
      requestCount: this.#network.sent.length,
    };
  }

  end(): void {
    this.#disk?.destroy();
  }

  get #db() {
    if (this.#disk === null) throw new Error("no disk yet");
    return this.#disk.db;
  }

  #books() {
    return {
      plan: this.#plan,
      db: this.#db,
      network: this.#network,
      sinkIds: this.#sinkIds,
      accepted: [...this.#accepted.values()],
      oracle: this.#oracle,
      fail: (what: string) => this.#fail(what),
    };
  }

  #fail(what: string): void {
    this.#failure ??= `at ${this.#scheduler.elapsed} ms: ${what}`;
  }

  async #runFor(ms: number): Promise<void> {
    if (this.#failure !== null) return;
    const { elapsed } = this.#scheduler;
    try {
      await this.#scheduler.runUntil(elapsed + ms, () => this.#failure !== null);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  #open(): void {
    this.#isOpen = true;
    const { events, quietAt } = this.#plan;
    const at = setUpMs - this.#scheduler.elapsed;
    for (const event of events) {
      this.#scheduler.schedule(at + event.at, world, () => this.#play(event));
    }
    this.#scheduler.schedule(at + quietAt, world, () => this.#makeQuiet());
    for (let after = checkEveryMs; after < quietAt; after += checkEveryMs) {
      this.#scheduler.schedule(at + after, world, () => this.#oracle.checkProgress(this.#upSince));
    }
    const canariesAt = at + quietAt + settledAfterMs;
    this.#scheduler.schedule(canariesAt, world, () => this.#sendCanaries());
  }

  async #makeSinks(): Promise<void> {
    if (this.#service === null) throw new Error("nothing runs");
    const { sinkTypes } = this.#plan;
    await makeSinks(this.#service.store, sinkTypes, this.#sinkIds, this.#scheduler.now());
  }

  #boot(): void {
    if (this.#disk === null) return;
    const service = createService({
      scheduler: this.#scheduler,
      chance: this.#chance,
      network: this.#network,
      disk: this.#disk,
      metrics,
      log: this.#log,
      duplicates: this.#duplicates,
      onBug: (message) => this.#fail(message),
    });
    this.#service = service;
    this.#upSince = this.#scheduler.elapsed;
    // Reads come before a first write, so a failing disk does not end a start.
    service.start().catch((error: unknown) => {
      if (!(error instanceof StoreUnavailable)) return this.#fail(`did not start: ${error}`);
      this.#kill(1_000);
    });
  }

  /** Complaints that only a bug brings about. */
  readonly #log: Log = {
    debug() {},
    info() {},
    warn: (_, text) => {
      const isDoubled = this.#plan.events.some(({ kind }) => kind === "duplicate_settles");
      if (text === "delivery.settle_stale" && !isDoubled)
        this.#fail("a settle came without its lease");
    },
    error: ({ error }, text) => {
      if (error instanceof StoreUnavailable || text === "engine.settle_failed") return;
      this.#fail(`${text}: ${error instanceof Error ? error.stack : error}`);
    },
    child: () => this.#log,
  };

  #play(event: PlanEvent): void {
    switch (event.kind) {
      case "alert":
        this.#alertCount += 1;
        this.#submit(event, this.#alertCount);
        break;
      case "mood":
        this.#network.setMood(event.sink, event.mood);
        break;
      case "crash":
        this.#scheduler.afterTasks(event.tasks, () => this.#kill(event.downMs));
        break;
      case "stop":
        this.#stop(event.graceMs, event.downMs);
        break;
      case "disk_fault":
        this.#disk?.failAfter(event.skipCount, event.count, event.code);
        break;
      case "clock_jump":
        this.#scheduler.jump(event.ms);
        break;
      case "duplicate_settles":
        this.#duplicates.left = event.count;
        break;
      default:
        this.#own(event);
    }
  }

  /** A client that sends its alert again until it is accepted. */
  #submit(event: AlertEvent, no: number): void {
    const service = this.#service;
    const again = () => {
      this.#scheduler.schedule(700, world, () => this.#submit(event, no));
    };
    if (service === null) {
      again();
      return;
    }
    let isOpen = true;
    const watch = () => {
      if (!isOpen) return;
      if (service.life.isDead) this.#submit(event, no);
      else this.#scheduler.schedule(2_000, world, watch);
    };
    this.#scheduler.schedule(2_000, world, watch);
    const { key, sinks, action, isUrgent } = event;
    const name = alertName(no, key ?? `own${no}`);
    const alert = {
      uid: newId(),
      tenantId,
      id: `id-${no}`,
      name,
      action,
      dedupKey: key ?? `own${no}`,
      hasExplicitKey: key !== null,
      severityId: isUrgent ? (5 as const) : (3 as const),
      tags: [],
      staging: false,
      body: JSON.stringify({ id: `id-${no}`, name, action }),
      template: null,
      receivedAt: this.#scheduler.now(),
    };
    const deliveries = sinks.map((sink) => ({
      id: newId(),
      eventSinkId: this.#sinkIds[sink] ?? "",
      supersedes:
        this.#plan.sinkTypes[sink] === "pagerduty" && action === "resolve" && key !== null,
    }));
    service.store
      .acceptAlerts({ now: this.#scheduler.now(), alerts: [{ alert, deliveries }] })
      .then(
        ([result]) => {
          isOpen = false;
          if (result?.kind !== "accepted" && result?.kind !== "duplicate") {
            return this.#fail(`not accepted: ${result?.kind}`);
          }
          for (const { id, eventSinkId } of result.deliveries) {
            const sink = this.#sinkIds.indexOf(eventSinkId);
            this.#accepted.set(id, { deliveryId: id, sink, alertNo: no, key: alert.dedupKey });
          }
        },
        () => {
          isOpen = false;
          again();
        },
      );
  }

  /** What people do; what fails is left at that. */
  #own(wish: Wish): void {
    const service = this.#service;
    if (service === null) return;
    // From here on the engine may learn of the change at any time.
    const forget = () => this.#oracle.forgetQuiet("sink" in wish ? wish.sink : null);
    forget();
    const accepted = [...this.#accepted.keys()];
    const now = this.#scheduler.now();
    grant(wish, { service, sinkIds: this.#sinkIds, accepted, now }).then(forget, () => {});
  }

  #kill(downMs: number): void {
    const service = this.#service;
    if (service === null) return;
    service.kill();
    this.#down(downMs);
  }

  #down(downMs: number): void {
    this.#service = null;
    this.#upSince = Number.POSITIVE_INFINITY;
    this.#oracle.forgetQuiet(null);
    this.#scheduler.schedule(downMs, world, () => this.#boot());
  }

  #stop(graceMs: number, downMs: number): void {
    const service = this.#service;
    if (service === null) return;
    service.stop(graceMs).then(
      () => {
        if (this.#service === service) this.#down(downMs);
      },
      (error: unknown) => this.#fail(`did not stop: ${error}`),
    );
    this.#scheduler.schedule(graceMs + 60_000, world, () => {
      if (this.#service === service && !service.life.isDead) this.#fail("does not come to a stop");
    });
  }

  /** Everything works from here on; some sinks stay paused. */
  #makeQuiet(): void {
    this.#network.heal();
    this.#disk?.heal();
    this.#duplicates.left = 0;
    for (const sink of this.#sinkIds.keys()) {
      if (!this.#chance.isOneIn(3)) this.#own({ kind: "resume", sink });
    }
  }

  /** One more alert for all: whoever works must have it soon. */
  #sendCanaries(): void {
    const sinks = [...this.#sinkIds.keys()];
    const canary = { kind: "alert", at: 0, action: "trigger", key: null, isUrgent: false } as const;
    this.#play({ ...canary, sinks });
  }
}
