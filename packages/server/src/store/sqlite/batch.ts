import type { Reply } from "../protocol.ts";
import type { PortClient } from "../worker-ports.ts";
import { writeStatistics } from "./deliveries/statistics.ts";
import { readSqliteFault } from "./sqlite-fault.ts";
import type { WriterState } from "./writer-state.ts";

/** One operation of a batch, bound to its input. */
export interface BatchCall {
  readonly id: number;
  /** Null for work of the writer's own. */
  readonly client: PortClient | null;
  run(state: WriterState): unknown;
}

/** Ends a batch that is not careful, to be run again carefully. */
class BadRecord extends Error {}

/**
 * Runs calls in one transaction, all on disk when it returns. A call that fails for a reason
 * of its own fails alone; when the disk or the database fails, all of them do, nothing is
 * kept, in memory neither, and the next batch starts afresh.
 *
 * A savepoint for each record makes a batch twice as slow (10k against 23k alerts/s measured
 * here: SQLite copies every page a savepoint touches), and records fail next to never. So a
 * batch runs without them, and if a record fails, all of it is undone and run again with them.
 *
 * @returns the replies, in order; announcements are left in `state` for the caller to send.
 */
export function runBatch(state: WriterState, calls: readonly BatchCall[]): Reply[] {
  try {
    try {
      return commitBatch(state, calls, false);
    } catch (error) {
      rollBack(state);
      if (!(error instanceof BadRecord)) throw error;
      return commitBatch(state, calls, true);
    }
  } catch (error) {
    rollBack(state);
    const fault = readSqliteFault(error);
    const reason = fault ?? (error instanceof Error ? error.message : String(error));
    const message = `The store cannot work now: ${reason}. Nothing of this was stored; try again.`;
    return calls.map(({ id }) => ({ id, kind: "unavailable", message }));
  }
}

function commitBatch(state: WriterState, calls: readonly BatchCall[], isCareful: boolean): Reply[] {
  state.isCareful = isCareful;
  state.db.run("BEGIN IMMEDIATE");
  const replies = calls.map((call) => runCall(state, call));
  for (const [name, change] of state.countChanges) {
    if (change === 0) continue;
    state.db.run("UPDATE delivery_counts SET count = count + ? WHERE state = ?", change, name);
  }
  writeStatistics(state.db, state.statChanges.values());
  state.db.run("COMMIT");
  state.countChanges.clear();
  state.statChanges.clear();
  state.undo.length = 0;
  return replies;
}

function runCall(state: WriterState, { id, client, run }: BatchCall): Reply {
  // Nobody is there any more to hold what a client that is gone would claim.
  state.caller = client !== null && state.clients.has(client) ? client : null;
  return runApart<Reply>(
    state,
    () => ({ id, kind: "ok", value: run(state) }),
    (message) => ({ id, kind: "error", message }),
  );
}

/**
 * Runs a part of a batch that may fail without the rest.
 * @param onFailure answers in its place, when the fault is its own.
 */
export function runApart<T>(
  state: WriterState,
  run: () => T,
  onFailure: (message: string) => T,
): T {
  if (!state.isCareful) {
    try {
      return run();
    } catch (error) {
      throw readSqliteFault(error) === undefined ? new BadRecord() : error;
    }
  }
  const undoLength = state.undo.length;
  state.db.exec("SAVEPOINT apart");
  try {
    const result = run();
    state.db.exec("RELEASE apart");
    return result;
  } catch (error) {
    if (readSqliteFault(error) !== undefined) throw error;
    state.db.exec("ROLLBACK TO apart; RELEASE apart");
    undoTo(state, undoLength);
    return onFailure(error instanceof Error ? error.message : String(error));
  }
}

function rollBack(state: WriterState): void {
  undoTo(state, 0);
  state.countChanges.clear();
  state.statChanges.clear();
  // After some faults SQLite has rolled back by itself.
  if (!state.db.connection.isTransaction) return;
  try {
    state.db.exec("ROLLBACK");
  } catch (error) {
    // Even a failing ROLLBACK ends the transaction; if one did not, going on would be unsafe.
    if (state.db.connection.isTransaction) throw error;
  }
}

function undoTo(state: WriterState, length: number): void {
  while (state.undo.length > length) state.undo.pop()?.();
}
