import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { startProgram, stopProcess } from "../load/child.ts";
import type { Contender } from "./contender.ts";
import { freePort, waitForPort } from "./ports.ts";
import { startYardstick } from "./yardstick.ts";

const front = new URL("../yardsticks/bullmq-front.ts", import.meta.url);
const worker = new URL("../yardsticks/bullmq-worker.ts", import.meta.url);

/** The queue that most TypeScript teams would take, on Redis with its append-only file. */
export const bullmqContenders: readonly Contender[] = (["everysec", "always"] as const).map(
  (appendfsync) => ({
    name: `bullmq-${appendfsync}`,
    missing: () =>
      spawnSync("redis-server", ["--version"]).status === 0
        ? null
        : "redis-server is not installed (Debian package `redis-server`)",
    start: async (setup) => {
      const port = await freePort();
      const redis = startProgram("redis-server", [
        ...["--port", String(port), "--bind", "127.0.0.1", "--dir", join(setup.directory)],
        ...["--appendonly", "yes", "--appendfsync", appendfsync, "--save", ""],
        ...["--maxmemory-policy", "noeviction"],
      ]);
      await waitForPort(port);
      const running = await startYardstick([worker, front], setup, { BENCH_REDIS: String(port) });
      return {
        ...running,
        pids: [...running.pids, redis.pid],
        async stop() {
          await running.stop();
          await stopProcess(redis, 5_000);
        },
      };
    },
  }),
);
