/**
 * Doors: how fast new connections are taken.
 *
 * In each turn of the event loop libuv takes one connection from a listening socket, however many wait (1.52). Under load a
 * turn takes 20 ms, so only fifty a second would be taken: whoever comes anew, a probe of an orchestrator too, would
 * wait for seconds where those who are in are answered in milliseconds. So several sockets listen on
 * one address (`SO_REUSEPORT`), between which the kernel shares out those who come; all are served by one server.
 *
 * What else listens there already must not be shared with: the address is first taken alone, and that fails as
 * it should. Where the system has no such option there is one door.
 */

import { createServer, type Server, type Socket } from "node:net";
import type { App } from "../context.ts";

const doorCount = 16;

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Doors {
  readonly url: string;
  /** Takes no more; `app` closes its own. */
  close(): void;
}

/**
 * Listens. Rejects with the system's error.
 * @param backlog as many may wait to be taken; past Node's own 511 the kernel would drop them, and they
 * try again seconds later.
 */
export async function openDoors(
  app: App,
  { host, port }: Address,
  backlog: number,
): Promise<Doors> {
  if (process.platform !== "linux") {
    return { url: await app.listen({ host, port, backlog }), close() {} };
  }
  const alone = createServer();
  await listen(alone, { host, port });
  const address = alone.address();
  const taken = typeof address === "object" && address !== null ? address.port : port;
  await new Promise((resolve) => alone.close(resolve));
  const where = { host, port: taken, backlog, reusePort: true };
  const url = await app.listen(where);
  const serve = (socket: Socket) => void app.server.emit("connection", socket);
  // As Node's own HTTP server makes its sockets.
  const doors = Array.from({ length: doorCount - 1 }, () =>
    createServer({ allowHalfOpen: true, noDelay: true }, serve),
  );
  await Promise.all(doors.map((door) => listen(door, where)));
  return {
    url,
    close() {
      for (const door of doors) door.close();
    },
  };
}

function listen(
  server: Server,
  where: Address & { backlog?: number; reusePort?: boolean },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
