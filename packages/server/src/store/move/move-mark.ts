/**
 * The mark that a move leaves on both databases, from its first row to ever after: the same id on
 * both. By it the service refuses to start on a database that was left, where it would deliver a
 * second time what is pending, and on one that is not whole yet; and a move that was broken off goes
 * on where it was.
 */

/** The name it has among the single values (`meta`) of both. */
export const markName = "move";

export interface SourceMark {
  readonly id: string;
  /** Where it goes, without user and password. */
  readonly to: string;
}

export interface TargetMark {
  readonly id: string;
  /** The tables that are whole. */
  readonly done: readonly string[];
  /** The key of the last row that was brought of the next table; null before the first. */
  readonly after: readonly (string | number)[] | null;
  readonly isFinished: boolean;
}

/** @throws Error with a sentence for the operator when a database was moved away. */
export function refuseMoved(path: string, mark: string | null): void {
  if (mark === null) return;
  const { to } = JSON.parse(mark) as SourceMark;
  throw new Error(
    `The database ${path} has been moved, or is being moved, to the PostgreSQL database ${to}: start with that one ` +
      "(EVENT_SINKS_DATABASE_URL). To use this one again all the same, run event-sinks move --cancel; what the other " +
      "has delivered since is then delivered a second time.",
  );
}

/** @throws Error with a sentence for the operator when a move into a database has not ended. */
export function refuseHalfMoved(place: string, mark: string | null): void {
  if (mark === null || (JSON.parse(mark) as TargetMark).isFinished) return;
  throw new Error(
    `The database at ${place} is not whole: a move into it was begun and has not ended. Run the same ` +
      "event-sinks move again and it goes on where it was.",
  );
}
