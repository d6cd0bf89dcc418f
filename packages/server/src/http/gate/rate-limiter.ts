/**
 * How fast a tenant, or a key, may bring alerts in: so many alerts, and so many bytes of request
 * bodies, a second. Off unless somebody has set it (`limits` of a tenant or a key).
 *
 * Each limit is a bucket that fills at its rate and holds one second's worth. A request is let in
 * while there is anything in it, and takes out what it brings, also more than there is: so a batch
 * larger than a second's worth gets through, and what follows waits until it is paid for. Over any
 * longer time no more than the rate comes in.
 *
 * Buckets are this process's: of several nodes each lets the whole rate in. `RateLimit` and
 * `RateLimit-Policy` tell senders how they stand (draft-ietf-httpapi-ratelimit-headers-10).
 */

import type { Clock } from "../../clock.ts";
import type { RateLimits } from "../../domain/limits.ts";
import { ApiError } from "../../errors.ts";
import type { IntakeMetrics } from "../alerts/intake-metrics.ts";

/** Whose limits count for a request. */
export interface LimitHolder {
  readonly kind: "key" | "tenant";
  readonly id: string;
  readonly limits: RateLimits;
}

/** What a request brings in on somebody's account. */
export interface Demand {
  readonly holder: LimitHolder;
  readonly alerts: number;
  readonly bytes: number;
}

export interface RateLimiter {
  /** Counts all of it, or throws the 429 and counts nothing. */
  take(demands: readonly Demand[]): void;
  /** Counts more that came with a request which was let in already. */
  add(demands: readonly Demand[]): void;
  /** How they stand, for the answer. */
  headersOf(holders: readonly LimitHolder[]): Readonly<Record<string, string>>;
}

interface Bucket {
  left: number;
  at: number;
}

interface Limit {
  readonly unit: "alerts" | "bytes";
  readonly holder: LimitHolder;
  /** For headers. */
  readonly name: string;
  readonly perSecond: number;
}

/** Of holders seen last; a bucket that is forgotten is a full one. */
const bucketsMax = 20_000;

export function createRateLimiter({
  clock,
  metrics,
}: {
  clock: Clock;
  metrics: IntakeMetrics;
}): RateLimiter {
  const buckets = new Map<string, Bucket>();

  function bucketOf({ holder, name, perSecond }: Limit): Bucket {
    const key = `${name} ${holder.id}`;
    const now = clock.now();
    const known = buckets.get(key);
    const bucket = known ?? { left: perSecond, at: now };
    // A clock that was set back fills nothing, and does not hold anybody up for longer than before.
    const filled = (Math.max(0, now - bucket.at) / 1000) * perSecond;
    bucket.left = Math.min(perSecond, bucket.left + filled);
    bucket.at = now;
    buckets.delete(key);
    buckets.set(key, bucket);
    const oldest = buckets.keys().next();
    if (buckets.size > bucketsMax && oldest.done !== true) buckets.delete(oldest.value);
    return bucket;
  }

  function add(demands: readonly Demand[]): void {
    for (const demand of demands) {
      for (const limit of limitsOf(demand.holder)) bucketOf(limit).left -= demand[limit.unit];
    }
  }

  function headersOf(limits: readonly Limit[]): Record<string, string> {
    const policies = limits.map(({ name, perSecond }) => `"${name}";q=${perSecond};w=1`);
    const states = limits.map((limit) => {
      const { left } = bucketOf(limit);
      const wait = left < limit.perSecond ? `;t=${secondsUntilSome(left, limit)}` : "";
      return `"${limit.name}";r=${Math.max(0, Math.floor(left))}${wait}`;
    });
    return { "ratelimit-policy": policies.join(", "), ratelimit: states.join(", ") };
  }

  return {
    take(demands) {
      for (const limit of demands.flatMap(({ holder }) => limitsOf(holder))) {
        const { left } = bucketOf(limit);
        if (left > 0) continue;
        metrics.refused.inc({ cause: `${limit.holder.kind}_rate` });
        throw refusal(limit, secondsUntilSome(left, limit));
      }
      add(demands);
    },
    add,
    headersOf(holders) {
      const limits = holders.flatMap(limitsOf);
      return limits.length === 0 ? {} : headersOf(limits);
    },
  };
}

function limitsOf(holder: LimitHolder): Limit[] {
  const { alertsPerSecond, bytesPerSecond } = holder.limits;
  const units = { alerts: alertsPerSecond, bytes: bytesPerSecond };
  return (["alerts", "bytes"] as const).flatMap((unit) => {
    const perSecond = units[unit];
    return perSecond === undefined
      ? []
      : [{ unit, holder, name: `${holder.kind}-${unit}`, perSecond }];
  });
}

/** Whole: until there is something in it again. */
function secondsUntilSome(left: number, { perSecond }: Limit): number {
  return Math.max(1, Math.floor(-left / perSecond) + 1);
}

function refusal({ holder, unit, perSecond }: Limit, retryAfterS: number): ApiError {
  const whose = holder.kind === "key" ? "This key" : `Tenant \`${holder.id}\``;
  return new ApiError(
    "rate_limited",
    `${whose} may bring in ${perSecond} ${unit} a second and has done so: send this again after the time in Retry-After. Nothing of this call was kept.`,
    { retryAfterS },
  );
}
