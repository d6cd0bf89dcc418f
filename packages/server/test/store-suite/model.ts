import assert from "node:assert/strict";
import fc from "fast-check";
import type { EventSink } from "../../src/domain/event-sink.ts";
import type { LeasedDelivery, Settlement, Store } from "../../src/store/store.ts";
import type { OpenStore } from "../store-suite.ts";
import {
  brokenHealth,
  claim,
  goodHealth,
  listen,
  newAlert,
  retryOf,
  settlementOf,
  storedSink,
} from "../support/store-samples.ts";
import { anyStep, LaneModel, type Step } from "./lane-model.ts";
import { onFreshStore } from "./on-fresh-store.ts";

/** Random work on one lane, against a list that says what must and must not come. */
export function modelTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  for (const offersPerLane of [0, 3]) {
    test(`random work keeps to a trivial model, with ${offersPerLane} offers a lane`, async ({
      store,
    }) => {
      const told = listen(store, offersPerLane);
      await fc.assert(
        fc.asyncProperty(fc.array(anyStep, { minLength: 5, maxLength: 40 }), async (steps) => {
          told.events.length = 0;
          const run = new ModelRun(store, await storedSink(store), told);
          for (const step of steps) await run.take(step);
          await run.finish();
        }),
        { numRuns: 60 },
      );
    });
  }
}

type End = Extract<Step, { kind: "settle" }>["end"];

/** The same work on the store and on the model. */
class ModelRun {
  readonly #store: Store;
  readonly #sink: EventSink;
  readonly #told: ReturnType<typeof listen>;
  readonly #model = new LaneModel();
  /** When a subscriber that believes what it is told claims next. */
  #alarmAt = Number.POSITIVE_INFINITY;

  constructor(store: Store, sink: EventSink, told: ReturnType<typeof listen>) {
    this.#store = store;
    this.#sink = sink;
    this.#told = told;
  }

  async take(step: Step): Promise<void> {
    const model = this.#model;
    const pick = step.kind === "settle" || step.kind === "release" ? step.pick : 0;
    const picked = [...model.held.values()][pick % model.held.size];
    if (step.kind === "wait") model.now += 10;
    if (step.kind === "accept") await this.#accept(step);
    if (step.kind === "claim") await this.#claim(step.limit);
    if (step.kind === "settle" && picked !== undefined) await this.#settle(picked, step.end);
    if (step.kind === "release" && picked !== undefined) await this.#release(picked);
    if (step.kind === "pause" || step.kind === "resume") await this.#pause(step.kind === "pause");
    await this.#hear();
  }

  /** The sink works from here on: all must come to whoever claims when told, and only then. */
  async finish(): Promise<void> {
    const model = this.#model;
    await this.#pause(false);
    await this.#hear();
    for (;;) {
      for (const leased of [...model.held.values()]) await this.#settle(leased, "healed");
      await this.#hear();
      if (model.held.size > 0) continue;
      if (this.#alarmAt === Number.POSITIVE_INFINITY) break;
      model.now = Math.max(model.now, this.#alarmAt);
      await this.#claim(5);
    }
    const left = model.deliveries.filter(({ isPending }) => isPending);
    assert.deepEqual(left, [], "nobody was told of these");
  }

  async #hear(): Promise<void> {
    const model = this.#model;
    // The store answers in order, so what it announced has been heard soon after this answer.
    await this.#store.claim({ lanes: [], now: model.now });
    await Promise.resolve();
    for (const event of this.#told.events.splice(0)) {
      if (event.kind === "offered") {
        assert.ok(!model.isPaused && model.probeAt === null, "offered although held");
        for (const delivery of event.deliveries) model.hold(delivery);
      }
      if (event.kind === "due") for (const { dueAt } of event.lanes) this.#expect(dueAt);
    }
  }

  #expect(dueAt: number): void {
    this.#alarmAt = Math.min(this.#alarmAt, dueAt);
  }

  async #accept({ action, key, isUrgent, supersedes }: Extract<Step, { kind: "accept" }>) {
    const model = this.#model;
    const severityId = isUrgent ? 5 : 4;
    const added = newAlert([this.#sink], { action, dedupKey: key, severityId });
    const deliveries = added.deliveries.map((delivery) => ({ ...delivery, supersedes }));
    for (const { id } of deliveries) model.add({ id, action, key, isUrgent }, supersedes);
    await this.#store.acceptAlerts({ alerts: [{ ...added, deliveries }], now: model.now });
  }

  async #claim(limit: number): Promise<void> {
    const model = this.#model;
    const expected = model.claimable(limit);
    const { deliveries, nextDueAt } = await claim(this.#store, this.#sink, model.now, limit);
    for (const delivery of deliveries) model.hold(delivery);
    const ids = deliveries.map(({ id }) => id);
    assert.deepEqual(ids, expected);
    assert.equal(nextDueAt, model.nextDueAt());
    this.#alarmAt = nextDueAt ?? Number.POSITIVE_INFINITY;
  }

  async #settle(leased: LeasedDelivery, end: End): Promise<void> {
    const model = this.#model;
    const delivery = model.deliveries.find(({ id }) => id === leased.id);
    assert.ok(delivery);
    model.held.delete(leased.id);
    const settlement = settlementFor(leased, end, model.now);
    const wasBroken = model.probeAt !== null;
    if (settlement.health !== undefined) model.probeAt = settlement.health.nextProbeAt;
    if (wasBroken && settlement.health?.state === "healthy") model.heal();
    delivery.isPending = settlement.state === "pending";
    delivery.isAmbiguous ||= end === "ambiguous";
    if (delivery.isPending) delivery.dueAt = settlement.dueAt;
    model.letGo();
    await this.#store.settle({ settlements: [settlement] });
    // What it asked for itself nobody tells it.
    if (settlement.dueAt !== null) this.#expect(settlement.dueAt);
  }

  async #release(leased: LeasedDelivery): Promise<void> {
    this.#model.held.delete(leased.id);
    await this.#store.release({ leases: [{ ...leased, deliveryId: leased.id }] });
  }

  async #pause(isPaused: boolean): Promise<void> {
    this.#model.isPaused = isPaused;
    const { tenantId, id: eventSinkId } = this.#sink;
    const pausedAt = isPaused ? this.#model.now : null;
    await this.#store.setEventSinkPause({ tenantId, eventSinkId, pausedAt });
  }
}

function settlementFor(leased: LeasedDelivery, end: End, now: number): Settlement {
  if (end === "delivered" || end === "failed") return settlementOf(leased, { state: end, now });
  if (end === "healed") return settlementOf(leased, { health: goodHealth(now), now });
  const retry = { ...retryOf(leased, now + 15), now };
  if (end === "broken") return { ...retry, health: brokenHealth(now, now + 25) };
  return { ...retry, attempt: { ...retry.attempt, ambiguous: end === "ambiguous" } };
}
