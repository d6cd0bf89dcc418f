/** What one step has done so far. */
export interface Tally {
  prunedCount: number;
  expiredCount: number;
}
