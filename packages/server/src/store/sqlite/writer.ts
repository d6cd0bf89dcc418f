/**
 * The writer: the one thread that changes the database.
 *
 * Threads. Whoever uses the store holds two message ports, one to this worker and one to the
 * reader (`client.ts`). Nothing else is shared: no thread waits for another, and an fsync or a
 * long search stalls nobody's event loop. The reader sees a commit as soon as it is made, so a
 * look-up after an answered write finds what was written.
 *
 * Group commit. While one batch is being written the next calls gather in the ports; the next
 * turn (`commit-loop.ts`) takes them, settles and claims before new alerts and so many of each at most
 * (`store/take-batch.ts`), runs them in one transaction, and answers after COMMIT has returned, which is after the fsync (WAL, synchronous=FULL). So the
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
import type { ControlMessage, WorkerNotice } from "../protocol.ts";
import { createCallQueue } from "../worker-ports.ts";
import { CommitLoop } from "./commit-loop.ts";
import { openForWriting } from "./database.ts";

const db = openForWriting(workerData.path);
const queue = createCallQueue(
  () => loop.schedule(),
  (client) => loop.forget(client),
);
const loop = new CommitLoop({
  db,
  queue,
  tell,
  soon: (turn) => void setImmediate(turn),
  later: (run, delayMs) => void setTimeout(run, delayMs).unref(),
  onClosed() {
    queue.closePorts();
    parentPort?.close();
  },
});

parentPort?.on("message", (message: ControlMessage) => {
  if (message.kind === "connect") queue.connect(message.port);
  else if (message.kind === "limit_pages") limitPages(message.pagesMax);
  else loop.close();
});
tell({ kind: "ready" });

function limitPages(pagesMax: number | null): void {
  const count = db.get<{ page_count: number }>("PRAGMA page_count")?.page_count ?? 0;
  db.exec(`PRAGMA max_page_count = ${pagesMax === null ? 0xfffffffe : count + pagesMax}`);
  tell({ kind: "limited" });
}

function tell(notice: WorkerNotice): void {
  parentPort?.postMessage(notice);
}
