/**
 * The reader: a worker with a connection of its own that only reads. Look-ups are answered
 * as they come; searches, which may look at thousands of rows, run one at a time in between,
 * so that none of them holds up a look-up that intake or sending waits for.
 */

import { parentPort, workerData } from "node:worker_threads";
import type { ControlMessage, OperationName, Reply, WorkerNotice } from "../protocol.ts";
import { createCallQueue, type PortClient, type QueuedCall, sendAnswers } from "../worker-ports.ts";
import { openForReading } from "./database.ts";
import { runRead } from "./operations.ts";
import { readSqliteFault } from "./sqlite-fault.ts";

const searches: ReadonlySet<OperationName> = new Set([
  "listAlerts",
  "listDeliveries",
  "nameAlerts",
  "countReplay",
]);

const db = openForReading(workerData.path);
const queue = createCallQueue(schedule, () => {});
let isScheduled = false;
let isClosing = false;

parentPort?.on("message", (message: ControlMessage) => {
  if (message.kind === "connect") queue.connect(message.port);
  if (message.kind === "close") isClosing = true;
  schedule();
});
parentPort?.postMessage({ kind: "ready" } satisfies WorkerNotice);

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  setImmediate(turn);
}

function turn(): void {
  isScheduled = false;
  queue.drain();
  const lookUps = queue.calls.filter((call) => !searches.has(call.name));
  const [search, ...later] = queue.calls.filter((call) => searches.has(call.name));
  queue.calls.splice(0, queue.calls.length, ...later);
  sendAnswers(lookUps.map(answer));
  if (search !== undefined) sendAnswers([answer(search)]);
  if (queue.calls.length > 0) schedule();
  else if (isClosing) finish();
}

function answer({ id, name, input, client }: QueuedCall): readonly [PortClient, Reply] {
  try {
    return [client, { id, kind: "ok", value: runRead(db, name, input) }];
  } catch (error) {
    const fault = readSqliteFault(error);
    if (fault !== undefined) {
      return [client, { id, kind: "unavailable", message: `The store cannot read now: ${fault}.` }];
    }
    const message = error instanceof Error ? error.message : String(error);
    return [client, { id, kind: "error", message }];
  }
}

function finish(): void {
  db.close();
  queue.closePorts();
  parentPort?.close();
}
