/** What is asked of a server. */

/** Tested on it, and on the newest. */
export const oldestPostgres = 14;

/** By purpose, so that none takes the others' (`node.ts`); a node opens as many as it needs, and no more. */
export const nodeConnections = { work: 3, lookUps: 4, searches: 3 } as const;

export const connectionsPerNode = Object.values(nodeConnections).reduce((sum, one) => sum + one, 0);
