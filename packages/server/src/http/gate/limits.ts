/** `limits` of tenants and keys, as callers see and set them. */

import { type Static, Type } from "typebox";
import type { RateLimits, TenantLimits } from "../../domain/limits.ts";
import { ApiError } from "../../errors.ts";
import { nullable } from "../wire/resource-schemas.ts";

const perSecondMax = 1_000_000_000;
const eventSinksMax = 1_000_000;

const rateFields = {
  alerts_per_second: Type.Optional(
    nullable(Type.Integer({ minimum: 1, maximum: perSecondMax, description: "null: no limit" })),
  ),
  bytes_per_second: Type.Optional(
    nullable(
      Type.Integer({
        minimum: 1,
        maximum: perSecondMax,
        description: "of request bodies; null: no limit",
      }),
    ),
  ),
};

export const RateLimitsField = Type.Object(rateFields, { additionalProperties: false });

export const TenantLimitsField = Type.Object(
  {
    ...rateFields,
    event_sinks: Type.Optional(
      nullable(Type.Integer({ minimum: 0, maximum: eventSinksMax, description: "null: no limit" })),
    ),
  },
  { additionalProperties: false },
);

export type LimitsBody = Static<typeof TenantLimitsField>;

/** What a view shows: nothing when nothing is limited. */
export function limitsView(limits: TenantLimits): { limits?: LimitsBody } {
  const { alertsPerSecond, bytesPerSecond, eventSinks } = limits;
  const shown = {
    ...(alertsPerSecond === undefined ? {} : { alerts_per_second: alertsPerSecond }),
    ...(bytesPerSecond === undefined ? {} : { bytes_per_second: bytesPerSecond }),
    ...(eventSinks === undefined ? {} : { event_sinks: eventSinks }),
  };
  return Object.keys(shown).length === 0 ? {} : { limits: shown };
}

/** What is named changes, null takes a limit (or all of them) away, the rest stays. */
export function changeLimits(
  current: TenantLimits,
  body: LimitsBody | null | undefined,
): TenantLimits {
  if (body === undefined) return current;
  if (body === null) return {};
  const pick = (given: number | null | undefined, before: number | undefined) =>
    given === undefined ? before : (given ?? undefined);
  const alertsPerSecond = pick(body.alerts_per_second, current.alertsPerSecond);
  const bytesPerSecond = pick(body.bytes_per_second, current.bytesPerSecond);
  const eventSinks = pick(body.event_sinks, current.eventSinks);
  return {
    ...(alertsPerSecond === undefined ? {} : { alertsPerSecond }),
    ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
    ...(eventSinks === undefined ? {} : { eventSinks }),
  };
}

/** Refuses limits that are wider than those of the key that sets them. */
export function requireWithin(own: RateLimits, wanted: RateLimits): void {
  const isWider = (name: keyof RateLimits) =>
    own[name] !== undefined && (wanted[name] ?? Number.POSITIVE_INFINITY) > own[name];
  if (!isWider("alertsPerSecond") && !isWider("bytesPerSecond")) return;
  throw new ApiError(
    "forbidden",
    "This key is limited itself and can make none that may bring in more: name its own `limits` or lower ones.",
    { details: [{ path: "limits", message: "More than the caller's own." }] },
  );
}
