import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";

export interface TcpServer {
  readonly port: number;
  /** How many connections were ever accepted. */
  connectionCount(): number;
  /** Resolves with the n-th request's text (from 1) once its headers are in. */
  request(n: number): Promise<string>;
  /** Resolves when no connection is open. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** What to do with a request, once its headers are in; it is the n-th of its connection. */
export type Behaviour = (socket: Socket, n: number) => void;

/**
 * A server on loopback that answers, by `behave`, with whatever bytes a test wants, at the
 * level of the socket. Takes one request at a time, without a body that is read as one.
 */
export async function startTcpServer(
  behave: Behaviour,
  options: { host?: string; tls?: { cert: string; key: string }; onConnection?: Behaviour } = {},
): Promise<TcpServer> {
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const check of [...waiting]) check();
  };
  let connectionCount = 0;

  const serve = (socket: Socket) => {
    connectionCount++;
    sockets.add(socket);
    let n = 0;
    let text = "";
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      wake();
    });
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      if (!text.includes("\r\n\r\n")) return;
      requests.push(text);
      text = "";
      n++;
      wake();
      behave(socket, n);
    });
    options.onConnection?.(socket, connectionCount);
  };

  const server = options.tls ? createTlsServer(options.tls, serve) : createServer(serve);
  server.on("tlsClientError", () => {});
  server.listen(0, options.host ?? "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");

  function until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!holds()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  }

  return {
    port: address.port,
    connectionCount: () => connectionCount,
    async request(n) {
      await until(() => requests.length >= n);
      return requests[n - 1] ?? "";
    },
    idle: () => until(() => sockets.size === 0),
    async close() {
      if (!server.listening) return;
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
