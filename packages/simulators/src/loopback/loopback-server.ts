/**
 * What all simulators share: a server on 127.0.0.1 that keeps every request raw, and can be
 * told to misbehave. What a request means is the simulator's own business (`respond`).
 *
 * Nothing here judges content, so unlike an ordinary service it must let everything through
 * to `respond`: any method, any path, any content type, bodies that are not what they claim.
 */

import type { AddressInfo } from "node:net";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import { realClock, type SimulatorClock } from "../clock.ts";
import {
  type Behaviour,
  type BehaviourQueue,
  createBehaviourQueue,
  type Match,
} from "./behaviours.ts";
import { playBehaviour } from "./play-behaviour.ts";
import type { Answer, ReceivedRequest } from "./received-request.ts";

export interface LoopbackOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly clock?: SimulatorClock;
}

/** What every simulator can do, whatever it stands for. */
export interface Simulator {
  readonly port: number;
  /** Everything received, in the order in which bodies were complete. */
  readonly requests: readonly ReceivedRequest[];
  /** Answers the next `count` matching requests so, without any other effect. */
  answerNext(count: number, answer: Answer, match?: Match): void;
  /** One answer for each of the next matching requests; after the last it behaves again. */
  answerInOrder(answers: readonly Answer[], match?: Match): void;
  behaveNext(count: number, behaviour: Behaviour, match?: Match): void;
  /** Forgets every planned answer and behaviour. */
  behave(): void;
  /** Resolves once `count` requests were received in all; rejects after `timeoutMs` of real time. */
  waitForRequests(count: number, timeoutMs?: number): Promise<void>;
  /** Cuts all connections, idle, hanging or busy, and frees the port. */
  stop(): Promise<void>;
}

interface ServerOptions extends LoopbackOptions {
  /** Larger bodies are not kept: `respond` sees an empty body with `isBodyRead` false. */
  readonly bodyBytesMax: number;
  readonly respond: (request: ReceivedRequest) => Answer;
}

/** What one server remembers. */
interface Loopback {
  readonly options: ServerOptions;
  readonly clock: SimulatorClock;
  readonly requests: ReceivedRequest[];
  readonly behaviours: BehaviourQueue;
  /** Delayed answers, cancelled on stop. */
  readonly timers: Set<{ cancel(): void }>;
  readonly waiting: Set<() => void>;
}

export async function startLoopbackServer(options: ServerOptions): Promise<Simulator> {
  const loopback: Loopback = {
    options,
    clock: options.clock ?? realClock,
    requests: [],
    behaviours: createBehaviourQueue(),
    timers: new Set(),
    waiting: new Set(),
  };
  const { behaviours, requests, timers } = loopback;
  const app = buildApp(loopback);
  await app.listen({ host: "127.0.0.1", port: options.port ?? 0 });
  return {
    port: (app.server.address() as AddressInfo).port,
    requests,
    answerNext: (count, answer, match) =>
      behaviours.add(count, { kind: "answer", ...answer }, match),
    answerInOrder(answers, match) {
      for (const answer of answers) behaviours.add(1, { kind: "answer", ...answer }, match);
    },
    behaveNext: (count, behaviour, match) => behaviours.add(count, behaviour, match),
    behave: () => behaviours.clear(),
    waitForRequests: (count, timeoutMs = 5_000) => waitFor(loopback, count, timeoutMs),
    async stop() {
      for (const timer of timers) timer.cancel();
      timers.clear();
      await app.close();
    },
  };
}

function buildApp(loopback: Loopback): FastifyInstance {
  const { behaviours, clock, options } = loopback;
  const heads = new WeakMap<FastifyRequest, { sequence: number; receivedAt: number }>();
  let sequence = 0;
  const app = fastify({
    bodyLimit: options.bodyBytesMax,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
  });

  function read(request: FastifyRequest, bytes: Buffer, isBodyRead: boolean): ReceivedRequest {
    const head = heads.get(request) ?? { sequence: 0, receivedAt: clock.now() };
    return readRequest(request, head, bytes, isBodyRead);
  }

  async function handle(request: FastifyRequest, reply: FastifyReply, isBodyRead: boolean) {
    const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const received = read(request, bytes, isBodyRead);
    keep(loopback, received);
    const behaviour = behaviours.take(received, "after_reading");
    received.behaviour = behaviour?.kind ?? null;
    const respond = () => options.respond(received);
    await playBehaviour({ received, reply, clock, timers: loopback.timers, respond }, behaviour);
    return reply;
  }

  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.addHook("onRequest", async (request, reply) => {
    sequence += 1;
    heads.set(request, { sequence, receivedAt: clock.now() });
    const head = read(request, Buffer.alloc(0), false);
    if (behaviours.take(head, "before_reading") === null) return;
    head.behaviour = "drop";
    keep(loopback, head);
    reply.hijack();
    request.raw.socket.destroy();
  });
  app.all("/*", (request, reply) => handle(request, reply, true));
  app.setNotFoundHandler((request, reply) => handle(request, reply, true));
  // Fastify's own refusals (too large, a content type it cannot parse) become the vendor's.
  app.setErrorHandler((error, request, reply) => {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (!code.startsWith("FST_ERR_CTP_")) throw error;
    return handle(request, reply, false);
  });
  return app;
}

function keep(loopback: Loopback, request: ReceivedRequest): void {
  loopback.requests.push(request);
  for (const check of loopback.waiting) check();
}

function readRequest(
  request: FastifyRequest,
  head: { sequence: number; receivedAt: number },
  bytes: Buffer,
  isBodyRead: boolean,
): ReceivedRequest {
  const url = new URL(request.raw.url ?? "/", "http://127.0.0.1");
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.raw.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return {
    ...head,
    method: request.method,
    path: url.pathname,
    query: url.searchParams,
    headers,
    rawHeaders: request.raw.rawHeaders,
    bytes,
    body: bytes.toString("utf8"),
    isBodyRead,
    answer: null,
    behaviour: null,
  };
}

function waitFor(loopback: Loopback, count: number, timeoutMs: number): Promise<void> {
  const { requests, waiting } = loopback;
  if (requests.length >= count) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const done = (finish: () => void) => {
      clearTimeout(handle);
      waiting.delete(check);
      finish();
    };
    const check = () => {
      if (requests.length >= count) done(resolve);
    };
    const handle = setTimeout(() => {
      const text = `${requests.length} of ${count} requests came within ${timeoutMs} ms`;
      done(() => reject(new Error(text)));
    }, timeoutMs);
    waiting.add(check);
  });
}
