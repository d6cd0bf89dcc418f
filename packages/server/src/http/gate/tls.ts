/**
 * TLS in this process, for those who want no proxy before it.
 *
 * Where client certificates are asked for (mTLS), one that the operator's authority has signed is
 * needed to bring alerts in, besides the key. It is asked for in every handshake and required on those
 * routes alone, so that a browser without one still reaches the dashboard, and a probe `/healthz`.
 */

import { type ServerOptions, Server as TlsServer } from "node:https";
import { TLSSocket } from "node:tls";
import type { onRequestHookHandler } from "fastify";
import { ApiError } from "../../errors.ts";
import type { TlsMaterial } from "../../tls-files.ts";
import type { App } from "../context.ts";

/** Said aloud, so that no option of Node's can lower it. */
const oldestVersion = "TLSv1.2";
/** Whoever connects has this long to get to the first request. */
const handshakeTimeoutMs = 10_000;

function contextOf({ cert, key, clientCa }: TlsMaterial) {
  return {
    cert,
    key: key.reveal(),
    minVersion: oldestVersion,
    ...(clientCa === null ? {} : { ca: clientCa }),
  } as const;
}

/** For Node's HTTPS server. */
export function tlsOptions(material: TlsMaterial): ServerOptions {
  return {
    ...contextOf(material),
    handshakeTimeout: handshakeTimeoutMs,
    requestCert: material.clientCa !== null,
    // Who shows none, or a wrong one, is told so by the routes that need it.
    rejectUnauthorized: false,
  };
}

/** Serves new connections with other files; those under way end at their next pause. */
export function changeCertificates(app: App, material: TlsMaterial): void {
  // Fastify's type knows plain HTTP only.
  const server: unknown = app.server;
  if (!(server instanceof TlsServer)) throw new Error("The server speaks no TLS.");
  server.setSecureContext(contextOf(material));
  server.closeIdleConnections();
}

/** Refuses a call that came without a client certificate of the operator's authority. */
export const requireClientCertificate: onRequestHookHandler = (request, _reply, done) => {
  const socket: unknown = request.socket;
  if (socket instanceof TLSSocket && socket.authorized) done();
  else {
    done(
      new ApiError(
        "forbidden",
        "Alerts are taken here only over a connection with a client certificate: show one that the authority in EVENT_SINKS_TLS_CLIENT_CA has signed and that has not run out.",
      ),
    );
  }
};
