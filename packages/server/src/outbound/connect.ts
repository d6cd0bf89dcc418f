import { isIP, type LookupFunction, connect as netConnect, type Socket } from "node:net";
import { type ConnectionOptions, connect as tlsConnect } from "node:tls";
import type { buildConnector } from "undici";
import type { Clock } from "../clock.ts";
import type { AddressGuard } from "./address-guard.ts";
import { ConnectError, codeOf } from "./failure.ts";
import { withoutTrailingDot } from "./host-names.ts";
import { type Resolve, resolveAddresses } from "./resolve-addresses.ts";

export interface ConnectorOptions {
  readonly resolve: Resolve;
  /** Null for no limits. */
  readonly guard: AddressGuard | null;
  /** For resolving, the TCP and the TLS handshake together. */
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
  /** Certificate authorities (PEM) trusted instead of Node's own. */
  readonly ca: string | undefined;
  /** Ways to give up each connection that is being made, so that closing leaves nothing behind. */
  readonly connecting: Set<() => void>;
}

interface Target {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
}

/**
 * A connector for undici that resolves, checks, connects to nothing but what it checked,
 * and checks once more where the socket ended up. Certificates are verified against the
 * name in the URL. Fails with `ConnectError`.
 */
export function createConnector(options: ConnectorOptions): buildConnector.connector {
  return ({ hostname, port, protocol }, callback) => {
    const isTls = protocol === "https:";
    const target = { host: hostname, port: Number(port || (isTls ? 443 : 80)), isTls };
    connect(target, options).then(
      (socket) => {
        if (socket.destroyed) callback(explain(null, target, true), null);
        else callback(null, socket);
      },
      (error: Error) => callback(error, null),
    );
  };
}

async function connect(target: Target, options: ConnectorOptions): Promise<Socket> {
  const { host } = target;
  const { promise: abandoned, reject } = Promise.withResolvers<never>();
  let socket: Socket | null = null;
  let isAbandoned = false;

  const abandon = (error: ConnectError) => {
    isAbandoned = true;
    socket?.destroy();
    reject(error);
  };
  const close = () => abandon(new ConnectError("connection_failed", `No connection to ${host}.`));
  options.connecting.add(close);
  const timer = options.clock.setTimer(options.connectTimeoutMs, () =>
    abandon(new ConnectError("timeout", `No connection to ${host} in time.`)),
  );

  async function reach(): Promise<Socket> {
    const addresses = await resolveAddresses(host, options.resolve, options.guard);
    // What this throws is not seen: nobody waits any more.
    if (isAbandoned) throw explain(null, target, false);
    socket = openSocket(target, addresses, options.ca);
    return await ready(socket, target, options.guard);
  }

  try {
    return await Promise.race([reach(), abandoned]);
  } finally {
    timer.cancel();
    options.connecting.delete(close);
  }
}

function openSocket({ host, port, isTls }: Target, pinned: readonly string[], ca?: string): Socket {
  const options = { host, port, lookup: lookupOf(pinned) };
  if (!isTls) return netConnect(options);
  const tls: ConnectionOptions = {
    ...options,
    ALPNProtocols: ["http/1.1"],
    // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED cannot switch it off.
    rejectUnauthorized: true,
    // No session is resumed: Node skips the name check on those, and a session may
    // have been handed out before the check of its own handshake failed.
  };
  if (isIP(host) === 0) tls.servername = withoutTrailingDot(host);
  if (ca !== undefined) tls.ca = ca;
  return tlsConnect(tls);
}

/** Answers Node's question for the addresses of a name with those that were checked. */
function lookupOf(pinned: readonly string[]): LookupFunction {
  const answers = pinned.map((address) => ({ address, family: isIP(address) }));
  return (_name, { all }, callback) => {
    process.nextTick(() => {
      if (all) callback(null, answers);
      else callback(null, answers[0]?.address ?? "", answers[0]?.family);
    });
  };
}

/** Resolves when the socket may be written to. */
function ready(socket: Socket, target: Target, guard: AddressGuard | null): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  let isConnected = false;

  const settle = () => {
    socket.off("connect", onConnect).off("secureConnect", succeed).off("close", fail);
  };
  const succeed = () => {
    settle();
    resolve(socket);
  };
  const fail = (error: unknown) => {
    settle();
    socket.destroy();
    reject(explain(error, target, isConnected));
  };
  const onConnect = () => {
    isConnected = true;
    if (guard !== null && !guard(socket.remoteAddress ?? "", target.host)) {
      fail(new ConnectError("blocked_address", `${target.host} led to a forbidden address.`));
    } else if (!target.isTls) succeed();
  };

  // The error listener stays: an error may arrive before undici adds its own, and one
  // that nobody listens to ends the process.
  socket.on("error", fail).on("close", fail);
  socket.on("connect", onConnect).on("secureConnect", succeed);
  socket.setNoDelay(true).setKeepAlive(true, 60_000);
  return promise;
}

function explain(error: unknown, { host, isTls }: Target, isConnected: boolean): ConnectError {
  if (error instanceof ConnectError) return error;
  const code = codeOf(error);
  const why = code === "" ? "" : ` (${code})`;
  if (isTls && isConnected) {
    return new ConnectError("tls_failed", `The TLS handshake with ${host} failed${why}.`, error);
  }
  const reason = code === "ETIMEDOUT" ? "timeout" : "connection_failed";
  return new ConnectError(reason, `No connection to ${host}${why}.`, error);
}
