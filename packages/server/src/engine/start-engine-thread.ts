import { type MessagePort, Worker } from "node:worker_threads";
import { threadLimits } from "../thread-memory.ts";
import type { EngineControl } from "./engine-control.ts";
import type {
  EngineCall,
  EngineMessage,
  EngineReply,
  EngineThreadData,
} from "./engine-messages.ts";

/** The engine's thread. It loads its modules, which takes as long as opening a store, and waits for what to begin with. */
export interface EngineThread {
  /** Resolves when it has begun to deliver. */
  begin(data: EngineThreadData): Promise<EngineControl>;
  /** Ends a thread that has not begun. */
  close(): Promise<void>;
}

/**
 * Starts a thread for the engine.
 * @param onCrash is told when the thread ends without being asked to.
 */
export function startEngineThread(onCrash: (error: Error) => void): EngineThread {
  const worker = new Worker(new URL("./engine-thread.ts", import.meta.url), {
    name: "engine",
    resourceLimits: threadLimits,
  });
  const waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  let nextId = 1;
  let isStopping = false;
  let ended: Error | null = null;

  worker.on("message", ({ id, value, error }: EngineReply) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(value as never);
    else call?.reject(new Error(error));
  });
  const end = (error: Error) => {
    ended = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    if (!isStopping) onCrash(error);
  };
  worker.on("error", (error) => end(error instanceof Error ? error : new Error(String(error))));
  worker.on("exit", (code) => end(new Error(`the engine's thread ended with code ${code}`)));

  function send<T>(message: EngineMessage, ports: MessagePort[] = []): Promise<T> {
    if (ended !== null) return Promise.reject(ended);
    return new Promise<T>((resolve, reject) => {
      waiting.set(message.id, { resolve, reject });
      worker.postMessage(message, ports);
    });
  }
  const call = <T>(request: EngineCall) => send<T>({ id: nextId++, call: request });

  async function close(): Promise<void> {
    isStopping = true;
    await worker.terminate();
  }

  return {
    async begin(data) {
      await send({ id: 0, data }, [data.store.writer, data.store.reader]);
      return {
        testEventSink: (input) => call({ name: "testEventSink", input }),
        metrics: () => call({ name: "metrics" }),
        async stop(graceMs) {
          isStopping = true;
          await call({ name: "stop", input: { graceMs } });
          await close();
        },
      };
    },
    close,
  };
}
