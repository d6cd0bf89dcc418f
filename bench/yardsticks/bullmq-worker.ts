/** BullMQ's worker, a process of its own as its guide advises. */

import { Worker } from "bullmq";
import { queueName, redisConnection } from "./bullmq-queue.ts";
import { sayListening } from "./front.ts";
import { post } from "./outgoing.ts";

const worker = new Worker<{ url: string; body: string }>(
  queueName,
  ({ data }) => post(data.url, data.body, true),
  { connection: redisConnection(), concurrency: 64 },
);
worker.on("error", () => {});
await worker.waitUntilReady();
sayListening(null);
