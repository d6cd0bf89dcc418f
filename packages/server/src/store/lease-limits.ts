/** Characters of alerts that one lane has leased, after which it gets no more: they are in memory. */
export const leasedCharsPerLaneMax = 8 * 1024 * 1024;

/** Leases of all lanes together, past which nothing is offered; what is due is claimed as there is room. */
export const offeredMax = 20_000;
