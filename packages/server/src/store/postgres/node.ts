/**
 * A node: the one thread of a process that speaks to PostgreSQL.
 *
 * Threads. Whoever uses the store holds two message ports (`client.ts`), and both lead here. What
 * comes by the port for reading runs at once, on connections of its own. What comes by the other
 * is worked in turns, as SQLite's writer does (`node-loop.ts`): one transaction each, answered when
 * it is committed. So a node never competes with itself, and what it knows of its lanes holds from
 * the look to the write.
 *
 * Many nodes. Any node takes alerts; one at a time works on a lane (`own-lanes.ts`, `membership.ts`).
 * What another has to say of a lane it leaves for the owner in a table, in the same transaction
 * (`lane-mail.ts`): it cannot get lost, and whoever inherits the lane finds it. Nodes are woken for it
 * (`wakes.ts`), and look by themselves while others are alive: ten times a second when nothing would wake them.
 *
 * Nothing else depends on a session of the database, so it works behind a pooler that gives each
 * transaction another connection.
 *
 * Faults. When the database is gone, all that waits is answered `StoreUnavailable`, nothing in memory
 * has changed, and what is under lease stays so. A commit whose answer was lost may have been kept: an
 * alert sent again is then recognised by its id, a settlement by the fence, and the lanes are looked
 * at again for what was stored without anybody being told.
 *
 * Not guaranteed: that a delivery is sent once, when its node was frozen or cut off for longer than
 * its lease (`membership.ts`).
 */

import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { systemClock } from "../../clock.ts";
import { newId } from "../../ids.ts";
import { endLease, extendLease, type NodeLease, readLeaseClock } from "../node-lease.ts";
import type { ClientMessage, Reply, WorkerNotice } from "../protocol.ts";
import { createCallQueue, type PortClient, sendAnswers } from "../worker-ports.ts";
import { openDatabase } from "./database.ts";
import { NodeLoop } from "./node-loop.ts";
import { hasMail, heartbeatMs, join, leaseMs, leave, renew } from "./nodes/membership.ts";
import { createWaker, startListener } from "./nodes/wakes.ts";
import { isSearch, runRead } from "./operations.ts";
import { readPostgresFault } from "./postgres-fault.ts";
import { nodeConnections } from "./requirements.ts";
import { makePartitions } from "./retention/partitions.ts";

/** What it is started with. */
export interface NodeData {
  readonly url: string;
  /** Shared with all who send what this node has leased. */
  readonly lease: NodeLease;
  /** For LISTEN; null: it does without. */
  readonly listenUrl: string | null;
  /** How often it looks for mail that it was not woken for, while it can be woken. */
  readonly safetyLookMs: number;
}

/** From the main thread. */
export type NodeControl =
  | { readonly kind: "connect"; readonly writer: MessagePort; readonly reader: MessagePort }
  | { readonly kind: "close" };

const mailMs = 100;
/** After the lease was found to have run out. */
const rejoinMs = 200;
const lookAroundMs = 3_000;
const partitionsMs = 6 * 3_600_000;

const { url, lease, listenUrl, safetyLookMs } = workerData as NodeData;
/** Of its own for each: searches that take long keep nobody from a look-up, and neither keeps the work from being done. */
const work = openDatabase({ url, connectionsMax: nodeConnections.work });
const lookUps = openDatabase({ url, connectionsMax: nodeConnections.lookUps });
const searches = openDatabase({ url, connectionsMax: nodeConnections.searches });
const queue = createCallQueue(
  () => loop.schedule(),
  (client) => loop.forget(client),
);
const loop = new NodeLoop({
  pool: work,
  queue,
  id: newId(),
  tell,
  wake: createWaker(lookUps),
  onClosed: () => void end(),
});
const readers = new Set<MessagePort>();
let hasOthers = false;
let isLooking = false;
let lookedAt = 0;

await join(work, loop.state.id);
await beat();
const timers = [
  setInterval(() => void beat(), heartbeatMs),
  setInterval(() => void lookForMail(), mailMs),
  setInterval(() => loop.lookAround(), lookAroundMs),
  setInterval(
    () => void work.transaction((db) => makePartitions(db, systemClock.now())).catch(() => {}),
    partitionsMs,
  ),
];
parentPort?.on("message", (message: NodeControl) => {
  if (message.kind === "close") loop.close();
  else connect(message);
});
loop.lookAround();
tell({ kind: "ready" });
// Afterwards, as it has something to tell too.
const listener =
  listenUrl === null
    ? null
    : startListener({
        url: listenUrl,
        onWake: (nodeId) => {
          if (nodeId === loop.state.id) loop.readMail();
        },
        onDeaf: (reason) => tell({ kind: "deaf", message: reason }),
      });

function connect({ writer, reader }: { writer: MessagePort; reader: MessagePort }): void {
  queue.connect(writer);
  readers.add(reader);
  const client: PortClient = { port: reader, offersPerLane: null };
  reader.on("message", (message: ClientMessage) => {
    if (message.kind !== "calls") return;
    for (const { id, name, input } of message.calls) {
      void answerRead(id, name, input).then((reply) => sendAnswers([[client, reply]]));
    }
  });
  reader.on("close", () => readers.delete(reader));
}

async function answerRead(id: number, name: string, input: unknown): Promise<Reply> {
  try {
    return {
      id,
      kind: "ok",
      value: await runRead(isSearch(name) ? searches : lookUps, name, input),
    };
  } catch (error) {
    const fault = readPostgresFault(error);
    const reason = error instanceof Error ? error.message : String(error);
    if (fault === undefined) return { id, kind: "error", message: reason };
    return { id, kind: "unavailable", message: `The store cannot work now: ${fault}. Try again.` };
  }
}

async function beat(): Promise<void> {
  try {
    const { id } = loop.state;
    const from = readLeaseClock();
    const others = await renew(work, id);
    if (others === null) {
      endLease(lease);
      loop.rejoin();
      setTimeout(() => void beat(), rejoinMs).unref();
    } else {
      hasOthers = others;
      extendLease(lease, from, leaseMs);
    }
  } catch {
    // The database is gone; whoever writes hears of it.
  }
}

async function lookForMail(): Promise<void> {
  if (isLooking || !hasOthers) return;
  loop.giveLanes();
  const now = performance.now();
  if (listener?.isListening === true && now - lookedAt < safetyLookMs) return;
  isLooking = true;
  lookedAt = now;
  if (await hasMail(work, loop.state.id).catch(() => false)) loop.readMail();
  isLooking = false;
}

async function end(): Promise<void> {
  for (const timer of timers) clearInterval(timer);
  queue.closePorts();
  for (const reader of readers) reader.close();
  await listener?.close();
  await leave(work, loop.state.id).catch(() => {});
  await Promise.all([work, lookUps, searches].map((pool) => pool.close()));
  parentPort?.close();
}

function tell(notice: WorkerNotice): void {
  parentPort?.postMessage(notice);
}
