import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { threadLimits } from "../thread-memory.ts";
import type { EngineControl } from "./engine-control.ts";
import type { EngineCall, EngineReply, EngineThreadData } from "./engine-messages.ts";

/**
 * Starts the engine on a thread of its own; resolves when it has begun to deliver.
 * @param onCrash is told when the thread ends without being asked to.
 */
export async function startEngineThread(
  data: EngineThreadData,
  onCrash: (error: Error) => void,
): Promise<EngineControl> {
  const worker = new Worker(new URL("./engine-thread.ts", import.meta.url), {
    name: "engine",
    resourceLimits: threadLimits,
    workerData: data,
    transferList: [data.store.writer, data.store.reader],
  });
  const waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  let nextId = 1;
  let isStopping = false;

  worker.on("message", ({ id, value, error }: EngineReply) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(value as never);
    else call?.reject(new Error(error));
  });
  const end = (error: Error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    if (!isStopping) onCrash(error);
  };
  worker.on("error", (error) => end(error instanceof Error ? error : new Error(String(error))));
  worker.on("exit", (code) => end(new Error(`the engine's thread ended with code ${code}`)));

  function call<T>(id: number, request: EngineCall | null): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      if (request !== null) worker.postMessage({ id, call: request });
    });
  }

  await call(0, null);
  return {
    testEventSink: (input) => call(nextId++, { name: "testEventSink", input }),
    metrics: () => call(nextId++, { name: "metrics" }),
    async stop(graceMs) {
      isStopping = true;
      await call(nextId++, { name: "stop", input: { graceMs } });
      const exited = once(worker, "exit");
      await worker.terminate();
      await exited;
    },
  };
}
