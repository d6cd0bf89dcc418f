/** Fastify in, BullMQ's queue behind it: answers when Redis has the jobs. */

import { Queue } from "bullmq";
import { deliverOptions, queueName, redisConnection } from "./bullmq-queue.ts";
import { startFront } from "./front.ts";
import { sinks } from "./outgoing.ts";

const queue = new Queue(queueName, { connection: redisConnection() });

await startFront((alert) => {
  const body = JSON.stringify(alert);
  const [first, ...others] = alert.event_sink_ids.map((id) => ({
    name: "deliver",
    data: { url: sinks[id] ?? "", body },
    opts: deliverOptions,
  }));
  if (first === undefined) return Promise.resolve();
  if (others.length === 0) return queue.add(first.name, first.data, first.opts);
  return queue.addBulk([first, ...others]);
});
