/**
 * The part of the store contract that counts what failed and what waits, by sink and reason.
 *
 * These are what somebody has to look at, and both stand in indexes that hold nothing else, so that the
 * many that were delivered cost nothing. Of each so many are counted at most.
 */

import type { ShownState } from "../domain/delivery.ts";
import type { Reason } from "../domain/reason.ts";
import type { EventSinkId, TenantId } from "../ids.ts";

/** Deliveries that are looked at, of those that failed and of those that wait. */
export const summarizedMax = 20_000;

export interface DeliveryGroup {
  readonly eventSinkId: EventSinkId;
  readonly state: Extract<ShownState, "failed" | "pending" | "held">;
  /** Of the last attempt; null when there was none. */
  readonly reason: Reason | null;
  readonly count: number;
  /** When the oldest and the newest of them were made. */
  readonly oldestAt: number;
  readonly newestAt: number;
}

export interface DeliverySummary {
  /** The largest first. */
  readonly groups: readonly DeliveryGroup[];
  /** There are more than were looked at. */
  readonly isPartial: boolean;
}

export interface SummaryOperations {
  /** @param input.eventSinkId null: of all sinks. */
  summarizeDeliveries(input: {
    tenantId: TenantId;
    eventSinkId: EventSinkId | null;
  }): DeliverySummary;
}

/** A group as both stores read it. */
export interface GroupRow {
  readonly event_sink_id: string;
  readonly state: DeliveryGroup["state"];
  readonly reason: Reason | null;
  readonly count: number;
  readonly oldest_at: number;
  readonly newest_at: number;
}

/** @param read the groups of what failed, and of what waits, each read with one row more than is counted. */
export function toSummary(
  read: readonly (readonly GroupRow[])[],
  eventSinkId: EventSinkId | null,
): DeliverySummary {
  const countOf = (rows: readonly GroupRow[]) => rows.reduce((sum, { count }) => sum + count, 0);
  const groups = read
    .flat()
    .filter((row) => eventSinkId === null || row.event_sink_id === eventSinkId)
    .map((row) => ({
      ...{ eventSinkId: row.event_sink_id, state: row.state, reason: row.reason },
      ...{ count: row.count, oldestAt: row.oldest_at, newestAt: row.newest_at },
    }))
    .sort((a, b) => b.count - a.count);
  return { groups, isPartial: read.some((rows) => countOf(rows) > summarizedMax) };
}
