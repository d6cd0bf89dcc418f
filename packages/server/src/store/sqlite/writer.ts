/**
 * The writer: the one thread that changes the database.
 *
 * Threads. Whoever uses the store holds two message ports, one to this worker and one to the
 * reader (`client.ts`). Nothing else is shared: no thread waits for another, and an fsync or a
 * long search stalls nobody's event loop. The reader sees a commit as soon as it is made, so a
 * look-up after an answered write finds what was written.
 *
 * Group commit. While one batch is being written the next calls gather in the ports; the next
 * turn takes them all (up to `batchWeightMax` records), runs them in one transaction, and
 * answers after COMMIT has returned, which is after the fsync (WAL, synchronous=FULL). So the
 * cost of an fsync is shared by as many as came meanwhile, and a lone call waits for nobody.
 * A record that fails fails alone (`batch.ts`). When the disk or the database fails, the whole
 * batch is answered `StoreUnavailable` and nothing of it is kept; the next one starts afresh.
 *
 * Leases live in memory only, so claiming writes nothing. All that a batch changes in memory
 * is noted with its undo and taken back with the transaction. Leases end with their settle or
 * release, when their holder's port closes (its thread has ended), or with this process.
 *
 * Offers. A new delivery goes to the subscribed engine in the very batch that stores it, unless
 * it has to wait for its key, its lane has enough in hand, or older work is due in the lane;
 * then the engine is told that the lane has something to claim. The lane of a paused sink is
 * silent until the sink is resumed; that of a broken one is told of when its next probe may go
 * out and none is under way. Announcements leave after COMMIT with the answers, one message for
 * each client: changed sinks first, then offers, then resolves that wait behind them, then
 * hints, so that nobody sends with settings that the same batch replaced.
 *
 * Recovery. What was answered is on disk; SQLite finishes or forgets the rest when the file
 * is opened again. All leases are gone then, so what was in flight is due again: delivered
 * twice at worst, never lost. Lanes are read from disk as they are first touched; sweeps of
 * deleted sinks, and the deletion of tenants, that were not finished go on.
 *
 * Not guaranteed: a batch that was answered `StoreUnavailable` because its fsync failed may
 * still be found after a crash. Sent again, its alerts are recognised by their ids.
 */

import { parentPort, workerData } from "node:worker_threads";
import type { ControlMessage, Reply, WorkerNotice } from "../protocol.ts";
import { createCallQueue, type PortClient, type QueuedCall, sendAnswers } from "../worker-ports.ts";
import { type BatchCall, runBatch } from "./batch.ts";
import { releaseAll } from "./claim.ts";
import { openForWriting } from "./database.ts";
import { resumeSweeps, sweep } from "./delete-event-sink.ts";
import { prune, resumePrunes } from "./delete-tenant.ts";
import { takeEvents } from "./events.ts";
import { runWrite } from "./operations.ts";
import { createWriterState } from "./writer-state.ts";

/** Records in one transaction, at most, so that the first of them does not wait for thousands. */
const batchWeightMax = 1_000;

/** After a fault, background work is left alone for this long. */
const backgroundPauseMs = 1_000;

const db = openForWriting(workerData.path);
const gone = new Set<PortClient>();
const queue = createCallQueue(schedule, (client) => {
  gone.add(client);
  schedule();
});
const state = createWriterState(db, queue.clients);
resumeSweeps(state);
resumePrunes(state);
state.undo.length = 0;

let isScheduled = false;
let isBackgroundPaused = false;
let isAvailable = true;
let life: "open" | "closing" | "closed" = "open";

parentPort?.on("message", (message: ControlMessage) => {
  if (message.kind === "connect") queue.connect(message.port);
  else if (message.kind === "limit_pages") limitPages(message.pagesMax);
  else {
    life = "closing";
    schedule();
  }
});
tell({ kind: "ready" });
if (hasBackgroundWork()) schedule();

function schedule(): void {
  if (isScheduled || life === "closed") return;
  isScheduled = true;
  setImmediate(turn);
}

function turn(): void {
  isScheduled = false;
  queue.drain();
  const calls = takeBatch();
  if (calls.length > 0) commit(calls.map(bind));
  for (const client of gone) forget(client);
  workInBackground();
  if (queue.calls.length > 0) schedule();
  else if (life === "closing") finish();
  else if (hasBackgroundWork() && !isBackgroundPaused) schedule();
}

function takeBatch(): QueuedCall[] {
  let weight = 0;
  let count = 0;
  while (count < queue.calls.length && weight < batchWeightMax) {
    weight += weigh(queue.calls[count]?.input);
    count += 1;
  }
  return queue.calls.splice(0, count);
}

/** How many records a call brings. */
function weigh(input: unknown): number {
  if (typeof input !== "object" || input === null) return 1;
  if ("alerts" in input && Array.isArray(input.alerts)) return input.alerts.length;
  if ("settlements" in input && Array.isArray(input.settlements)) return input.settlements.length;
  return 1;
}

function bind({ id, name, input, client }: QueuedCall): BatchCall & { client: PortClient } {
  return { id, client, run: (writer) => runWrite(writer, name, input) };
}

function commit(calls: readonly (BatchCall & { client: PortClient })[]): void {
  const replies = runBatch(state, calls);
  noteHealth(replies);
  const addressed = calls.flatMap(({ client }, index) => {
    const reply = replies[index];
    return reply === undefined ? [] : [[client, reply] as const];
  });
  sendAnswers(addressed, takeEvents(state));
}

function noteHealth(replies: readonly Reply[]): void {
  const failed = replies.find((reply) => reply.kind === "unavailable");
  if ((failed === undefined) === isAvailable) return;
  isAvailable = failed === undefined;
  tell(
    failed === undefined ? { kind: "available" } : { kind: "unavailable", message: failed.message },
  );
}

function hasBackgroundWork(): boolean {
  return state.sweeps.size > 0 || state.prunes.size > 0;
}

/** A bounded bit after each batch; after a fault, or when it has to wait, it pauses. */
function workInBackground(): void {
  if (!hasBackgroundWork() || isBackgroundPaused) return;
  const replies = runBatch(state, [{ id: 0, client: null, run: runBackground }]);
  noteHealth(replies);
  const [reply] = replies;
  if (reply?.kind === "ok" && reply.value !== "waiting") return;
  isBackgroundPaused = true;
  setTimeout(() => {
    isBackgroundPaused = false;
    schedule();
  }, backgroundPauseMs).unref();
}

/** What deleted sinks had pending first: deleted tenants wait for it. */
function runBackground(): "waiting" | "pruned" | undefined {
  const [lane] = state.sweeps;
  if (lane !== undefined) {
    sweep(state, lane);
    return undefined;
  }
  const [tenantNo] = state.prunes;
  return tenantNo === undefined ? undefined : prune(state, tenantNo);
}

/** Once the last calls of a client that is gone are done, others may claim what it still held. */
function forget(client: PortClient): void {
  if (queue.calls.some((call) => call.client === client)) return;
  gone.delete(client);
  releaseAll(state, client);
  state.undo.length = 0;
  sendAnswers([], takeEvents(state));
}

function limitPages(pagesMax: number | null): void {
  const count = db.get<{ page_count: number }>("PRAGMA page_count")?.page_count ?? 0;
  db.exec(`PRAGMA max_page_count = ${pagesMax === null ? 0xfffffffe : count + pagesMax}`);
  tell({ kind: "limited" });
}

function finish(): void {
  life = "closed";
  // Closing the last connection copies the WAL into the file and removes it.
  db.close();
  queue.closePorts();
  parentPort?.close();
}

function tell(notice: WorkerNotice): void {
  parentPort?.postMessage(notice);
}
