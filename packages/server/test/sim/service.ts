/**
 * One process of the service: the real engine, the real client of the store, and the real code
 * of writer and reader, joined by ports whose messages are tasks of the scheduler.
 */

import { Engine } from "../../src/engine/engine.ts";
import type { EngineMetrics } from "../../src/engine/engine-metrics.ts";
import type { Log } from "../../src/log.ts";
import { createSealer } from "../../src/sealer.ts";
import { attachStore } from "../../src/store/client.ts";
import type {
  Call,
  ClientMessage,
  Reply,
  StorePort,
  WorkerMessage,
} from "../../src/store/protocol.ts";
import { CommitLoop } from "../../src/store/sqlite/commit-loop.ts";
import { runRead } from "../../src/store/sqlite/operations.ts";
import type { WriterState } from "../../src/store/sqlite/writer-state.ts";
import type { Store } from "../../src/store/store.ts";
import type { PortClient, QueuedCall } from "../../src/store/worker-ports.ts";
import { noMailer } from "../support/no-mailer.ts";
import type { Chance } from "./chance.ts";
import type { Disk } from "./disk.ts";
import { type Network, vendors } from "./network.ts";
import type { Life, Scheduler } from "./scheduler.ts";

export const sealer = createSealer(Buffer.alloc(32, 7));

export interface ServiceDeps {
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly network: Network;
  readonly disk: Disk;
  readonly log: Log;
  readonly metrics: EngineMetrics;
  /** A reply that only a bug brings about. */
  readonly onBug: (message: string) => void;
  readonly duplicates: { left: number };
}

export interface Service {
  readonly life: Life;
  /** As the HTTP thread has it. */
  readonly store: Store;
  readonly state: WriterState;
  start(): Promise<void>;
  /** SIGTERM: as the app stops. */
  stop(graceMs: number): Promise<void>;
  /** kill -9. */
  kill(): void;
}

export function createService(deps: ServiceDeps): Service {
  const { scheduler, chance, network, disk, log, metrics } = deps;
  const life: Life = { isDead: false };
  const calls: QueuedCall[] = [];
  const clients = new Set<PortClient>();
  const closed = Promise.withResolvers<void>();
  const loop = new CommitLoop({
    db: disk.db,
    queue: { calls, clients, drain() {} },
    // A commit takes its time, mostly little.
    soon: (turn) =>
      void scheduler.schedule(chance.isOneIn(20) ? 40 : chance.between(0, 3), life, turn),
    later: (run, delayMs) => void scheduler.schedule(delayMs, life, run),
    tell() {},
    onClosed: () => closed.resolve(),
  });
  const link = { deps, life };
  const hangUp = (client: PortClient) => {
    clients.delete(client);
    loop.forget(client);
  };
  const connect = () => ({
    writer: connectTo(link, hangUp, (client, message) => {
      clients.add(client);
      if (message.kind === "subscribe") client.offersPerLane = message.offersPerLane;
      else calls.push(...message.calls.map((call) => ({ ...call, client })));
      loop.schedule();
      if (message.kind !== "calls") return;
      duplicateSettles(deps, life, message.calls, (call) => {
        calls.push({ ...call, client });
        loop.schedule();
      });
    }),
    reader: connectTo(
      link,
      () => {},
      (client, message) => {
        if (message.kind !== "calls") return;
        client.port.postMessage({
          replies: message.calls.map((call) => read(disk, call)),
          events: [],
        });
      },
    ),
  });
  const engineStore = attachStore(connect());
  const clock = scheduler.clockOf(life);
  const engine = new Engine({
    store: engineStore,
    outbound: network.outboundOf(life),
    mailer: noMailer,
    sealer,
    vendors,
    clock,
    log,
    metrics,
    refreshToken: async () => null,
    random: chance.random,
  });
  const store = attachStore(connect());
  return {
    life,
    store,
    state: loop.state,
    start: () => engine.start(),
    async stop(graceMs) {
      await engine.stop(graceMs);
      await engineStore.close();
      await store.close();
      loop.close();
      await closed.promise;
      life.isDead = true;
    },
    kill() {
      life.isDead = true;
    },
  };
}

function read(disk: Disk, { id, name, input }: Call): Reply {
  return { id, kind: "ok", value: runRead(disk.db, name, input) };
}

/** Ports deliver once; whoever receives must bear more. */
function duplicateSettles(
  { duplicates, chance, scheduler }: ServiceDeps,
  life: Life,
  calls: readonly Call[],
  enqueue: (call: Call) => void,
): void {
  for (const call of calls) {
    if (call.name !== "settle" || duplicates.left === 0) continue;
    duplicates.left -= 1;
    scheduler.schedule(chance.pick([1, 100, 8_000, 60_000]), life, () =>
      enqueue({ ...call, id: -1 }),
    );
  }
}

/** A port whose messages arrive in order, after a while. */
function connectTo(
  { deps, life }: { deps: ServiceDeps; life: Life },
  onGone: (client: PortClient) => void,
  receive: (client: PortClient, message: ClientMessage) => void,
): StorePort {
  const { scheduler, chance } = deps;
  let onMessage = (_: WorkerMessage) => {};
  let onClose = () => {};
  const lane = () => {
    let freeAt = 0;
    return (run: () => void) => {
      const delayMs = chance.isOneIn(30) ? chance.between(5, 80) : chance.between(0, 1);
      freeAt = Math.max(freeAt, scheduler.elapsed + delayMs);
      scheduler.schedule(freeAt - scheduler.elapsed, life, run);
    };
  };
  const [toWorker, toClient] = [lane(), lane()];
  const client: PortClient = {
    offersPerLane: null,
    port: {
      postMessage(message: WorkerMessage) {
        for (const reply of message.replies) {
          if (reply.kind === "error") deps.onBug(`the store refused a call: ${reply.message}`);
        }
        toClient(() => onMessage(message));
      },
      close() {},
    },
  };
  return {
    postMessage: (message) => toWorker(() => receive(client, message)),
    on(event: "message" | "close", listener: (message: WorkerMessage) => void) {
      if (event === "message") onMessage = listener;
      else onClose = listener as () => void;
    },
    close() {
      toWorker(() => onGone(client));
      toClient(() => onClose());
    },
  };
}
