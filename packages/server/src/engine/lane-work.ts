import type { JsonObject } from "../domain/json.ts";
import { isUrgentSeverity } from "../domain/severity.ts";
import type { RollUp } from "../sinks/sink-type.ts";
import type { LeasedDelivery } from "../store/store.ts";
import { alertFields } from "./attempt.ts";

/** Grave enough to go before everything else of its lane. */
export function isUrgent({ alert }: LeasedDelivery): boolean {
  return isUrgentSeverity(alert.severityId);
}

/**
 * Takes what a lane does next out of `waiting`: one delivery, the oldest urgent one first; or,
 * when so many wait that the platform's pace would hold them up, a roll-up of many.
 * @returns one delivery, or several to roll up; empty when nothing waits.
 */
export function takeNext(waiting: LeasedDelivery[], rollUp: RollUp | null): LeasedDelivery[] {
  const urgentAt = waiting.findIndex(isUrgent);
  if (urgentAt >= 0) return waiting.splice(urgentAt, 1);
  if (rollUp !== null && waiting.length >= rollUp.backlogMin) {
    const group = waiting.filter((delivery) => admits(rollUp, delivery));
    if (group.length >= rollUp.backlogMin) return takeAll(waiting, group, rollUp.alertsMax);
  }
  return waiting.splice(0, 1);
}

function admits(rollUp: RollUp, { alert, memory }: LeasedDelivery): boolean {
  return rollUp.admits(alertFields(alert), memory);
}

function takeAll(
  waiting: LeasedDelivery[],
  group: readonly LeasedDelivery[],
  max: number,
): LeasedDelivery[] {
  const taken = group.slice(0, max);
  const ids = new Set(taken.map(({ id }) => id));
  waiting.splice(0, waiting.length, ...waiting.filter(({ id }) => !ids.has(id)));
  return taken;
}

/** Brings what waits up to date with memory that a delivery of the same key left behind. */
export function shareMemory(
  waiting: LeasedDelivery[],
  memories: ReadonlyMap<string, JsonObject>,
): void {
  waiting.forEach((delivery, index) => {
    const memory = memories.get(delivery.alert.dedupKey);
    if (memory !== undefined) waiting[index] = { ...delivery, memory };
  });
}

/** Notes on what waits that the resolve of its key is stored behind it. */
export function noteResolve(waiting: LeasedDelivery[], dedupKey: string): void {
  waiting.forEach((delivery, index) => {
    if (delivery.alert.dedupKey !== dedupKey || delivery.alert.action === "resolve") return;
    waiting[index] = { ...delivery, isResolveWaiting: true };
  });
}
