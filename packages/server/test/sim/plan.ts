/** What one simulation goes through: made from a seed, and plain data, so that it can be shrunk and kept. */

import { type AlertAction, alertActions } from "../../src/domain/delivery.ts";
import { type Chance, createChance } from "./chance.ts";
import { type Mood, moods } from "./moods.ts";

export type SimSinkType = "webhook" | "pagerduty" | "slack";

export type PlanEvent = { readonly at: number } & (
  | {
      readonly kind: "alert";
      readonly sinks: readonly number[];
      readonly action: AlertAction;
      /** Null for a default key, the alert's own. */
      readonly key: string | null;
      readonly isUrgent: boolean;
    }
  | { readonly kind: "mood"; readonly sink: number; readonly mood: Mood }
  | {
      readonly kind: "pause" | "resume" | "update" | "probe" | "delete";
      readonly sink: number;
    }
  /** kill -9, `tasks` steps after `at`. */
  | { readonly kind: "crash"; readonly tasks: number; readonly downMs: number }
  /** SIGTERM. */
  | { readonly kind: "stop"; readonly graceMs: number; readonly downMs: number }
  /** The disk fails, from the n-th write on, so often. */
  | {
      readonly kind: "disk_fault";
      readonly skipCount: number;
      readonly count: number;
      readonly code: 10 | 13;
    }
  | { readonly kind: "clock_jump"; readonly ms: number }
  /** Each settle of the next while arrives a second time, later. */
  | { readonly kind: "duplicate_settles"; readonly count: number }
);

export interface Plan {
  readonly seed: number;
  readonly sinkTypes: readonly SimSinkType[];
  /** In order of time. */
  readonly events: readonly PlanEvent[];
  /** From here on nothing goes wrong any more. */
  readonly quietAt: number;
}

const minute = 60_000;
/** Most faults show within minutes; breaking, probes and long retries need hours. */
const spans = [20_000, 2 * minute, 2 * minute, 30 * minute, 6 * 60 * minute];

export function makePlan(seed: number): Plan {
  const chance = createChance(seed);
  const spanMs = chance.pick(spans);
  const sinkTypes = Array.from({ length: chance.between(1, 3) }, () =>
    chance.pick(["webhook", "webhook", "pagerduty", "slack"] as const),
  );
  const anySink = () => chance.between(0, sinkTypes.length - 1);
  const alerts = makeAlerts(chance, spanMs, anySink);
  const events = [...alerts];
  // Half of what goes wrong does so when there is much to do.
  const anyTime = () =>
    chance.isOneIn(2)
      ? chance.between(0, spanMs)
      : chance.pick(alerts).at + chance.between(0, chance.pick([50, 1_000, 20_000]));
  const add = (count: number, make: () => Omit<PlanEvent, "at">, at = anyTime) => {
    for (let index = 0; index < count; index++) {
      events.push({ at: at(), ...make() } as PlanEvent);
    }
  };
  add(chance.between(0, 8), () => ({ kind: "mood", sink: anySink(), mood: chance.pick(moods) }));
  add(chance.between(0, 4), () => ({
    kind: chance.pick(["pause", "resume", "resume", "update", "probe"]),
    sink: anySink(),
  }));
  if (chance.isOneIn(4)) add(1, () => ({ kind: "delete", sink: anySink() }));
  add(chance.isOneIn(2) ? chance.between(1, 3) : 0, () => ({
    kind: "crash",
    tasks: chance.between(1, 40),
    downMs: chance.pick([0, 50, 5_000]),
  }));
  if (chance.isOneIn(4)) {
    const graceMs = chance.pick([0, 1_000, 10_000]);
    add(1, () => ({ kind: "stop", graceMs, downMs: chance.between(0, 2_000) }));
  }
  const changes = events.filter(({ kind }) => kind !== "alert" && kind !== "mood");
  const atChange = () => chance.pick(changes).at - chance.between(0, 50);
  const faultAt = () => (changes.length > 0 && chance.isOneIn(2) ? atChange() : anyTime());
  add(
    chance.isOneIn(3) ? chance.between(1, 3) : 0,
    () => ({
      kind: "disk_fault",
      skipCount: chance.between(0, 12),
      count: chance.pick([1, 1, 3, 20]),
      code: chance.pick([10, 13]),
    }),
    faultAt,
  );
  if (chance.isOneIn(5)) {
    add(chance.between(1, 2), () => ({
      kind: "clock_jump",
      ms: chance.pick([-3_600_000, -5_000, 5_000, 3_600_000]),
    }));
  }
  if (chance.isOneIn(4)) add(1, () => ({ kind: "duplicate_settles", count: 10 }));
  events.sort((a, b) => a.at - b.at);
  return { seed, sinkTypes, events, quietAt: spanMs + minute };
}

/** Single alerts, and bursts that fill lanes and make roll-ups. */
function makeAlerts(chance: Chance, spanMs: number, anySink: () => number): PlanEvent[] {
  const alerts: PlanEvent[] = [];
  const keys = ["a", "b", "c"].slice(0, chance.between(1, 3));
  const alertAt = (
    at: number,
    key: string | null,
    sinks = [...new Set([anySink(), anySink()])],
  ): void => {
    const action: AlertAction =
      key === null ? "trigger" : chance.pick<AlertAction>(["trigger", ...alertActions]);
    alerts.push({ kind: "alert", at, sinks, action, key, isUrgent: chance.isOneIn(8) });
  };
  for (let left = chance.between(5, 40); left > 0; left--) {
    alertAt(chance.between(0, spanMs), chance.isOneIn(4) ? null : chance.pick(keys));
  }
  if (chance.isOneIn(10)) {
    const at = chance.between(0, spanMs);
    const isKeyed = chance.isOneIn(2);
    const count = chance.pick([20, 40, 300]);
    const sinks = count < 100 ? undefined : [anySink()];
    for (let left = count; left > 0; left--) {
      alertAt(at + chance.between(0, 50), isKeyed ? chance.pick(keys) : null, sinks);
    }
  }
  return alerts;
}
