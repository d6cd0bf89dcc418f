import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { Call, ClientMessage, Reply, WorkerMessage } from "./protocol.ts";
import type { StoreEvent } from "./store.ts";

/** Somebody at the other end of a port, seen from the writer or the reader. */
export interface PortClient {
  readonly port: Pick<MessagePort, "postMessage" | "close">;
  /** Null until it subscribes; 0 for hints without offers. */
  offersPerLane: number | null;
}

export interface QueuedCall extends Call {
  readonly client: PortClient;
}

/** The calls that wait in a worker, whichever port they came by, in order of arrival. */
export interface CallQueue {
  readonly calls: QueuedCall[];
  readonly clients: ReadonlySet<PortClient>;
  /** Takes in what has arrived but was not announced by the event loop yet. */
  drain(): void;
}

/** The same over message ports. */
export interface PortCallQueue extends CallQueue {
  connect(port: MessagePort): void;
  closePorts(): void;
}

/**
 * @param onCalls is called whenever something was added.
 * @param onGone is called when a client has hung up or its thread has ended.
 */
export function createCallQueue(
  onCalls: () => void,
  onGone: (client: PortClient) => void,
): PortCallQueue {
  const calls: QueuedCall[] = [];
  const clients = new Set<PortClient & { readonly port: MessagePort }>();

  const take = (client: PortClient, message: ClientMessage) => {
    if (message.kind === "subscribe") client.offersPerLane = message.offersPerLane;
    else for (const call of message.calls) calls.push({ ...call, client });
  };

  return {
    calls,
    clients,
    connect(port) {
      const client = { port, offersPerLane: null };
      clients.add(client);
      port.on("message", (message: ClientMessage) => {
        take(client, message);
        onCalls();
      });
      port.on("close", () => {
        clients.delete(client);
        onGone(client);
      });
    },
    drain() {
      for (const client of clients) {
        let received = receiveMessageOnPort(client.port);
        while (received !== undefined) {
          take(client, received.message);
          received = receiveMessageOnPort(client.port);
        }
      }
    },
    closePorts() {
      for (const { port } of clients) port.close();
    },
  };
}

/** Sends each client its answers and events in one message. */
export function sendAnswers(
  replies: readonly (readonly [PortClient, Reply])[],
  events: ReadonlyMap<PortClient, readonly StoreEvent[]> = new Map(),
): void {
  const byClient = new Map<PortClient, Reply[]>();
  for (const [client, reply] of replies) {
    const own = byClient.get(client);
    if (own === undefined) byClient.set(client, [reply]);
    else own.push(reply);
  }
  for (const client of new Set([...byClient.keys(), ...events.keys()])) {
    const message: WorkerMessage = {
      replies: byClient.get(client) ?? [],
      events: events.get(client) ?? [],
    };
    client.port.postMessage(message);
  }
}
