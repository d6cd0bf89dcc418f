/**
 * Slots: how many attempts are under way, over all lanes.
 *
 * A lane's own limit keeps one sink from hurting others; a thousand sinks that hang would still
 * hold tens of thousands of sockets. So all lanes share a budget, and the fuller it is the less each may
 * have: a lane may hold a sixteenth of what is *free*. One hanging sink gets all its 32 attempts, a thousand get two
 * or three each, and there is always something left for a sink that has just got its first alert. Every lane
 * may have one attempt whatever the others do, up to a limit that is there for the machine's sake.
 *
 * Tenants share alike: once a tenant's lanes hold half of the budget, each of them gets no more than
 * its one. Where even that is too much, lanes wait in turn, tenant by tenant, so that a tenant
 * with a thousand sinks waits a thousand times as long for its last as one with a single sink.
 */

import type { TenantId } from "../ids.ts";
import { engineLimits } from "./limits.ts";

export interface SlotLimits {
  /** Shared by lanes that have more than one attempt under way. */
  readonly sharedAttemptsMax: number;
  /** Of all lanes together, whatever they have. */
  readonly attemptsMax: number;
}

/** What counts of a lane. */
export interface SlotTaker {
  readonly tenantId: TenantId;
  /** Its attempts under way. */
  readonly attemptCount: number;
}

/** A lane may hold this share of what is free. */
const freeShare = 1 / 16;
const tenantShare = 1 / 2;

/** Lanes looked at for each slot that is given back; those not looked at are the first next time. */
const looksMax = 64;

export class Slots<Lane extends SlotTaker> {
  readonly #limits: SlotLimits;
  readonly #byTenant = new Map<TenantId, number>();
  /** In the order in which tenants get their next turn. */
  readonly #waiting = new Map<TenantId, Set<Lane>>();
  #count = 0;

  constructor(limits: SlotLimits = engineLimits) {
    this.#limits = limits;
  }

  /** Attempts under way. */
  get count(): number {
    return this.#count;
  }

  /** Takes a slot; false when the lane has to wait until `next` names it. */
  take(lane: Lane): boolean {
    if (!this.#mayTake(lane)) {
      const waiting = this.#waiting.get(lane.tenantId) ?? new Set();
      this.#waiting.set(lane.tenantId, waiting.add(lane));
      return false;
    }
    this.#add(lane, 1);
    return true;
  }

  give(lane: Lane): void {
    this.#add(lane, -1);
  }

  /** The next lane in turn that may have a slot now, if one waits; it waits no more. */
  next(): Lane | undefined {
    for (let looked = 0; looked < looksMax; looked++) {
      const [first] = this.#waiting;
      if (first === undefined || this.#count >= this.#limits.attemptsMax) return undefined;
      const [tenantId, lanes] = first;
      const [lane] = lanes;
      // To the end of its tenant's lanes, and the tenant to the end of the tenants.
      this.#waiting.delete(tenantId);
      if (lane === undefined) continue;
      lanes.delete(lane);
      const isNext = this.#mayTake(lane);
      if (!isNext) lanes.add(lane);
      if (lanes.size > 0) this.#waiting.set(tenantId, lanes);
      if (isNext) return lane;
    }
    return undefined;
  }

  #mayTake({ tenantId, attemptCount }: Lane): boolean {
    const { attemptsMax, sharedAttemptsMax } = this.#limits;
    if (this.#count >= attemptsMax) return false;
    if (attemptCount === 0) return true;
    if ((this.#byTenant.get(tenantId) ?? 0) >= sharedAttemptsMax * tenantShare) return false;
    return attemptCount < (sharedAttemptsMax - this.#count) * freeShare;
  }

  #add({ tenantId }: Lane, change: 1 | -1): void {
    this.#count += change;
    const count = (this.#byTenant.get(tenantId) ?? 0) + change;
    if (count === 0) this.#byTenant.delete(tenantId);
    else this.#byTenant.set(tenantId, count);
  }
}
