import type { Contender } from "./contender.ts";
import { startPostgres } from "./postgres.ts";
import { startYardstick } from "./yardstick.ts";

const services = {
  "pg-boss": new URL("../yardsticks/pg-boss.ts", import.meta.url),
  "graphile-worker": new URL("../yardsticks/graphile-worker.ts", import.meta.url),
};

/** Queues on PostgreSQL, as their own pages say to use them; PostgreSQL with its default settings. */
export const postgresQueues: readonly Contender[] = Object.entries(services).map(
  ([name, service]) => ({
    name,
    missing: () => null,
    start: async (setup) => {
      const postgres = await startPostgres(setup.directory);
      const running = await startYardstick([service], setup, { BENCH_POSTGRES: postgres.url });
      return {
        ...running,
        pids: [...running.pids, ...postgres.pids()],
        async stop() {
          await running.stop();
          await postgres.stop();
        },
      };
    },
  }),
);
