/**
 * The part of the store contract that forgets what is old.
 *
 * An alert goes, with its deliveries and attempts, when it and the last change of each of its
 * deliveries are older than the retention. What is pending never goes: a delivery that a paused
 * or broken sink has held for longer than the retention ends as `failed` with `expired` first, and
 * is shown as such for as long again. The audit log has a longer time of its own.
 *
 * A pass over everything is made of bounded steps, so that intake and settles come in between;
 * the caller keeps the place, and a pass that is cut off is simply begun again. On PostgreSQL one
 * node at a time has a pass; what the lanes of a node hold for too long, each ends itself. There
 * whole weeks go at once when nobody wants anything of them any more, so that what has the longest
 * retention of all tenants stays for up to a week more.
 */

export interface RetentionPass {
  readonly now: number;
  /** Of tenants that have none of their own. */
  readonly retentionMs: number;
  readonly auditRetentionMs: number;
}

export interface RetentionStep {
  /** Where the next step goes on; null when the pass is over. */
  readonly next: string | null;
  readonly prunedCount: number;
  readonly expiredCount: number;
}

export interface RetentionOperations {
  /** @param input.after the `next` of the step before; null begins a pass. */
  pruneOld(input: RetentionPass & { after: string | null }): RetentionStep;
  /** Gives a bounded part of what is unused back to the file system, if it is much. `true`: there is more. */
  freeSpace(input: Record<string, never>): boolean;
}
