import { takeEvents } from "../lanes/announcements.ts";
import type { Reply, WorkerNotice } from "../protocol.ts";
import { takeBatch } from "../take-batch.ts";
import { type CallQueue, type PortClient, type QueuedCall, sendAnswers } from "../worker-ports.ts";
import { prune, resumePrunes } from "./accounts/delete-tenant.ts";
import { type BatchCall, runBatch } from "./batch.ts";
import type { Database } from "./database.ts";
import { releaseAll } from "./deliveries/claim.ts";
import { runWrite } from "./operations.ts";
import { resumeSweeps, sweep } from "./sinks/delete-event-sink.ts";
import { createWriterState, type WriterState } from "./writer-state.ts";

/** After a fault, background work is left alone for this long. */
const backgroundPauseMs = 1_000;

export interface CommitLoopDeps {
  readonly db: Database;
  readonly queue: CallQueue;
  /** Runs a turn once what has arrived meanwhile has been taken in. */
  readonly soon: (turn: () => void) => void;
  readonly later: (run: () => void, delayMs: number) => void;
  readonly tell: (notice: WorkerNotice) => void;
  /** The loop has done its last turn; the database is closed. */
  readonly onClosed: () => void;
}

/**
 * The writer's turns, one after the other: take what waits, commit it, answer, do a bit of background
 * work. Threads and ports are its driver's business: `writer.ts`, or a simulation.
 */
export class CommitLoop {
  readonly state: WriterState;
  readonly #deps: CommitLoopDeps;
  readonly #gone = new Set<PortClient>();
  #isScheduled = false;
  #isBackgroundPaused = false;
  #isAvailable = true;
  #life: "open" | "closing" | "closed" = "open";

  constructor(deps: CommitLoopDeps) {
    this.#deps = deps;
    this.state = createWriterState(deps.db, deps.queue.clients);
    resumeSweeps(this.state);
    resumePrunes(this.state);
    this.state.undo.length = 0;
    if (hasBackgroundWork(this.state)) this.schedule();
  }

  /** Something was added to the queue. */
  schedule(): void {
    if (this.#isScheduled || this.#life === "closed") return;
    this.#isScheduled = true;
    this.#deps.soon(() => this.#turn());
  }

  /** A client has hung up: once its last calls are done, others may claim what it still held. */
  forget(client: PortClient): void {
    this.#gone.add(client);
    this.schedule();
  }

  /** Ends when nothing waits any more. */
  close(): void {
    this.#life = "closing";
    this.schedule();
  }

  #turn(): void {
    const { queue } = this.#deps;
    this.#isScheduled = false;
    queue.drain();
    const calls = takeBatch(queue.calls);
    if (calls.length > 0) this.#commit(calls.map(bind));
    for (const client of this.#gone) this.#release(client);
    this.#workInBackground();
    if (queue.calls.length > 0) this.schedule();
    else if (this.#life === "closing") this.#finish();
    else if (hasBackgroundWork(this.state) && !this.#isBackgroundPaused) this.schedule();
  }

  #commit(calls: readonly (BatchCall & { client: PortClient })[]): void {
    const replies = runBatch(this.state, calls);
    this.#noteHealth(replies);
    const addressed = calls.flatMap(({ client }, index) => {
      const reply = replies[index];
      return reply === undefined ? [] : [[client, reply] as const];
    });
    sendAnswers(addressed, takeEvents(this.state));
  }

  #noteHealth(replies: readonly Reply[]): void {
    const failed = replies.find((reply) => reply.kind === "unavailable");
    if ((failed === undefined) === this.#isAvailable) return;
    this.#isAvailable = failed === undefined;
    this.#deps.tell(
      failed === undefined
        ? { kind: "available" }
        : { kind: "unavailable", message: failed.message },
    );
  }

  /** A bounded bit after each batch; after a fault, or when it has to wait, it pauses. */
  #workInBackground(): void {
    if (!hasBackgroundWork(this.state) || this.#isBackgroundPaused) return;
    const [reply] = runBatch(this.state, [{ id: 0, client: null, run: workInBackground }]);
    this.#noteHealth(reply === undefined ? [] : [reply]);
    if (reply?.kind === "ok" && reply.value !== "waiting") return;
    this.#isBackgroundPaused = true;
    this.#deps.later(() => {
      this.#isBackgroundPaused = false;
      this.schedule();
    }, backgroundPauseMs);
  }

  #release(client: PortClient): void {
    const { state } = this;
    if (this.#deps.queue.calls.some((call) => call.client === client)) return;
    this.#gone.delete(client);
    releaseAll(state, client);
    state.undo.length = 0;
    sendAnswers([], takeEvents(state));
  }

  #finish(): void {
    this.#life = "closed";
    // Closing the last connection copies the WAL into the file and removes it.
    this.#deps.db.close();
    this.#deps.onClosed();
  }
}

function hasBackgroundWork({ sweeps, prunes }: WriterState): boolean {
  return sweeps.size > 0 || prunes.size > 0;
}

/** What deleted sinks had pending first: deleted tenants wait for it. */
function workInBackground(state: WriterState): "waiting" | "pruned" | undefined {
  const [lane] = state.sweeps;
  if (lane !== undefined) {
    sweep(state, lane);
    return undefined;
  }
  const [tenantNo] = state.prunes;
  return tenantNo === undefined ? undefined : prune(state, tenantNo);
}

function bind({ id, name, input, client }: QueuedCall): BatchCall & { client: PortClient } {
  return { id, client, run: (writer) => runWrite(writer, name, input) };
}
