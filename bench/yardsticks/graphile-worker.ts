/** Fastify in, graphile-worker behind it, one process: answers when PostgreSQL has committed the jobs. */

import { Logger, run } from "graphile-worker";
import { startFront } from "./front.ts";
import { post, sinks } from "./outgoing.ts";

const runner = await run({
  connectionString: process.env["BENCH_POSTGRES"] ?? "",
  concurrency: 64,
  maxPoolSize: 40,
  noHandleSignals: true,
  // It writes a line for each job to the console.
  logger: new Logger(() => () => {}),
  taskList: {
    deliver: (payload) => {
      const { url, body } = payload as { url: string; body: string };
      return post(url, body, true);
    },
  },
});

await startFront((alert) => {
  const body = JSON.stringify(alert);
  const jobs = alert.event_sink_ids.map((id) => ({
    identifier: "deliver",
    payload: { url: sinks[id] ?? "", body },
    maxAttempts: 10,
  }));
  const [first] = jobs;
  if (first === undefined) return Promise.resolve();
  if (jobs.length > 1) return runner.addJobs(jobs);
  return runner.addJob(first.identifier, first.payload, { maxAttempts: first.maxAttempts });
});
