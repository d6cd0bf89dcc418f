import TinyQueue from "tinyqueue";
import type { Timer } from "../clock.ts";
import type { JsonObject } from "../domain/json.ts";
import type { SinkHealth } from "../domain/sink-health.ts";
import { leasedCharsPerLaneMax } from "../store/lease-limits.ts";
import type { Lane, LeasedDelivery } from "../store/store.ts";
import { engineLimits } from "./limits.ts";

/** The engine's view of one sink's queue. */
export interface LaneState extends Lane {
  /** Leased and not started. */
  readonly waiting: LeasedDelivery[];
  /** Attempts under way; a roll-up is one. */
  attemptCount: number;
  /** Deliveries under way, and those whose settle is not yet confirmed. */
  leaseCount: number;
  /** Characters of the alerts in all its leases. */
  leasedChars: number;
  /** When the store has something to claim; null when it has nothing that we know of. */
  nextDueAt: number | null;
  /** The instant of its latest alarm that is still queued; null when there is none. */
  alarmAt: number | null;
  isClaiming: boolean;
  /** Its sink is being fetched; what waits is started as soon as it is there. */
  isStarting: boolean;
  /** Set while the lane waits for its platform's pace. */
  resting: Timer | null;
  /** Nothing goes out before: its platform asked to slow down and names no rate. */
  heldUntil: number;
  /** As of the last attempt here; null before the first, when the stored one counts. */
  health: SinkHealth | null;
  /**
   * As the store has it, as far as is known: settlements that were tried again may come after later ones.
   * Null before the first.
   */
  healthStored: SinkHealth | null;
  /** The stored health may differ from `health`: it counts once the sink is loaded again. */
  isHealthOld: boolean;
  /** Memory that attempts left and the store has not confirmed yet, by dedup key. */
  readonly unsettled: Map<string, JsonObject>;
  /** Attempts at a time; below the sink type's after the sink has healed, growing with each success. */
  attemptsMax: number;
  leasesMax: number;
  /** When its sink healed while the engine ran: what was held then goes out slowly at first. */
  healedAt: number | null;
}

/**
 * All lanes that have something to do, and an alarm queue over them: the cost of finding
 * the next due lane does not grow with the number of lanes that wait for their time.
 * An alarm whose lane has moved on is dropped when it comes up.
 */
export class Lanes {
  readonly #lanes = new Map<string, LaneState>();
  #leaseCount = 0;
  #leasedChars = 0;
  readonly #alarms = new TinyQueue<{ at: number; lane: LaneState }>([], (a, b) => a.at - b.at);

  get(lane: Lane): LaneState {
    const key = laneKey(lane);
    let state = this.#lanes.get(key);
    if (state === undefined) {
      state = {
        tenantId: lane.tenantId,
        eventSinkId: lane.eventSinkId,
        waiting: [],
        attemptCount: 0,
        leaseCount: 0,
        leasedChars: 0,
        healedAt: null,
        nextDueAt: null,
        alarmAt: null,
        isClaiming: false,
        isStarting: false,
        resting: null,
        heldUntil: 0,
        health: null,
        healthStored: null,
        isHealthOld: false,
        unsettled: new Map(),
        attemptsMax: Number.POSITIVE_INFINITY,
        leasesMax: engineLimits.leasesPerLaneMax,
      };
      this.#lanes.set(key, state);
    }
    return state;
  }

  /** Counts deliveries that the store has leased to the engine. */
  noteLeased(lane: LaneState, deliveries: readonly LeasedDelivery[]): void {
    this.#count(lane, deliveries, 1);
  }

  /** They were settled or handed back. */
  noteEnded(lane: LaneState | undefined, deliveries: readonly LeasedDelivery[]): void {
    this.#count(lane, deliveries, -1);
  }

  #count(lane: LaneState | undefined, deliveries: readonly LeasedDelivery[], sign: 1 | -1): void {
    const chars = deliveries.reduce((sum, { alert }) => sum + alert.body.length, 0);
    this.#leaseCount += sign * deliveries.length;
    this.#leasedChars += sign * chars;
    if (lane !== undefined) lane.leasedChars += sign * chars;
  }

  /** How many more deliveries of a lane may be leased. */
  roomOf(lane: LaneState): number {
    if (lane.leasedChars >= leasedCharsPerLaneMax) return 0;
    return this.#leasesMaxOf(lane) - lane.waiting.length - lane.leaseCount;
  }

  /** While all lanes together hold too much, none gets more than a few: but a few it always gets. */
  #leasesMaxOf(lane: LaneState): number {
    const { leasesMax, leasedCharsMax, leasesPerCrowdedLaneMax } = engineLimits;
    const isCrowded = this.#leaseCount >= leasesMax || this.#leasedChars >= leasedCharsMax;
    return isCrowded ? Math.min(lane.leasesMax, leasesPerCrowdedLaneMax) : lane.leasesMax;
  }

  /**
   * Whether a claim is worth it. A lane that may not claim holds leases, and is looked at again when
   * they end; so none is forgotten.
   */
  #mayClaim(lane: LaneState): boolean {
    const roomMin = Math.min(engineLimits.claimMin, this.#leasesMaxOf(lane));
    return !lane.isClaiming && this.roomOf(lane) >= roomMin;
  }

  find(lane: Lane): LaneState | undefined {
    return this.#lanes.get(laneKey(lane));
  }

  all(): Iterable<LaneState> {
    return this.#lanes.values();
  }

  /** Notes that the store has work for a lane from `dueAt` on. */
  expect(lane: Lane, dueAt: number): void {
    const state = this.get(lane);
    state.nextDueAt = Math.min(state.nextDueAt ?? dueAt, dueAt);
    // Even when it was expected already: room may have come since its alarm was dropped.
    this.#setAlarm(state);
  }

  /** Lanes with something to claim by `now` and room for it; they count as claiming from here on. */
  startClaiming(now: number, max: number): LaneState[] {
    const found: LaneState[] = [];
    while (found.length < max && (this.nextAlarmAt() ?? Number.POSITIVE_INFINITY) <= now) {
      const lane = this.#popAlarm();
      if (lane === undefined) break;
      lane.isClaiming = true;
      // What is told from here on may not be in the claim's answer: it must not be forgotten with it.
      lane.nextDueAt = null;
      found.push(lane);
    }
    return found;
  }

  /** Ends a claim: `nextDueAt` is what the store has left. */
  endClaiming(lane: LaneState, nextDueAt: number | null): void {
    lane.isClaiming = false;
    if (nextDueAt !== null) lane.nextDueAt = Math.min(lane.nextDueAt ?? nextDueAt, nextDueAt);
    this.#setAlarm(lane);
  }

  /** A delivery of the lane is done: it may have room again, or nothing left to do. */
  roomFreed(lane: LaneState): void {
    if (lane.nextDueAt !== null) this.#setAlarm(lane);
    else if (isIdle(lane)) {
      this.#lanes.delete(laneKey(lane));
    }
  }

  /** Alarms queued, those that are out of date included. */
  get alarmCount(): number {
    return this.#alarms.length;
  }

  /** The next instant at which some lane with room gets something to claim. */
  nextAlarmAt(): number | null {
    for (;;) {
      const alarm = this.#alarms.peek();
      if (alarm === undefined) return null;
      if (alarm.lane.nextDueAt === alarm.at && this.#mayClaim(alarm.lane)) return alarm.at;
      this.#popAlarm();
    }
  }

  #popAlarm(): LaneState | undefined {
    const alarm = this.#alarms.pop();
    if (alarm !== undefined && alarm.lane.alarmAt === alarm.at) alarm.lane.alarmAt = null;
    return alarm?.lane;
  }

  #setAlarm(lane: LaneState): void {
    if (lane.nextDueAt !== null && lane.nextDueAt !== lane.alarmAt && this.#mayClaim(lane)) {
      lane.alarmAt = lane.nextDueAt;
      this.#alarms.push({ at: lane.nextDueAt, lane });
    }
  }
}

function isIdle(lane: LaneState): boolean {
  return (
    lane.waiting.length === 0 &&
    lane.leaseCount === 0 &&
    !lane.isClaiming &&
    !lane.isStarting &&
    lane.attemptsMax === Number.POSITIVE_INFINITY
  );
}

function laneKey(lane: Lane): string {
  return `${lane.tenantId}/${lane.eventSinkId}`;
}
