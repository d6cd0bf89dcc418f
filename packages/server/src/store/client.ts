import { isLeaseHeld, type NodeLease } from "./node-lease.ts";
import {
  type Call,
  type ClientMessage,
  type OperationName,
  operationThreads,
  type Reply,
  type StorePort,
  type WorkerMessage,
} from "./protocol.ts";
import { type Store, StoreUnavailable } from "./store.ts";

interface AttachedPorts {
  readonly writer: StorePort;
  readonly reader: StorePort;
  readonly lease?: NodeLease;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * The store on any thread, over ports that an open database gave.
 *
 * Calls made in one turn of the event loop cross in one message, since a message costs about
 * as much as the work it asks for. The turn ends with `setImmediate`: microtasks run after
 * each socket's callback, so they would send one message for each request.
 */
export function attachStore({ writer, reader, lease }: AttachedPorts): Store {
  const links = { writer: createLink(writer), reader: createLink(reader) };
  const operations = Object.fromEntries(
    (Object.keys(operationThreads) as OperationName[]).map((name) => {
      const link = links[operationThreads[name]];
      return [name, (input: unknown) => link.call(name, input)];
    }),
  );
  const store: Pick<Store, "subscribe" | "holdsLeases" | "sharesPaces" | "close"> = {
    subscribe({ offersPerLane }, listener) {
      links.writer.onEvents = (events) => events.forEach(listener);
      links.writer.send({ kind: "subscribe", offersPerLane });
    },
    holdsLeases: () => lease === undefined || isLeaseHeld(lease),
    sharesPaces: () => lease !== undefined,
    async close() {
      await Promise.all([links.writer.close(), links.reader.close()]);
    },
  };
  return { ...operations, ...store } as Store;
}

function createLink(port: StorePort) {
  const pending = new Map<number, Pending>();
  let waiting: Call[] = [];
  let lastId = 0;
  let state: "open" | "closing" | "closed" = "open";
  let onIdle = () => {};

  const flush = () => {
    if (waiting.length === 0) return;
    const calls = waiting;
    waiting = [];
    port.postMessage({ kind: "calls", calls });
  };

  const settle = (reply: Reply) => {
    const call = pending.get(reply.id);
    pending.delete(reply.id);
    if (reply.kind === "ok") call?.resolve(reply.value);
    else if (reply.kind === "unavailable") call?.reject(new StoreUnavailable(reply.message));
    else call?.reject(new Error(reply.message));
  };

  const link = {
    onEvents: (_events: WorkerMessage["events"]) => {},
    send: (message: ClientMessage) => {
      flush();
      port.postMessage(message);
    },
    call(name: OperationName, input: unknown): Promise<unknown> {
      if (state !== "open") return Promise.reject(new StoreUnavailable("The store is closed."));
      return new Promise((resolve, reject) => {
        lastId += 1;
        pending.set(lastId, { resolve, reject });
        if (waiting.length === 0) setImmediate(flush);
        waiting.push({ id: lastId, name, input });
      });
    },
    /** Waits for the answers still owed, then hangs up. */
    async close(): Promise<void> {
      if (state !== "open") return;
      state = "closing";
      flush();
      if (pending.size > 0) await new Promise<void>((resolve) => (onIdle = resolve));
      port.close();
    },
  };

  port.on("message", ({ replies, events }: WorkerMessage) => {
    for (const reply of replies) settle(reply);
    // Whoever waited for an answer hears it first: what a claim says of a lane is older than what
    // is told here of the same lane.
    if (events.length > 0) queueMicrotask(() => link.onEvents(events));
    if (pending.size === 0) onIdle();
  });
  port.on("close", () => {
    state = "closed";
    for (const call of pending.values()) {
      call.reject(new StoreUnavailable("The store was closed before it answered."));
    }
    pending.clear();
    onIdle();
  });
  return link;
}
