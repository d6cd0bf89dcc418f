/**
 * One process of the service: the real engine, the real client of the store, and the real code
 * of writer and reader, joined by ports whose messages are tasks of the scheduler.
 */

import type { Clock } from "../../src/clock.ts";
import { Engine } from "../../src/engine/engine.ts";
import type { EngineMetrics } from "../../src/engine/engine-metrics.ts";
import { type Pruner, startPruner } from "../../src/engine/pruner.ts";
import { type Replayer, startReplayer } from "../../src/engine/replayer.ts";
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
  /** As the API does for a new replay. */
  wakeReplayer(): void;
  /** One pass of the pruner. */
  prune(retentionMs: number): void;
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
  const chores = createChores({ store, clock, log });
  return {
    life,
    store,
    state: loop.state,
    async start() {
      chores.wakeReplayer();
      await engine.start();
    },
    wakeReplayer: () => chores.wakeReplayer(),
    prune: (retentionMs) => chores.prune(retentionMs),
    async stop(graceMs) {
      await chores.stop();
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

const dayMs = 24 * 3_600_000;

/**
 * Replayer and pruner, for as long as they have something to do: four days of looking whether there is
 * something would take longer than all the rest.
 */
function createChores({ store, clock, log }: { store: Store; clock: Clock; log: Log }) {
  let replayer: Replayer | null = null;
  let pruner: Pruner | null = null;
  return {
    wakeReplayer() {
      if (replayer !== null) return replayer.wake();
      const own = startReplayer({
        store: {
          async advanceReplays(input) {
            const outcome = await store.advanceReplays(input);
            if (outcome === "idle" && replayer === own) {
              replayer = null;
              void own.stop();
            }
            return outcome;
          },
        },
        ...{ clock, log },
      });
      replayer = own;
    },
    prune(retentionMs: number) {
      if (pruner !== null) return;
      const own = startPruner({
        store: {
          pruneOld: (input) => store.pruneOld(input),
          async freeSpace(input) {
            const hasMore = await store.freeSpace(input);
            if (!hasMore && pruner === own) {
              pruner = null;
              void own.stop();
            }
            return hasMore;
          },
        },
        ...{ clock, log, retentionDays: retentionMs / dayMs, auditRetentionDays: 1 },
      });
      pruner = own;
    },
    async stop() {
      await Promise.all([replayer?.stop(), pruner?.stop()]);
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
