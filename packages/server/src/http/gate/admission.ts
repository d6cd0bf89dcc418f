/**
 * Admission: how many new alerts are let in at a time.
 *
 * An alert that was answered 202 is a promise, and the disk is its queue: a backlog there is fine,
 * however long. What is bounded here is what has been let in and is not on disk yet, since it is
 * held in memory and makes everything behind it wait. Past a limit a new alert is refused at once,
 * before its body is parsed, with 503 and Retry-After; its sender still has it. Claims and settles
 * pass the store's writer before new alerts (`store/take-batch.ts`), and nothing but
 * intake is refused here, so deliveries, searches and changes go on meanwhile.
 *
 * Limits are on the alerts and the bytes that are let in, on the process's memory, and on the space left
 * on the disk. A burst within them is simply taken. What is more than a burst makes a queue that stands
 * (`standing-queue.ts`), in one of two places: behind this thread, for the store, where an answer tells how
 * long it took; or before it, in sockets that it does not get round to reading, where a turn of the event
 * loop tells, which reads all that has come since the turn before. While one stands only as many
 * are let in as keep the store busy, and for the first part of each turn only. That ends when nothing had
 * to be refused for a while. A refusal costs this thread less than half of what an alert does, so it
 * gets through those that wait, and refuses within a turn.
 *
 * Fairness: one tenant's key gets three quarters of a limit at most. Past that the key is at fault,
 * and is told 429; the others still find room. The operator's keys speak for everybody and have no such share.
 *
 * Not bounded here: how fast a tenant may send (`rate-limiter.ts`; its backlog delays nobody else's), and connections (`connections.ts`).
 */

import type { Clock } from "../../clock.ts";
import { ApiError } from "../../errors.ts";
import type { IntakeMetrics } from "../alerts/intake-metrics.ts";
import type { Pressure } from "./pressure.ts";
import { createStandingQueue } from "./standing-queue.ts";

export interface AdmissionLimits {
  /** Alerts let in and not yet on disk. */
  readonly alertsMax: number;
  /** Bytes of their bodies. */
  readonly bytesMax: number;
}

/** A request that was let in. What it holds is given back when its answer has left and its work is done. */
export interface Ticket {
  /** It brings so many alerts. Throws the refusal when there is no room for them. */
  grow(alerts: number): void;
  /** Keeps what it holds until `work` has settled, also when the caller has hung up. */
  during<T>(work: Promise<T>): Promise<T>;
  /** The answer has left, or the caller has. */
  leave(): void;
}

export interface Admission {
  /**
   * Lets a request in before its body is read; until more is known it counts as one alert.
   * Throws the refusal.
   * @param key whose share it counts in; null for the operator's.
   */
  enter(key: string | null, bodyBytes: number): Ticket;
  /** Alerts let in and not yet on disk. */
  readonly alertCount: number;
}

/** Why alerts are refused; a label of the metric. */
export type RefusalCause = "alerts" | "bytes" | "late" | "key_share" | "memory" | "disk";

/** An answer that takes longer is late; when all have been for as long as a burst lasts, too much comes in. */
const answers = { waitMsMax: 100, burstMs: 500 };
/** A turn of the event loop that takes longer makes those late that come meanwhile. */
const turns = { waitMsMax: 50, burstMs: 100 };
/** Let in at a time while too much comes in: enough to keep this thread and the store busy. */
const lateRequestsMax = 128;
const lateAlertsMax = 1_000;
/** And in one turn: what is left of it goes to refusals, and to the answers of those let in. */
const lateTurnMsMax = 20;
/** Too much came in until nothing has been refused for this long. */
const calmMsMin = 1_000;
const keyShare = 0.75;

interface Held {
  requests: number;
  alerts: number;
  bytes: number;
}

interface AdmissionDeps {
  readonly clock: Clock;
  readonly metrics: IntakeMetrics;
  /** Of the machine; see `pressure.ts`. */
  readonly pressure: Pressure;
  /** Runs something when all that the event loop has read in this turn is dealt with. */
  readonly atTurnEnd?: (run: () => void) => void;
}

export function createAdmission(
  limits: AdmissionLimits,
  { clock, metrics, pressure, atTurnEnd = setImmediate }: AdmissionDeps,
): Admission {
  const all: Held = { requests: 0, alerts: 0, bytes: 0 };
  const byKey = new Map<string, Held>();
  const behind = createStandingQueue(answers);
  const before = createStandingQueue(turns);
  /** When the first request with alerts was read in this turn; null: none was. */
  let turnStartedAt: number | null = null;
  let refusedAt = Number.NEGATIVE_INFINITY;

  function refuse(cause: RefusalCause): ApiError {
    metrics.refused.inc({ cause });
    return refusals[cause];
  }

  /** A queue stands, or it is not long that one did. */
  function isLate(now: number): boolean {
    if (behind.stands(now) || before.stands(now)) return true;
    return Math.abs(now - refusedAt) < calmMsMin;
  }

  function noteTurn(now: number): void {
    if (turnStartedAt !== null) return;
    turnStartedAt = now;
    // A thread that is behind finds more to read as soon as a turn ends.
    before.noteEmpty(now);
    atTurnEnd(() => {
      const endedAt = clock.now();
      before.note(endedAt - now, endedAt);
      turnStartedAt = null;
    });
  }

  /** Throws when there is no room for more; what comes alone finds room in any case. */
  function requireRoom(key: string | null, alerts: number, bytes: number): void {
    const now = clock.now();
    const cause = pressure.find(now);
    if (cause !== null) throw refuse(cause);
    if (all.alerts === 0) return;
    const mine = key === null ? undefined : byKey.get(key);
    if (
      mine !== undefined &&
      (mine.alerts + alerts > limits.alertsMax * keyShare ||
        mine.bytes + bytes > limits.bytesMax * keyShare)
    ) {
      throw refuse("key_share");
    }
    if (all.alerts + alerts > limits.alertsMax) throw refuse("alerts");
    if (all.bytes + bytes > limits.bytesMax) throw refuse("bytes");
    const isBusy =
      all.requests >= lateRequestsMax ||
      all.alerts + alerts > lateAlertsMax ||
      now - (turnStartedAt ?? now) > lateTurnMsMax;
    if (!isBusy || !isLate(now)) return;
    refusedAt = now;
    throw refuse("late");
  }

  function hold(key: string | null, requests: 1 | -1, alerts: number, bytes: number): void {
    const mine = key === null ? null : (byKey.get(key) ?? { requests: 0, alerts: 0, bytes: 0 });
    for (const held of mine === null ? [all] : [all, mine]) {
      held.requests += requests;
      held.alerts += requests * alerts;
      held.bytes += requests * bytes;
    }
    if (key === null || mine === null) return;
    if (mine.requests > 0) byKey.set(key, mine);
    else byKey.delete(key);
  }

  return {
    get alertCount() {
      return all.alerts;
    },
    enter(key, bytes) {
      const enteredAt = clock.now();
      noteTurn(enteredAt);
      if (all.requests === 0) behind.noteEmpty(enteredAt);
      requireRoom(key, 1, bytes);
      hold(key, 1, 1, bytes);
      let alerts = 1;
      let parts = 1;
      const endPart = () => {
        parts -= 1;
        if (parts > 0) return;
        hold(key, -1, alerts, bytes);
        const now = clock.now();
        behind.note(now - enteredAt, now);
      };
      return {
        grow(count) {
          // Its own place is given back for a moment, so that it finds room when it is alone.
          hold(key, -1, alerts, bytes);
          try {
            requireRoom(key, count, bytes);
            alerts = count;
          } finally {
            hold(key, 1, alerts, bytes);
          }
        },
        during(work) {
          parts += 1;
          return work.finally(endPart);
        },
        leave: endPart,
      };
    },
  };
}

const unavailable = (retryAfterS: number, message: string) =>
  new ApiError("unavailable", `${message} Nothing of this call was kept.`, { retryAfterS });

const tooMuch = unavailable(
  1,
  "More alerts come in than can be stored: send this again after the time in Retry-After.",
);

/** Made once: a trace of how it came about is a good part of what a refusal costs, and tells nothing. */
const refusals: Readonly<Record<RefusalCause, ApiError>> = {
  alerts: tooMuch,
  bytes: tooMuch,
  late: tooMuch,
  key_share: new ApiError(
    "rate_limited",
    "This key has too many alerts under way at a time: send fewer at once, or wait for their answers. Nothing of this call was kept.",
    { retryAfterS: 1 },
  ),
  memory: unavailable(
    5,
    "The service is short of memory and takes no alerts until it has more (EVENT_SINKS_MEMORY_MAX): send this again later.",
  ),
  disk: unavailable(
    60,
    "The disk is nearly full, so no alerts are taken until its operator makes room (EVENT_SINKS_DISK_FREE_MIN): send this again later.",
  ),
};
