/** What is asked of a server. */

/** Tested on it, and on the newest. */
export const oldestPostgres = 14;

/** By purpose, so that none takes the others' (`node.ts`); a node opens as many as it needs, and no more. */
export const nodeConnections = { work: 3, lookUps: 4, searches: 3 } as const;

/** With the one that listens, which may go another way (`wakes.ts`). */
export const connectionsPerNode = Object.values(nodeConnections).reduce((sum, one) => sum + one, 1);
