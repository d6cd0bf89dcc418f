/**
 * How requests leave.
 *
 * Cast: an undici agent per policy, each with connections of its own (`connector`, which
 * resolves, checks and pins addresses); an `Exchange` per request, which bounds it in
 * time and size and turns every way it can end into data.
 *
 * What is guaranteed: a guarded policy never opens a connection to an address outside
 * its limits, whatever the URL, the DNS or a redirect says; `send` answers within
 * `timeoutMs`; `ambiguous: false` means that no byte of the request was written.
 *
 * What is not: `ambiguous: true` does not mean that it arrived. A peer that closes an idle
 * connection in the very moment a request is written to it looks just like one that read
 * the request and died; only when undici saw the connection end before it wrote anything
 * is the request sent again here, once. Everything else is left to the retry schedule.
 *
 * Of undici's features redirects, proxies, decompression, HTTP/2, caches and retries are
 * interceptors or other clients, none of which is used. Environment variables do not reach it.
 */

import type { Agent as UndiciAgent } from "undici";
import { type Clock, systemClock } from "../clock.ts";
import { createAddressGuard } from "./address-guard.ts";
import { createConnector } from "./connect.ts";
import { Exchange, type ExchangeEnd } from "./exchange.ts";
import type { Outbound, OutboundPolicy, OutboundRequest, OutboundResult } from "./outbound.ts";
import { type Resolve, shareQuestions, systemResolve } from "./resolve-addresses.ts";
import { Agent, errors } from "./undici-parts.ts";

export interface OutboundOptions {
  /** What the policy `operator` may reach although it is not public; see `createAddressGuard`. */
  readonly allowCidrs: readonly string[];
  /** Names that may lead it inside; none by default. */
  readonly allowHosts?: readonly string[];
  /** For resolving, the TCP and the TLS handshake together; 10 s by default. */
  readonly connectTimeoutMs?: number;
  /**
   * To one origin under one policy at a time; requests beyond wait, their time running. Not limited by
   * default: the engine bounds attempts (`slots.ts`), and sinks that hang must leave others at their host alone.
   */
  readonly connectionsMax?: number;
  /** Certificate authorities (PEM) trusted instead of Node's own. */
  readonly ca?: string;
  /** The system's resolver by default. */
  readonly resolve?: Resolve;
  readonly clock?: Clock;
}

/** Of an answer's header names and values together, more is a `bad_response`. */
const responseHeadersBytesMax = 16 * 1024;

/**
 * Idle connections are closed before the peer does it: Node's HTTP server, the most
 * impatient common one, waits 5 s. A `Keep-Alive` header of the peer's can lengthen it.
 */
const idleTimeoutMs = 4_000;
const idleTimeoutMsMax = 60_000;

/** Makes the client. Throws when one of `allowCidrs` cannot be read. */
export function createOutbound(options: OutboundOptions): Outbound {
  const { clock = systemClock } = options;
  const connecting = new Set<() => void>();
  const resolve = shareQuestions(options.resolve ?? systemResolve);

  function createAgent(policy: OutboundPolicy): UndiciAgent {
    const [cidrs, hosts] =
      policy === "operator" ? [options.allowCidrs, options.allowHosts] : [[], []];
    return new Agent({
      connect: createConnector({
        resolve,
        guard: policy === "vendor" ? null : createAddressGuard(cidrs, hosts),
        connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
        clock,
        ca: options.ca,
        connecting,
      }),
      connections: options.connectionsMax ?? null,
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: idleTimeoutMs,
      keepAliveMaxTimeout: idleTimeoutMsMax,
      maxHeaderSize: responseHeadersBytesMax,
      // The exchange has one timer for all of it.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  const agents: Readonly<Record<OutboundPolicy, UndiciAgent>> = {
    public: createAgent("public"),
    operator: createAgent("operator"),
    vendor: createAgent("vendor"),
  };

  function exchange(request: OutboundRequest, url: URL): Promise<ExchangeEnd> {
    const { method, headers, body, policy } = request;
    const { origin, pathname, search } = url;
    return new Promise((end) => {
      agents[policy].dispatch(
        { origin, path: pathname + search, method, headers, body: body === "" ? null : body },
        new Exchange(request, url.hostname, clock, end),
      );
    });
  }

  return {
    async send(request) {
      const startedAt = performance.now();
      const url = URL.parse(request.url);
      if (url === null) return refused("The URL cannot be read.");
      if (url.protocol !== "http:" && url.protocol !== "https:") {
        return refused("The URL is neither https: nor http:.");
      }
      if (url.username !== "" || url.password !== "") {
        return refused("The URL holds a user name or password; send them in a header instead.");
      }
      const end = await exchange(request, url);
      if (end.kind !== "unsent") return end;
      throwIfBug(end.error);
      const passedMs = Math.round(performance.now() - startedAt);
      const again = await exchange(
        { ...request, timeoutMs: Math.max(request.timeoutMs - passedMs, 0) },
        url,
      );
      if (again.kind !== "unsent") return { ...again, durationMs: again.durationMs + passedMs };
      return unsent(url.hostname, Math.round(performance.now() - startedAt));
    },
    async close() {
      const ended = Object.values(agents).map((agent) => agent.destroy());
      for (const abandon of connecting) abandon();
      await Promise.all(ended);
    },
  };
}

/** A header or a path that HTTP cannot carry: whoever made the request has to know better. */
function throwIfBug(error: Error): void {
  if (error instanceof errors.InvalidArgumentError || error instanceof errors.NotSupportedError) {
    throw error;
  }
}

function refused(detail: string): OutboundResult {
  return {
    kind: "failure",
    reason: "blocked_address",
    detail,
    ambiguous: false,
    durationMs: 0,
  };
}

function unsent(host: string, durationMs: number): OutboundResult {
  return {
    kind: "failure",
    reason: "connection_failed",
    detail: `The connection to ${host} was closed before the request could be sent.`,
    ambiguous: false,
    durationMs,
  };
}
