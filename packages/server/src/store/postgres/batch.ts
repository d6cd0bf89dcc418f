import type { Input, Reply } from "../protocol.ts";
import type { AcceptResult, NewAlert } from "../store.ts";
import type { PortClient } from "../worker-ports.ts";
import { acceptAll } from "./alerts/accept-alerts.ts";
import type { TimedAlert } from "./alerts/timed-alert.ts";
import { shardOf, writeCounts } from "./counts.ts";
import type { Database } from "./database.ts";
import { settleAll } from "./deliveries/settle.ts";
import { writeStatistics } from "./deliveries/statistics.ts";
import type { NodeState } from "./node-state.ts";
import { runWrite } from "./operations.ts";
import { isTransient, readPostgresFault } from "./postgres-fault.ts";

/** One operation of a batch. */
export interface BatchCall {
  readonly id: number;
  /** Null for work of the node's own. */
  readonly client: PortClient | null;
  readonly name: string;
  readonly input: unknown;
  /** What the node's own work does. */
  readonly run?: (state: NodeState) => Promise<unknown>;
}

/** Ends a batch that is not careful, to be run again carefully. */
class BadRecord extends Error {}

/** A batch that lost to a deadlock is run again this often. */
const triesMax = 5;

/**
 * Runs calls in one transaction, all committed when it returns. A call that fails for a reason of
 * its own fails alone; when the database fails, all of them do, and memory goes back to what it was.
 * Then it is not always known whether the database has kept the batch: its node must look again.
 *
 * Alerts to be accepted that stand side by side share their statements, and so do settlements. If a
 * record fails, all is undone and run again, each record or call under a savepoint of its own.
 *
 * @returns the replies, in order; announcements are left in `state` for the caller to send.
 */
export async function runBatch(
  pool: Database,
  state: NodeState,
  calls: readonly BatchCall[],
): Promise<Reply[]> {
  let isCareful = false;
  for (let tries = 1; ; ) {
    try {
      return await commitBatch(pool, state, calls, isCareful);
    } catch (error) {
      rollBack(state);
      if (error instanceof BadRecord) {
        isCareful = true;
        continue;
      }
      tries += 1;
      if (isTransient(error) && tries <= triesMax) continue;
      const fault = readPostgresFault(error);
      const reason = fault ?? (error instanceof Error ? error.message : String(error));
      const message = `The store cannot work now: ${reason}. Try again.`;
      return calls.map(({ id }) => ({ id, kind: "unavailable", message }));
    }
  }
}

async function commitBatch(
  pool: Database,
  state: NodeState,
  calls: readonly BatchCall[],
  isCareful: boolean,
): Promise<Reply[]> {
  const replies = await pool.transaction(async (db) => {
    state.db = db;
    const answered: Reply[] = [];
    for (const group of groupCalls(calls, isCareful)) {
      answered.push(...(await runGroup(state, group, isCareful)));
    }
    await writeCounts(db, shardOf(state.id), state.countChanges);
    await writeStatistics(db, shardOf(state.id), state.statChanges.values());
    return answered;
  });
  state.countChanges.clear();
  state.statChanges.clear();
  state.undo.length = 0;
  return replies;
}

const groupedNames: ReadonlySet<string> = new Set(["acceptAlerts", "settle"]);

/** Puts neighbours together that can share statements. */
function groupCalls(calls: readonly BatchCall[], isCareful: boolean): BatchCall[][] {
  const groups: BatchCall[][] = [];
  for (const call of calls) {
    const last = groups.at(-1);
    const isMate = last?.[0]?.name === call.name && groupedNames.has(call.name) && !isCareful;
    if (isMate && last !== undefined) last.push(call);
    else groups.push([call]);
  }
  return groups;
}

function runGroup(
  state: NodeState,
  group: readonly BatchCall[],
  isCareful: boolean,
): Promise<Reply[]> {
  const [first] = group;
  if (first === undefined) return Promise.resolve([]);
  // Nobody is there any more to hold what a client that is gone would claim.
  const { client } = first;
  state.caller = client !== null && state.clients.has(client) ? client : null;
  if (first.name === "acceptAlerts") return acceptGroup(state, group, isCareful);
  return runApart(
    state,
    isCareful,
    async () =>
      first.name === "settle"
        ? settleGroup(state, group)
        : [{ id: first.id, kind: "ok", value: await runOne(state, first) }],
    (message) => group.map(({ id }) => ({ id, kind: "error", message })),
  );
}

function runOne(state: NodeState, { name, input, run }: BatchCall): Promise<unknown> {
  return run === undefined ? runWrite(state, name, input) : run(state);
}

async function settleGroup(state: NodeState, group: readonly BatchCall[]): Promise<Reply[]> {
  const inputs = group.map(({ input }) => (input as Input<"settle">).settlements);
  const results = await settleAll(state, inputs.flat());
  return group.map(({ id }, index) => ({
    id,
    kind: "ok",
    value: results.splice(0, inputs[index]?.length ?? 0),
  }));
}

/** Each alert fails alone, so a careful batch takes them one by one. */
async function acceptGroup(
  state: NodeState,
  group: readonly BatchCall[],
  isCareful: boolean,
): Promise<Reply[]> {
  const inputs = group.map(({ input }) => input as Input<"acceptAlerts">);
  const timed = inputs.flatMap(({ alerts, now }) => alerts.map((given) => ({ given, now })));
  const failed = (message: string): AcceptResult[] => [{ kind: "failed", message }];
  const parts: TimedAlert[][] = isCareful ? timed.map((one) => [one]) : [timed];
  const results: AcceptResult[] = [];
  for (const part of parts) {
    results.push(...(await runApart(state, isCareful, () => acceptAll(state, part), failed)));
  }
  return group.map(({ id }, index) => {
    const alerts: readonly NewAlert[] = inputs[index]?.alerts ?? [];
    return { id, kind: "ok", value: results.splice(0, alerts.length) };
  });
}

/**
 * Runs a part of a batch that may fail without the rest.
 * @param onFailure answers in its place, when the fault is its own.
 */
async function runApart<T>(
  state: NodeState,
  isCareful: boolean,
  run: () => Promise<T>,
  onFailure: (message: string) => T,
): Promise<T> {
  const isOwnFault = (error: unknown) =>
    readPostgresFault(error) === undefined && !isTransient(error);
  if (!isCareful) {
    try {
      return await run();
    } catch (error) {
      throw isOwnFault(error) ? new BadRecord() : error;
    }
  }
  const undoLength = state.undo.length;
  await state.db.run("SAVEPOINT apart");
  try {
    const result = await run();
    await state.db.run("RELEASE apart");
    return result;
  } catch (error) {
    if (!isOwnFault(error)) throw error;
    await state.db.run("ROLLBACK TO apart");
    await state.db.run("RELEASE apart");
    undoTo(state, undoLength);
    return onFailure(error instanceof Error ? error.message : String(error));
  }
}

function rollBack(state: NodeState): void {
  undoTo(state, 0);
  state.countChanges.clear();
  state.statChanges.clear();
}

function undoTo(state: NodeState, length: number): void {
  while (state.undo.length > length) state.undo.pop()?.();
}
