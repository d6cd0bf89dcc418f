export const queueName = "deliveries";

export const deliverOptions = {
  attempts: 10,
  backoff: { type: "exponential", delay: 5_000 },
  removeOnComplete: true,
  removeOnFail: false,
};

/** BullMQ asks for no limit of tries on a worker's connection. */
export function redisConnection() {
  return {
    host: "127.0.0.1",
    port: Number(process.env["BENCH_REDIS"]),
    maxRetriesPerRequest: null,
  };
}
