import { fastify } from "fastify";

export interface IncomingAlert {
  readonly event_sink_ids: readonly string[];
}

/** The same HTTP front for all: Fastify without a log; answers 202 when `take` resolves. */
export async function startFront(take: (alert: IncomingAlert) => Promise<unknown>): Promise<void> {
  const app = fastify({ bodyLimit: 2 * 1024 * 1024 });
  app.post("/v1/alert", async (request, reply) => {
    await take(request.body as IncomingAlert);
    reply.code(202);
    return { taken: true };
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  sayListening(app.server.address());
}

export function sayListening(address: unknown): void {
  const port = (address as { port?: number } | null)?.port ?? 0;
  process.send?.({ kind: "listening", port });
}

process.on("SIGTERM", () => process.exit());
process.on("disconnect", () => process.exit());
