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
      readonly kind: "pause" | "resume" | "update" | "probe" | "delete" | "discard";
      readonly sink: number;
    }
  /** The owner sets how deliveries are made; null takes all back. */
  | {
      readonly kind: "options";
      readonly sink: number;
      readonly delivery: SimDeliveryOptions | null;
    }
  /** Of what has been accepted by then, counted around. */
  | { readonly kind: "retry"; readonly pick: number; readonly includesOvertaken: boolean }
  | {
      readonly kind: "replay";
      /** Null: of all sinks. */
      readonly sink: number | null;
      /** Null: where it went before. */
      readonly to: number | null;
      readonly state: "failed" | "delivered" | "canceled" | "held";
      readonly includesOvertaken: boolean;
    }
  /** The pruner makes a pass. */
  | { readonly kind: "prune"; readonly retentionMs: number }
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

/** As the wire has them. */
export interface SimDeliveryOptions {
  readonly concurrency?: number;
  readonly rate_per_minute?: number;
  readonly timeout_seconds?: number;
  readonly retry_delays_seconds?: readonly number[];
}

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
  if (chance.isOneIn(3)) events.push(...makeWishes(chance, { spanMs, anySink, anyTime }));
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

/** What people ask for on top: options, another try, replays, less history. */
function makeWishes(
  chance: Chance,
  { spanMs, anySink, anyTime }: { spanMs: number; anySink: () => number; anyTime: () => number },
): PlanEvent[] {
  const wishes: PlanEvent[] = [];
  const add = (count: number, make: () => PlanEvent) => {
    for (let index = 0; index < count; index++) wishes.push(make());
  };
  const includesOvertaken = chance.isOneIn(2);
  // Mostly before the first alert, so that all of them are made by the options.
  add(chance.between(0, 2), () => {
    const at = chance.isOneIn(3) ? anyTime() : 0;
    const sink = anySink();
    // How many at a time shows where they last.
    if (chance.isOneIn(2)) wishes.push({ kind: "mood", at, sink, mood: "slow" });
    return { kind: "options", at, sink, delivery: makeOptions(chance) };
  });
  if (chance.isOneIn(2)) {
    add(chance.between(1, 4), () => ({
      ...{ kind: "retry", at: anyTime(), pick: chance.between(0, 999), includesOvertaken },
    }));
  }
  if (chance.isOneIn(2)) {
    add(chance.between(1, 2), () => ({
      ...{ kind: "replay", at: anyTime(), includesOvertaken },
      sink: chance.isOneIn(2) ? null : anySink(),
      to: chance.isOneIn(2) ? null : anySink(),
      state: chance.pick(["failed", "delivered", "canceled", "held"]),
    }));
  }
  if (chance.isOneIn(2)) {
    // What is discarded is what is held, often with something still under way.
    const [at, sink] = [anyTime(), anySink()];
    const heldMs = chance.pick([0, 20, 2_000, Math.floor(spanMs / 4)]);
    wishes.push({ kind: "pause", at: at - heldMs, sink });
    wishes.push({ kind: "discard", at, sink });
  }
  if (chance.isOneIn(2)) {
    const retentionMs = chance.pick([5_000, minute, 10 * minute]);
    add(chance.between(1, 3), () => ({ kind: "prune", at: anyTime(), retentionMs }));
  }
  return wishes;
}

function makeOptions(chance: Chance): SimDeliveryOptions | null {
  if (chance.isOneIn(8)) return null;
  return {
    ...(chance.isOneIn(2) ? { concurrency: chance.pick([1, 1, 2, 4]) } : {}),
    ...(chance.isOneIn(2) ? { rate_per_minute: chance.pick([6, 60, 240]) } : {}),
    ...(chance.isOneIn(2) ? { timeout_seconds: chance.pick([1, 3, 60]) } : {}),
    ...(chance.isOneIn(2) ? { retry_delays_seconds: chance.pick([[], [2], [5, 60]]) } : {}),
  };
}
