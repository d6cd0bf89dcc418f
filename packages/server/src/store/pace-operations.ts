/**
 * The part of the store contract that keeps platforms' paces over all processes.
 *
 * What shares a pace (all sinks that post to one Slack channel, say) may be worked by several nodes
 * at once. So where there are nodes, each request that has a pace is given its turn by the store, after
 * all turns given before to anybody: a sink's next owner, too, takes up where the last one stopped. It
 * costs one small statement for a request, and platforms that name a pace name a slow one; webhooks
 * have none. A node that dies with a turn in hand wastes it.
 *
 * One process alone needs none of it (`sharesPaces`): its engine's own memory is enough.
 */

/** So many requests at once (`burst`), and one more every `stepMs`. */
export interface KeptPace {
  /** Names what is counted together; holds no secret. */
  readonly key: string;
  readonly burst: number;
  readonly stepMs: number;
}

export interface PaceOperations {
  /** Gives each pace's next turn away, once. In how many ms it is, in order; 0: now. */
  reserveTurns(input: { paces: readonly KeptPace[] }): readonly number[];
  /** The platform asked for quiet: no turn is given for so long, and one at a time at first afterwards. */
  holdPace(input: { pace: KeptPace; forMs: number }): null;
}
