import { newId } from "../../ids.ts";
import { takeEvents } from "../lanes/announcements.ts";
import type { Reply, WorkerNotice } from "../protocol.ts";
import type { Lane } from "../store.ts";
import { takeBatch } from "../take-batch.ts";
import { type CallQueue, type PortClient, sendAnswers } from "../worker-ports.ts";
import { prune, resumePrunes } from "./accounts/delete-tenant.ts";
import { type BatchCall, runBatch } from "./batch.ts";
import type { Database } from "./database.ts";
import { adoptLanes, releaseAll } from "./deliveries/claim.ts";
import { createNodeState, type NodeState } from "./node-state.ts";
import { rejoin } from "./nodes/membership.ts";
import { rereadAll } from "./nodes/own-lanes.ts";
import { readMail } from "./nodes/read-mail.ts";
import { giveLanes, hasReadyToLeave, shareLanes } from "./nodes/share-lanes.ts";
import { resumeSweeps, sweep } from "./sinks/delete-event-sink.ts";

/** After a fault, or when it has to wait, background work is left alone for this long. */
const backgroundPauseMs = 1_000;

export interface NodeLoopDeps {
  readonly pool: Database;
  readonly queue: CallQueue;
  readonly id: string;
  readonly tell: (notice: WorkerNotice) => void;
  /** Mail for the owners of these lanes is committed. */
  readonly wake: (lanes: readonly Lane[]) => void;
  /** The loop has done its last turn. */
  readonly onClosed: () => void;
}

/**
 * A node's turns, one after the other: take what waits, commit it in one transaction, answer, do a
 * bit of background work. While one batch is on its way to the database the next calls gather.
 */
export class NodeLoop {
  readonly state: NodeState;
  readonly #deps: NodeLoopDeps;
  readonly #gone = new Set<PortClient>();
  /** Work of the node's own, by name: each once at most. */
  readonly #own = new Map<string, (state: NodeState) => Promise<unknown>>();
  #isBusy = false;
  #isBackgroundPaused = false;
  #isAvailable = true;
  /** What the last fault has left of this node's lanes must be asked for. */
  #mustLookAgain = false;
  #willLookAgain = false;
  #life: "open" | "closing" | "closed" = "open";

  constructor(deps: NodeLoopDeps) {
    this.#deps = deps;
    this.state = createNodeState({ db: deps.pool, clients: deps.queue.clients, id: deps.id });
  }

  /** Something was added to the queue. */
  schedule(): void {
    if (this.#isBusy || this.#life === "closed") return;
    this.#isBusy = true;
    setImmediate(() => void this.#turn());
  }

  /** A client has hung up: once its last calls are done, others may claim what it still held. */
  forget(client: PortClient): void {
    this.#gone.add(client);
    this.schedule();
  }

  /** Ends when nothing waits any more. */
  close(): void {
    this.#life = this.#life === "closed" ? "closed" : "closing";
    this.schedule();
  }

  /** Has mail of other nodes read. */
  readMail(): void {
    this.#ask("read mail", async (state) => {
      if (await readMail(state)) this.readMail();
    });
  }

  /** Looks for what dead nodes have left, and whether the lanes are shared out. */
  lookAround(): void {
    this.#ask("look around", async (state) => {
      await adoptLanes(state);
      await resumeSweeps(state);
      await resumePrunes(state);
      await shareLanes(state);
    });
  }

  /** Gives lanes away that have come to rest. */
  giveLanes(): void {
    if (hasReadyToLeave(this.state)) this.#ask("give lanes", giveLanes);
  }

  /** The node's lease has run out. */
  rejoin(): void {
    const id = newId();
    this.#ask("rejoin", (state) => rejoin(state, id));
  }

  #ask(name: string, run: (state: NodeState) => Promise<unknown>): void {
    if (this.#life !== "open") return;
    this.#own.set(name, run);
    this.schedule();
  }

  async #turn(): Promise<void> {
    const { queue } = this.#deps;
    queue.drain();
    const calls = this.#takeBatch();
    if (calls.length > 0) await this.#commit(calls);
    for (const client of this.#gone) this.#release(client);
    await this.#workInBackground();
    this.#isBusy = false;
    if (queue.calls.length > 0 || this.#own.size > 0) this.schedule();
    else if (this.#life === "closing") this.#finish();
    else if (hasBackgroundWork(this.state) && !this.#isBackgroundPaused) this.schedule();
  }

  /** The node's own work first: it may take back what the rest believes. */
  #takeBatch(): BatchCall[] {
    const calls = takeBatch(this.#deps.queue.calls);
    if (this.#mustLookAgain && this.#own.size + calls.length > 0) {
      this.#own.set("look again", rereadAll);
      this.#mustLookAgain = false;
    }
    const own = [...this.#own].map(([name, run]) => ownWork(name, run));
    this.#own.clear();
    return [...own, ...calls];
  }

  async #commit(calls: readonly BatchCall[]): Promise<void> {
    const replies = await this.#run(calls);
    const addressed = calls.flatMap(({ client }, index) => {
      const reply = replies[index];
      return reply === undefined || client === null ? [] : [[client, reply] as const];
    });
    sendAnswers(addressed, takeEvents(this.state));
  }

  async #run(calls: readonly BatchCall[]): Promise<Reply[]> {
    const replies = await runBatch(this.#deps.pool, this.state, calls);
    this.#noteHealth(replies);
    this.#deps.wake(this.state.mailed.splice(0));
    return replies;
  }

  #noteHealth(replies: readonly Reply[]): void {
    const failed = replies.find((reply) => reply.kind === "unavailable");
    // What was asked for may have been kept all the same: the lanes are looked at again.
    if (failed !== undefined) this.#lookAgain();
    if ((failed === undefined) === this.#isAvailable) return;
    this.#isAvailable = failed === undefined;
    this.#deps.tell(
      failed === undefined
        ? { kind: "available" }
        : { kind: "unavailable", message: failed.message },
    );
  }

  /** Before anything else is done; soon, if nothing is asked for. */
  #lookAgain(): void {
    this.#mustLookAgain = true;
    if (this.#willLookAgain) return;
    this.#willLookAgain = true;
    setTimeout(() => {
      this.#willLookAgain = false;
      if (this.#mustLookAgain) this.#ask("look again", rereadAll);
    }, backgroundPauseMs).unref();
  }

  /** A bounded bit after each batch; after a fault, or when it has to wait, it pauses. */
  async #workInBackground(): Promise<void> {
    if (!hasBackgroundWork(this.state) || this.#isBackgroundPaused) return;
    const [reply] = await this.#run([ownWork("background", workInBackground)]);
    if (reply?.kind === "ok" && reply.value !== "waiting") return;
    this.#isBackgroundPaused = true;
    setTimeout(() => {
      this.#isBackgroundPaused = false;
      this.schedule();
    }, backgroundPauseMs).unref();
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
    this.#deps.onClosed();
  }
}

function ownWork(name: string, run: (state: NodeState) => Promise<unknown>): BatchCall {
  return { id: 0, client: null, name, input: null, run };
}

function hasBackgroundWork({ sweeps, prunes }: NodeState): boolean {
  return sweeps.size > 0 || prunes.size > 0;
}

/** What deleted sinks had pending first: deleted tenants wait for it. */
async function workInBackground(state: NodeState): Promise<"waiting" | "pruned" | undefined> {
  const [lane] = state.sweeps;
  if (lane !== undefined) {
    await sweep(state, lane);
    return undefined;
  }
  const [gone] = state.prunes.values();
  return gone === undefined ? undefined : prune(state, gone);
}
