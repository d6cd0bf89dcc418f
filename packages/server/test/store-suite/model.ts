import assert from "node:assert/strict";
import fc from "fast-check";
import { type AlertAction, alertActions, mustWait } from "../../src/domain/delivery.ts";
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
  startAt,
  storedSink,
} from "../support/store-samples.ts";
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
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
          told.events.length = 0;
          await runModel(store, await storedSink(store), told, steps);
        }),
        { numRuns: 60 },
      );
    });
  }
}

type Step =
  | {
      readonly kind: "accept";
      readonly action: AlertAction;
      readonly key: string;
      readonly isUrgent: boolean;
      readonly supersedes: boolean;
    }
  | { readonly kind: "claim"; readonly limit: number }
  | {
      readonly kind: "settle";
      readonly pick: number;
      readonly end: "delivered" | "failed" | "retry" | "ambiguous" | "broken" | "healed";
    }
  | { readonly kind: "release"; readonly pick: number }
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  | { readonly kind: "wait" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("accept" as const),
      action: fc.constantFrom(...alertActions),
      key: fc.constantFrom("a", "b"),
      isUrgent: fc.boolean(),
      supersedes: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("claim" as const),
      limit: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("settle" as const),
      pick: fc.nat(9),
      end: fc.constantFrom(
        ...(["delivered", "failed", "retry", "ambiguous", "broken", "healed"] as const),
      ),
    }),
  },
  fc.record({ kind: fc.constant("release" as const), pick: fc.nat(9) }),
  fc.record({ kind: fc.constant("pause" as const) }),
  fc.record({ kind: fc.constant("resume" as const) }),
  fc.record({ kind: fc.constant("wait" as const) }),
);

interface ModelDelivery {
  readonly id: string;
  readonly key: string;
  readonly action: AlertAction;
  readonly isUrgent: boolean;
  isPending: boolean;
  isAmbiguous: boolean;
  /** Null while it waits for its key. */
  dueAt: number | null;
}

/** The lane as it must be. */
class Model {
  readonly deliveries: ModelDelivery[] = [];
  readonly held = new Map<string, LeasedDelivery>();
  now = startAt;
  isPaused = false;
  probeAt: number | null = null;

  mayGo(delivery: ModelDelivery): boolean {
    const earlier = this.deliveries
      .slice(0, this.deliveries.indexOf(delivery))
      .filter(({ isPending, key }) => isPending && key === delivery.key);
    return delivery.isPending && !mustWait(delivery.action, earlier);
  }

  add(delivery: Omit<ModelDelivery, "isPending" | "isAmbiguous" | "dueAt">, supersedes: boolean) {
    for (const other of supersedes ? this.deliveries : []) {
      const isUnsent = !other.isAmbiguous && !this.held.has(other.id);
      if (other.key !== delivery.key || other.action !== "trigger" || !isUnsent) continue;
      other.isPending = false;
    }
    this.letGo();
    const added = { ...delivery, isPending: true, isAmbiguous: false, dueAt: null };
    this.deliveries.push(added);
    this.letGo();
  }

  /** What waited and need not any more is due now. */
  letGo(): void {
    for (const delivery of this.deliveries) {
      if (delivery.dueAt === null && this.mayGo(delivery)) delivery.dueAt = this.now;
    }
  }

  /** Not leased and not waiting, in the order to claim it. */
  free(): (ModelDelivery & { dueAt: number })[] {
    return this.deliveries
      .flatMap((delivery) =>
        delivery.dueAt === null ? [] : [{ ...delivery, dueAt: delivery.dueAt }],
      )
      .filter(({ id, isPending }) => isPending && !this.held.has(id))
      .sort((a, b) => Number(b.isUrgent) - Number(a.isUrgent) || a.dueAt - b.dueAt);
  }

  claimable(limit: number): string[] {
    const isProbeDue = this.held.size === 0 && this.now >= (this.probeAt ?? 0);
    const room = this.isPaused ? 0 : this.probeAt === null ? limit : isProbeDue ? 1 : 0;
    const due = this.free().filter(({ dueAt }) => dueAt <= this.now);
    return due.slice(0, room).map(({ id }) => id);
  }

  nextDueAt(): number | null {
    const isHeld = this.isPaused || (this.probeAt !== null && this.held.size > 0);
    const times = this.free().map(({ dueAt }) => Math.max(dueAt, this.probeAt ?? 0));
    return isHeld || times.length === 0 ? null : Math.min(...times);
  }

  hold(leased: LeasedDelivery): void {
    const delivery = this.deliveries.find(({ id }) => id === leased.id);
    assert.ok(delivery && this.mayGo(delivery), "leased out of order");
    assert.ok(!this.held.has(leased.id), "leased twice");
    this.held.set(leased.id, leased);
  }
}

/**
 * Runs steps on the store and on the model. In the end the sink works and everything must come
 * to whoever claims when told, and only then.
 */
async function runModel(
  store: Store,
  sink: EventSink,
  told: ReturnType<typeof listen>,
  steps: readonly Step[],
): Promise<void> {
  const model = new Model();
  const lane = { tenantId: sink.tenantId, eventSinkId: sink.id };
  /** When the subscriber has been told to claim. */
  let alarmAt = Number.POSITIVE_INFINITY;

  const hear = async () => {
    // The store answers in order, so what it announced has been heard when this is answered.
    await store.claim({ lanes: [], now: model.now });
    await Promise.resolve();
    for (const event of told.events.splice(0)) {
      if (event.kind === "offered") {
        assert.ok(!model.isPaused && model.probeAt === null, "offered although held");
        for (const delivery of event.deliveries) model.hold(delivery);
      }
      if (event.kind === "due")
        for (const { dueAt } of event.lanes) alarmAt = Math.min(alarmAt, dueAt);
    }
  };
  const claimSome = async (limit: number) => {
    const expected = model.claimable(limit);
    const { deliveries, nextDueAt } = await claim(store, sink, model.now, limit);
    for (const delivery of deliveries) model.hold(delivery);
    assert.deepEqual(
      deliveries.map(({ id }) => id),
      expected,
    );
    assert.equal(nextDueAt, model.nextDueAt());
    alarmAt = nextDueAt ?? Number.POSITIVE_INFINITY;
  };
  const settle = async (leased: LeasedDelivery, end: Extract<Step, { kind: "settle" }>["end"]) => {
    const delivery = model.deliveries.find(({ id }) => id === leased.id);
    assert.ok(delivery);
    model.held.delete(leased.id);
    const { now } = model;
    const settlement = settlementFor(leased, end, now);
    if (settlement.health !== undefined) model.probeAt = settlement.health.nextProbeAt;
    delivery.isPending = settlement.state === "pending";
    delivery.isAmbiguous ||= end === "ambiguous";
    if (delivery.isPending) delivery.dueAt = settlement.dueAt;
    model.letGo();
    await store.settle({ settlements: [settlement] });
    // What it asked for itself nobody tells it.
    if (settlement.dueAt !== null) alarmAt = Math.min(alarmAt, settlement.dueAt);
  };
  const release = async (leased: LeasedDelivery) => {
    model.held.delete(leased.id);
    await store.release({ leases: [{ ...leased, deliveryId: leased.id }] });
  };
  const pause = async (isPaused: boolean) => {
    model.isPaused = isPaused;
    await store.setEventSinkPause({ ...lane, pausedAt: isPaused ? model.now : null });
  };

  for (const one of steps) {
    const pick = one.kind === "settle" || one.kind === "release" ? one.pick : 0;
    const picked = [...model.held.values()][pick % model.held.size];
    if (one.kind === "wait") model.now += 10;
    if (one.kind === "accept") {
      const severityId = one.isUrgent ? 5 : 4;
      const added = newAlert([sink], { action: one.action, dedupKey: one.key, severityId });
      const deliveries = added.deliveries.map((each) => ({ ...each, supersedes: one.supersedes }));
      for (const { id } of deliveries) model.add({ ...one, id }, one.supersedes);
      await store.acceptAlerts({ alerts: [{ ...added, deliveries }], now: model.now });
    }
    if (one.kind === "claim") await claimSome(one.limit);
    if (one.kind === "settle" && picked !== undefined) await settle(picked, one.end);
    if (one.kind === "release" && picked !== undefined) await release(picked);
    if (one.kind === "pause" || one.kind === "resume") await pause(one.kind === "pause");
    await hear();
  }

  await pause(false);
  await hear();
  for (;;) {
    for (const leased of [...model.held.values()]) await settle(leased, "healed");
    await hear();
    if (model.held.size > 0) continue;
    if (alarmAt === Number.POSITIVE_INFINITY) break;
    model.now = Math.max(model.now, alarmAt);
    await claimSome(5);
  }
  const left = model.deliveries.filter(({ isPending }) => isPending);
  assert.deepEqual(left, [], "nobody was told of these");
}

function settlementFor(
  leased: LeasedDelivery,
  end: Extract<Step, { kind: "settle" }>["end"],
  now: number,
): Settlement {
  if (end === "delivered" || end === "failed") return settlementOf(leased, { state: end, now });
  if (end === "healed") return settlementOf(leased, { health: goodHealth(now), now });
  const retry = { ...retryOf(leased, now + 15), now };
  if (end === "broken") return { ...retry, health: brokenHealth(now, now + 25) };
  return { ...retry, attempt: { ...retry.attempt, ambiguous: end === "ambiguous" } };
}
