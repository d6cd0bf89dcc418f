/** Fastify in, pg-boss behind it, one process: answers when PostgreSQL has committed the jobs. */

import { PgBoss } from "pg-boss";
import { startFront } from "./front.ts";
import { post, sinks } from "./outgoing.ts";

const queueName = "deliveries";

const boss = new PgBoss({ connectionString: process.env["BENCH_POSTGRES"] ?? "", max: 20 });
boss.on("error", () => {});
await boss.start();
await boss.createQueue(queueName, { retryLimit: 10, retryDelay: 5, retryBackoff: true });
for (let count = 0; count < 4; count++) {
  await boss.work<{ url: string; body: string }>(
    queueName,
    // Half a second is the shortest wait it allows.
    { batchSize: 100, pollingIntervalSeconds: 0.5 },
    async (jobs) => {
      await Promise.all(jobs.map(({ data }) => post(data.url, data.body, true)));
    },
  );
}

await startFront((alert) => {
  const body = JSON.stringify(alert);
  const jobs = alert.event_sink_ids.map((id) => ({ data: { url: sinks[id] ?? "", body } }));
  const [first] = jobs;
  if (first === undefined) return Promise.resolve();
  return jobs.length === 1 ? boss.send(queueName, first.data) : boss.insert(queueName, jobs);
});
