/**
 * The engine's limits, in one place. Relations are asserted below, so that a change to
 * one that breaks another stops the start and not a delivery.
 */
export const engineLimits = {
  /** Attempts of one sink at the same time: a hanging sink holds at most these. */
  attemptsPerLaneMax: 32,
  /** Attempts of all sinks together that those with more than one share (`slots.ts`). */
  sharedAttemptsMax: 2_048,
  /** Attempts of all sinks together: each is a socket. */
  attemptsMax: 8_192,
  /** Deliveries of one sink leased at a time, under way or next in line. */
  leasesPerLaneMax: 256,
  /** The same where a backlog is rolled up: what one message may gather. */
  leasesPerRollUpLaneMax: 500,
  /** Past these, over all sinks, a lane gets `leasesPerCrowdedLaneMax` at a time: what is leased is in memory. */
  leasesMax: 20_000,
  leasedCharsMax: 128 * 1024 * 1024,
  leasesPerCrowdedLaneMax: 8,
  /** A lane claims only when it has room for this many, so that claims come in groups. */
  claimMin: 32,
  /** Lanes asked for in one claim, so that one call stays short. */
  lanesPerClaimMax: 64,
  /** Requests in one attempt: look-ups before the one that delivers, e.g. pages of channels. */
  stepsPerAttemptMax: 40,
  /** Sinks kept ready to send, settings unsealed. */
  cachedSinksMax: 10_000,
  /** Between tries to claim or settle while the store is unavailable. */
  storeRetryMs: 1_000,
  /** Between tries to read a sink that cannot be read, e.g. since its secrets do not open. */
  sinkRetryMs: 60_000,
} as const;

const { attemptsPerLaneMax, leasesPerLaneMax, claimMin, attemptsMax, sharedAttemptsMax } =
  engineLimits;
if (attemptsMax < sharedAttemptsMax) {
  throw new Error("attemptsMax must not be less than sharedAttemptsMax");
}
if (leasesPerLaneMax < attemptsPerLaneMax + claimMin) {
  throw new Error(
    "leasesPerLaneMax must exceed attemptsPerLaneMax by claimMin, or slots stay empty",
  );
}
