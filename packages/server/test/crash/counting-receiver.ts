import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A webhook that only counts: which alert came how often, and under which delivery id. */
export interface CountingReceiver {
  readonly url: string;
  /** Times an alert was acknowledged, by the alert's id. */
  readonly acknowledged: ReadonlyMap<string, number>;
  readonly requestCount: () => number;
  stop(): void;
}

/** One request in this many is answered 503, so that retries and kills meet. */
const refuseEvery = 50;

export async function startCountingReceiver(): Promise<CountingReceiver> {
  const acknowledged = new Map<string, number>();
  let requestCount = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      requestCount += 1;
      if (requestCount % refuseEvery === 0) {
        response.writeHead(503).end();
        return;
      }
      const { id } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
      acknowledged.set(id, (acknowledged.get(id) ?? 0) + 1);
      response.writeHead(200).end();
    });
    // The sender was killed in mid-request: it will come again.
    request.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    acknowledged,
    requestCount: () => requestCount,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
