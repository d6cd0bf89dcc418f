import assert from "node:assert/strict";
import fc from "fast-check";
import { type AlertAction, alertActions, mustWait } from "../../src/domain/delivery.ts";
import type { LeasedDelivery } from "../../src/store/store.ts";
import { startAt } from "../support/store-samples.ts";

/** One thing that happens to a lane. `pick` chooses among what is leased. */
export type Step =
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

export const anyStep: fc.Arbitrary<Step> = fc.oneof(
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
  readonly createdAt: number;
}

/** The lane as it must be. */
export class LaneModel {
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

  add(
    delivery: Omit<ModelDelivery, "isPending" | "isAmbiguous" | "dueAt" | "createdAt">,
    supersedes: boolean,
  ) {
    for (const other of supersedes ? this.deliveries : []) {
      const isUnsent = !other.isAmbiguous && !this.held.has(other.id);
      if (other.key !== delivery.key || other.action !== "trigger" || !isUnsent) continue;
      other.isPending = false;
    }
    this.letGo();
    const added = {
      ...delivery,
      isPending: true,
      isAmbiguous: false,
      dueAt: null,
      createdAt: this.now,
    };
    this.deliveries.push(added);
    this.letGo();
  }

  /** What waited and need not any more is due now. */
  letGo(): void {
    for (const delivery of this.deliveries) {
      if (delivery.dueAt === null && this.mayGo(delivery)) delivery.dueAt = this.now;
    }
  }

  /** What was put off while the sink was broken is due as on its arrival. */
  heal(): void {
    for (const delivery of this.deliveries) {
      if (delivery.isPending && (delivery.dueAt ?? 0) > this.now)
        delivery.dueAt = delivery.createdAt;
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
