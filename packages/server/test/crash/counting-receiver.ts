import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** A webhook that only counts: which alert was acknowledged how often, and in which life of the service. */
export interface CountingReceiver {
  readonly url: string;
  /** The lives in which an alert was acknowledged, by the alert's id. */
  readonly acknowledged: ReadonlyMap<string, readonly number[]>;
  readonly refusedCount: () => number;
  /** From now on connections come from a new life of the service. */
  beginLife(life: number): void;
  stop(): void;
}

/**
 * The first try of one alert in this many is answered 503, so that retries and kills meet. Only the
 * first: what is refused three times waits for two minutes.
 */
const refuseEvery = 50;

export async function startCountingReceiver(): Promise<CountingReceiver> {
  const acknowledged = new Map<string, number[]>();
  const tried = new Set<string>();
  // By connection and not by time: what a killed process had sent may be read after its end.
  const lifeOf = new WeakMap<Socket, number>();
  let life = 0;
  let refusedCount = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { id } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
      const isFirst = !tried.has(id);
      tried.add(id);
      if (isFirst && tried.size % refuseEvery === 0) {
        refusedCount += 1;
        response.writeHead(503).end();
        return;
      }
      const lives = acknowledged.get(id) ?? [];
      lives.push(lifeOf.get(request.socket) ?? life);
      acknowledged.set(id, lives);
      response.writeHead(200).end();
    });
    // The sender was killed in mid-request: it will come again.
    request.on("error", () => {});
  });
  server.on("connection", (socket) => lifeOf.set(socket, life));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    acknowledged,
    refusedCount: () => refusedCount,
    beginLife(next) {
      life = next;
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
