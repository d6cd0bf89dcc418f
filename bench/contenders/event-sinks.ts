import { createInterface } from "node:readline";
import { cpuMs, memoryMb, startProgram, stopProcess } from "../load/child.ts";
import type { Contender, Running, Setup } from "./contender.ts";
import { startPostgres } from "./postgres.ts";

const mainPath = new URL("../../packages/server/src/main.ts", import.meta.url).pathname;
const compileCache = new URL("../../node_modules/.cache/node", import.meta.url).pathname;
const operatorKey = "bench-operator-key-of-more-than-32-characters";
export const tenantId = "bench";

/** The service as an operator runs it: a process of its own, default settings but for the addresses. */
export const eventSinks: Contender = {
  name: "event-sinks",
  missing: () => null,
  start: async (setup) => {
    const service = await startEventSinks(setup);
    const sinkIds: string[] = [];
    for (const url of setup.sinkUrls) sinkIds.push(await service.createSink(url));
    return {
      target: service.target,
      sinkIds,
      tenantId,
      pids: [service.pid],
      isSettled: async () => (await service.pendingCount()) === 0,
      stop: service.stop,
    } satisfies Running;
  },
};

/** The same on a PostgreSQL of its own. */
export const eventSinksOnPostgres: Contender = {
  name: "event-sinks-postgres",
  missing: () => null,
  start: async (setup) => {
    const postgres = await startPostgres(setup.directory);
    const running = await eventSinks.start({
      ...setup,
      env: {
        ...setup.env,
        EVENT_SINKS_DATABASE_URL: postgres.url,
        EVENT_SINKS_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
      },
    });
    return {
      ...running,
      get pids() {
        return [...running.pids, ...postgres.pids()];
      },
      async stop() {
        await running.stop();
        await postgres.stop();
      },
    };
  },
};

export interface EventSinksService {
  readonly url: string;
  /** Where alerts go in. */
  readonly target: Running["target"];
  readonly pid: number | undefined;
  /** From the start of the process to the line that says it listens. */
  readonly listenMs: number;
  call(method: string, path: string, body?: unknown): Promise<Response>;
  createSink(url: string): Promise<string>;
  pendingCount(): Promise<number>;
  cpuMs(): number;
  memoryMb(): { now: number; peak: number };
  stop(): Promise<void>;
}

export async function startEventSinks({
  directory,
  env,
}: Omit<Setup, "sinkUrls">): Promise<EventSinksService> {
  const startedAt = performance.now();
  const child = startProgram(process.execPath, [...nodeFlags(), mainPath], {
    cwd: directory,
    env: {
      PATH: process.env["PATH"],
      EVENT_SINKS_LISTEN: "127.0.0.1:0",
      EVENT_SINKS_ALLOW_CIDRS: "127.0.0.0/8",
      EVENT_SINKS_API_KEY: operatorKey,
      // As `npm start` sets them.
      NODE_COMPILE_CACHE: compileCache,
      MALLOC_ARENA_MAX: "2",
      EVENT_SINKS_LOG_LEVEL: process.env["BENCH_LOG_LEVEL"],
      ...env,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`event-sinks ended with code ${code}`)));
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (!line.includes('"service.listening"')) return;
      resolve(String((JSON.parse(line) as { url: unknown }).url));
    });
  });
  const call = (method: string, path: string, body?: unknown) =>
    fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${operatorKey}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    url,
    target: {
      host: "127.0.0.1",
      port: Number(new URL(url).port),
      path: "/v1/alert",
      headers: { authorization: `Bearer ${operatorKey}`, "content-type": "application/json" },
    },
    pid: child.pid,
    listenMs: performance.now() - startedAt,
    call,
    async createSink(sinkUrl) {
      const answer = await call("POST", "/v1/event_sink", {
        tenant_id: tenantId,
        name: sinkUrl,
        description: "",
        event_sink_args: { Webhook: { url: sinkUrl } },
      });
      const body = (await answer.json()) as { event_sink: { id: string } };
      if (answer.status !== 200) throw new Error(JSON.stringify(body));
      return body.event_sink.id;
    },
    async pendingCount() {
      const text = await (await call("GET", "/metrics")).text();
      return Number(/^event_sinks_deliveries\{state="pending"\} (\d+)/m.exec(text)?.[1]);
    },
    cpuMs: () => cpuMs(child.pid),
    memoryMb: () => memoryMb(child.pid),
    stop: () => stopProcess(child),
  };
}

/**
 * As `npm start` has them. `BENCH_PROFILE=folder` writes a CPU profile for each thread there; `BENCH_NODE_FLAGS` are flags for
 * Node, to try them out.
 */
function nodeFlags(): string[] {
  const folder = process.env["BENCH_PROFILE"];
  const profile = folder === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${folder}`];
  const others = process.env["BENCH_NODE_FLAGS"]?.split(" ") ?? [];
  return ["--max-semi-space-size=16", ...profile, ...others];
}
