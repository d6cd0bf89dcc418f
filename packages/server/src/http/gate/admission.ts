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
 * on the disk. A burst within them is simply taken. When answers have been late for longer than a
 * burst lasts, more comes in than gets out, and a queue would only make every alert late: from then on only as many
 * are let in as keep the store busy. That ends when nothing had to be refused for a while.
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

/** An answer that takes longer is late; when all have been for `lateMsMax`, too much comes in. */
const answerMsMax = 100;
const lateMsMax = 500;
/** Let in at a time while too much comes in: enough to keep this thread and the store busy. */
const lateRequestsMax = 128;
const lateAlertsMax = 1_000;
/** Too much came in until nothing has been refused for this long. */
const calmMsMin = 1_000;
const keyShare = 0.75;

interface Held {
  requests: number;
  alerts: number;
  bytes: number;
}

/** @param pressure of the machine; see `pressure.ts`. */
export function createAdmission(
  limits: AdmissionLimits,
  { clock, metrics, pressure }: { clock: Clock; metrics: IntakeMetrics; pressure: Pressure },
): Admission {
  const all: Held = { requests: 0, alerts: 0, bytes: 0 };
  const byKey = new Map<string, Held>();
  let lateSince: number | null = null;
  let refusedAt = Number.NEGATIVE_INFINITY;

  function refuse(cause: RefusalCause): ApiError {
    metrics.refused.inc({ cause });
    return refusals[cause]();
  }

  /** Answers have been late for longer than a burst lasts, or it is not long that they were. */
  function isLate(now: number): boolean {
    if (lateSince !== null && now - lateSince > lateMsMax) return true;
    return Math.abs(now - refusedAt) < calmMsMin;
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
    const isBusy = all.requests >= lateRequestsMax || all.alerts + alerts > lateAlertsMax;
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

  function noteAnswer(tookMs: number): void {
    if (tookMs <= answerMsMax) lateSince = null;
    else lateSince ??= clock.now();
  }

  return {
    get alertCount() {
      return all.alerts;
    },
    enter(key, bytes) {
      requireRoom(key, 1, bytes);
      hold(key, 1, 1, bytes);
      const enteredAt = clock.now();
      let alerts = 1;
      let parts = 1;
      const endPart = () => {
        parts -= 1;
        if (parts > 0) return;
        hold(key, -1, alerts, bytes);
        noteAnswer(clock.now() - enteredAt);
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

const unavailable = (retryAfterS: number, message: string) => () =>
  new ApiError("unavailable", `${message} Nothing of this call was kept.`, { retryAfterS });

const behind = unavailable(
  1,
  "More alerts come in than can be stored: send this again after the time in Retry-After.",
);

const refusals: Readonly<Record<RefusalCause, () => ApiError>> = {
  alerts: behind,
  bytes: behind,
  late: behind,
  key_share: () =>
    new ApiError(
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
