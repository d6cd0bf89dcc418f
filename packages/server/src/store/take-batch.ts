import type { QueuedCall } from "./worker-ports.ts";

/** Records in one transaction besides new alerts, at most, so that the first does not wait for thousands. */
const weightMax = 1_000;

/**
 * New alerts in one transaction, at most. Settles and claims that come meanwhile wait for no more
 * than these; the cost of an fsync is shared among enough of them all the same.
 */
const intakeWeightMax = 250;

/**
 * Takes the next batch out of `calls`: first what ends or continues deliveries, and what people
 * ask for; then new alerts. Each class keeps its order and has a share of every batch, so neither
 * waits for the other: an engine that settles late would have no slots left to send with, and
 * intake would run ahead of sending by as much as the disk can take.
 */
export function takeBatch(calls: QueuedCall[]): QueuedCall[] {
  const first: QueuedCall[] = [];
  const intake: QueuedCall[] = [];
  const left: QueuedCall[] = [];
  let weight = 0;
  let intakeWeight = 0;
  for (const call of calls) {
    const own = weigh(call.input);
    if (call.name === "acceptAlerts") {
      if (intakeWeight > 0 && intakeWeight + own > intakeWeightMax) {
        // What came later must not overtake it.
        intakeWeight = Number.POSITIVE_INFINITY;
        left.push(call);
      } else {
        intakeWeight += own;
        intake.push(call);
      }
    } else if (weight < weightMax) {
      weight += own;
      first.push(call);
    } else left.push(call);
  }
  calls.splice(0, calls.length, ...left);
  return [...first, ...intake];
}

/** How many records a call brings. */
function weigh(input: unknown): number {
  if (typeof input !== "object" || input === null) return 1;
  if ("alerts" in input && Array.isArray(input.alerts)) return input.alerts.length;
  if ("settlements" in input && Array.isArray(input.settlements)) return input.settlements.length;
  return 1;
}
