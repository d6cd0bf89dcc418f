/**
 * The part of the store contract that sends again what was settled.
 *
 * Retrying makes a settled delivery pending again: the same delivery, so its id on the wire is
 * the same, its attempts go on counting, and what it has to wait for is judged as if it came now; it is let
 * go once nothing that is older by its alert is pending.
 * A replay does that to all that a filter finds, oldest first, or makes deliveries of the same
 * alerts for another sink. It is a row with a place it has got to, moved on in bounded steps
 * (`advanceReplays`) each in one transaction with what it sends, so a crash loses and repeats nothing.
 *
 * Overtaken. A trigger or acknowledge is overtaken when a resolve of its key that came later was
 * delivered at that sink, or will be; a resolve, when a later trigger was: sent now they would
 * open a problem that is over, or close one that is not. They are skipped unless asked for.
 *
 * Pace. What is replayed is due like anything else, so a lane that works is given no more while
 * `replayPendingMax` of it are pending: fresh alerts wait behind those at most.
 */

import type { AlertAction, ShownState } from "../domain/delivery.ts";
import type { Reason } from "../domain/reason.ts";
import type { AlertUid, DeliveryId, EventSinkId, ReplayId, TenantId } from "../ids.ts";
import type { Audited } from "./audit.ts";
import type { Lane, Listed, Page, Scoped } from "./scope.ts";

/** Which deliveries are replayed. */
export interface ReplayFilter {
  readonly eventSinkId: EventSinkId | null;
  readonly alertUid: AlertUid | null;
  readonly dedupKey: string | null;
  readonly action: AlertAction | null;
  /** `pending` and `held` only towards another sink. */
  readonly state: ShownState;
  readonly reason: Reason | null;
  /** Made at or after, before; ms since the epoch. */
  readonly since: number | null;
  readonly until: number | null;
}

/** What is to be replayed, and where. */
export interface ReplayOrder {
  readonly tenantId: TenantId;
  readonly filter: ReplayFilter;
  /** Null: where it went before. */
  readonly toEventSinkId: EventSinkId | null;
  readonly includesOvertaken: boolean;
}

/** Why what was found is not sent again. */
export interface SkippedCounts {
  readonly overtaken: number;
  /** Its alert has a delivery at the other sink that is delivered or pending, or it is itself pending there. */
  readonly alreadyThere: number;
  /** Its sink was deleted. */
  readonly sinkDeleted: number;
}

export interface Replay extends ReplayOrder {
  readonly id: ReplayId;
  readonly state: "running" | "done" | "canceled";
  /** What the filter found as it began; null when that was too much to count. */
  readonly matchedCount: number | null;
  readonly replayedCount: number;
  readonly skipped: SkippedCounts;
  readonly createdAt: number;
  readonly finishedAt: number | null;
}

/** Pending deliveries of a working lane, beyond which a replay gives it no more for now. */
export const replayPendingMax = 500;

/** Replays of one tenant that run at the same time. */
export const runningReplaysMax = 10;

export interface ReplayOperations {
  /**
   * Makes a settled delivery pending again, due now; a pending one is due now, and its broken sink probed.
   * `waiting`: it waits for an earlier delivery of its key, and is due once that is settled.
   */
  retryDelivery(
    input: Audited<Scoped<DeliveryId> & { now: number; includesOvertaken: boolean }>,
  ): "done" | "not_found" | "sink_deleted" | "overtaken" | "waiting";
  /**
   * Cancels pending deliveries of a sink made up to `until` (`null`: now), a bounded number at a time.
   * What is under a lease is left. `until` of the first answer goes into the next call.
   */
  cancelHeld(input: Lane & { now: number; until: string | null }): {
    canceledCount: number;
    until: string;
    isDone: boolean;
  };

  /** Begins a replay of what is there now. */
  createReplay(
    input: Audited<ReplayOrder & { id: ReplayId; matchedCount: number | null; now: number }>,
  ): "created" | "unknown_tenant" | "unknown_event_sink" | "too_many";
  getReplay(input: Scoped<ReplayId>): Replay | null;
  /** Newest first. */
  listReplays(input: Page & { tenantId: TenantId }): Listed<Replay>;
  /** What is sent stays sent. */
  cancelReplay(
    input: Audited<Scoped<ReplayId> & { now: number }>,
  ): "canceled" | "finished" | "not_found";
  /** Counts what a replay would find, a bounded number of rows at a time; `next` goes into the next call. */
  countReplay(input: ReplayOrder & { after: string | null }): {
    matchedCount: number;
    skipped: SkippedCounts;
    next: string | null;
  };
  /**
   * Takes one bounded step of each running replay. `waiting`: each that runs has a lane that has
   * enough to do; `idle`: none runs.
   */
  advanceReplays(input: { now: number }): "moved" | "waiting" | "idle";
}
