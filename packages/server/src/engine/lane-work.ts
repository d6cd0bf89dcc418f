import type { JsonObject } from "../domain/json.ts";
import { isUrgentSeverity } from "../domain/severity.ts";
import type { RollUp, SinkType } from "../sinks/sink-type.ts";
import type { LeasedDelivery } from "../store/store.ts";
import { alertFields } from "./attempt.ts";

/** What goes out in one attempt: one delivery, or several that are told together. */
export interface Group {
  /**
   * `repeats`: triggers of one key, told by the last of them; alone, that is any delivery.
   * `roll_up`: many problems in one message, on record with the first.
   */
  readonly kind: "repeats" | "roll_up";
  /** Oldest first; at least one. */
  readonly deliveries: readonly LeasedDelivery[];
  /** The one whose record holds the requests. */
  readonly lead: LeasedDelivery;
}

/** Grave enough to go before everything else of its lane. */
export function isUrgent({ alert }: LeasedDelivery): boolean {
  return isUrgentSeverity(alert.severityId);
}

/**
 * Takes what a lane does next out of `waiting`: the oldest urgent delivery, else the oldest, with
 * its repeats where the sink type joins them; or, when so many problems wait that the
 * platform's pace would hold them up, a roll-up of many.
 * @returns null when nothing waits.
 */
export function takeNext(
  waiting: LeasedDelivery[],
  { rollUp, joinsRepeats }: Pick<SinkType, "rollUp" | "joinsRepeats">,
): Group | null {
  const urgent = waiting.find(isUrgent);
  if (urgent === undefined && rollUp !== null) {
    const admitted = findRollUp(waiting, rollUp);
    const [lead] = admitted;
    if (lead !== undefined) return take(waiting, { kind: "roll_up", deliveries: admitted, lead });
  }
  const first = urgent ?? waiting[0];
  if (first === undefined) return null;
  const deliveries = joinsRepeats ? findRepeats(waiting, first) : [first];
  return take(waiting, { kind: "repeats", deliveries, lead: deliveries.at(-1) ?? first });
}

/** What can be rolled up now; empty while too few problems wait. */
function findRollUp(waiting: readonly LeasedDelivery[], rollUp: RollUp): LeasedDelivery[] {
  if (waiting.length < rollUp.backlogMin) return [];
  const admitted = waiting.filter(({ alert, memory }) => rollUp.admits(alertFields(alert), memory));
  const problems = new Set(
    admitted.map(({ id, alert }) => (alert.hasExplicitKey ? `key ${alert.dedupKey}` : id)),
  );
  return problems.size < rollUp.backlogMin ? [] : admitted.slice(0, rollUp.alertsMax);
}

/**
 * The waiting triggers of a trigger's explicit key, itself among them. What has been tried before goes
 * with those that were tried with it, so that a retry repeats what the first try began.
 */
function findRepeats(waiting: readonly LeasedDelivery[], first: LeasedDelivery): LeasedDelivery[] {
  if (first.alert.action !== "trigger" || !first.alert.hasExplicitKey) return [first];
  return waiting.filter(
    ({ alert, attemptCount }) =>
      alert.action === "trigger" &&
      alert.hasExplicitKey &&
      alert.dedupKey === first.alert.dedupKey &&
      attemptCount === first.attemptCount,
  );
}

function take(waiting: LeasedDelivery[], group: Group): Group {
  const { deliveries, lead } = group;
  if (deliveries.length === 1) {
    waiting.splice(waiting.indexOf(lead), 1);
    return group;
  }
  const taken = new Set(deliveries);
  waiting.splice(0, waiting.length, ...waiting.filter((delivery) => !taken.has(delivery)));
  return group;
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
