/**
 * Connections: how long they may be slow or idle, and how many there are.
 *
 * Whoever opens one has to say something (headers within `headersTimeoutMs`, a whole request within
 * `requestTimeoutMs`), and read the answer (`silenceMsMax`): Node looks every `checkMs` and cuts what is late. So a
 * client that sends a byte now and then holds a connection for a minute at most, and never a thread.
 * Past `connectionsMax` a further connection still gets an answer, 503, and is closed; probes
 * (`/healthz`, `/readyz`, `/metrics`) are served on it, so that a flood does not look like a death. Past
 * `spareConnections` more it is closed without a word.
 */

import type { Socket } from "node:net";
import { ApiError } from "../../errors.ts";
import type { App } from "../context.ts";

/** Longer than the usual 60 s of proxies, so that they and not we end idle connections. */
const keepAliveTimeoutMs = 75_000;
const headersTimeoutMs = 20_000;
/** A request has this long to come in whole. */
const requestTimeoutMs = 60_000;
/** Nothing is read or written on a connection for this long in the middle of a request: the client is gone. */
const silenceMsMax = 120_000;
const checkMs = 5_000;
/** What is past the limit may stay this long to ask and be told so. */
const surplusMsMax = 10_000;
const spareConnections = 256;

/** For Fastify. */
export const connectionTimeouts = {
  requestTimeout: requestTimeoutMs,
  keepAliveTimeout: keepAliveTimeoutMs,
  connectionTimeout: silenceMsMax,
  http: { headersTimeout: headersTimeoutMs, connectionsCheckingInterval: checkMs },
};

/** Bounds the connections of `app`. @returns what refuses a call that came on one too many. */
export function limitConnections(app: App, connectionsMax: number): (socket: Socket) => void {
  /** By their other end, as over TLS requests come from another object than connections. */
  const surplus = new Set<string>();
  const isSurplus = (socket: Socket) => surplus.size > 0 && surplus.has(farEndOf(socket));
  let count = 0;
  app.server.maxConnections = connectionsMax + spareConnections;
  app.server.on("connection", (socket: Socket) => {
    count += 1;
    socket.once("close", () => {
      count -= 1;
    });
    if (count <= connectionsMax) return;
    const name = farEndOf(socket);
    surplus.add(name);
    socket.once("close", () => surplus.delete(name));
    // A real socket's patience, not the service's time: so no injected clock.
    const timer = setTimeout(() => socket.destroy(), surplusMsMax);
    socket.once("close", () => clearTimeout(timer));
  });
  app.addHook("onSend", (request, reply, payload, done) => {
    if (isSurplus(request.socket)) reply.header("connection", "close");
    done(null, payload);
  });
  return (socket) => {
    if (!isSurplus(socket)) return;
    throw new ApiError(
      "unavailable",
      `There are over ${connectionsMax} connections already (EVENT_SINKS_CONNECTIONS_MAX): keep fewer open, and use each for many requests.`,
      { retryAfterS: 5 },
    );
  };
}

function farEndOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
