/** How much a tenant, or a key, may bring in a second. What is left out is not limited. */
export interface RateLimits {
  readonly alertsPerSecond?: number;
  /** Of request bodies. */
  readonly bytesPerSecond?: number;
}

export interface TenantLimits extends RateLimits {
  /** How many sinks it may have. */
  readonly eventSinks?: number;
}

export const noLimits: TenantLimits = {};
