/**
 * `/metrics`, for Prometheus: this thread's metrics, the engine's, and the store's counts,
 * which are read when asked for. Nothing is labelled by tenant or sink.
 */

import type { FastifyRequest } from "fastify";
import {
  AggregatorRegistry,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type MetricObject,
  Registry,
} from "prom-client";
import { Type } from "typebox";
import { deliveryStates } from "../domain/delivery.ts";
import { ApiError } from "../errors.ts";
import { hashApiKey } from "../operator-key.ts";
import type { Store } from "../store/store.ts";
import type { App, HttpContext } from "./context.ts";
import { isOperatorKey, readBearer } from "./gate/auth.ts";

/** Seconds. Intake is to answer in milliseconds, so the steps are fine there. */
const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** This thread's metrics, with those of the process: here only, as the merge of all threads' metrics adds up. */
export function createMetrics(): Registry {
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  return metrics;
}

/** Measures every request of `app`. */
export function measureRequests(app: App, { metrics }: Pick<HttpContext, "metrics">): void {
  const durations = new Histogram({
    name: "event_sinks_http_request_duration_seconds",
    help: "From the first byte of a request to its answer.",
    labelNames: ["method", "route", "status"],
    buckets: durationBuckets,
    registers: [metrics],
  });
  app.addHook("onResponse", (request, reply, done) => {
    const { method, routeOptions } = request;
    const labels = { method, route: routeOptions.url ?? "none", status: reply.statusCode };
    durations.observe(labels, reply.elapsedTime / 1_000);
    done();
  });
}

export function metricsRoute(app: App, context: HttpContext): void {
  addStoreGauges(context);
  const schema = {
    tags: ["Service"],
    summary: "Metrics, for Prometheus",
    description:
      "From the machine itself (Host is `localhost`, `127.0.0.1` or `[::1]`) without a key, from elsewhere with the operator key.",
    response: { 200: Type.String() },
  };
  app.get("/metrics", { schema }, async (request, reply) => {
    requireLocalOrOperator(request, context.operatorKeyHash);
    const own = await context.metrics.getMetricsAsJSON();
    const engine = (await context.engine.metrics()) as MetricObject[];
    const merged = AggregatorRegistry.aggregate([own, engine]);
    reply.type(merged.contentType).serializer(String);
    return merged.metrics();
  });
}

/** While the store is away the other metrics are told all the same: it is then that they are wanted. */
function addStoreGauges({ metrics, store }: HttpContext): void {
  // A scrape collects all metrics at once: both gauges tell of one answer.
  let asked: ReturnType<typeof countDeliveries> | null = null;
  const ask = () => {
    asked ??= countDeliveries(store).finally(() => {
      asked = null;
    });
    return asked;
  };
  new Gauge({
    name: "event_sinks_deliveries",
    help: "Deliveries by state: pending ones now, settled ones since the store was made. Absent while the store is away.",
    labelNames: ["state"],
    registers: [metrics],
    async collect() {
      const counts = await ask();
      this.reset();
      if (counts === null) return;
      for (const state of deliveryStates) this.set({ state }, counts[state]);
    },
  });
  new Gauge({
    name: "event_sinks_store_up",
    help: "1 when the store answers, 0 while it is away and new alerts are refused.",
    registers: [metrics],
    async collect() {
      this.set((await ask()) === null ? 0 : 1);
    },
  });
}

/** Null while the store is away. */
function countDeliveries(store: Store) {
  return within(storePatienceMs, store.countDeliveries({})).catch(() => null);
}

/** Whoever asks for metrics waits ten seconds at most, by default. */
const storePatienceMs = 3_000;

function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("The store was too slow to answer.")), ms);
    answer.then(resolve, reject).finally(() => clearTimeout(late));
  });
}

function requireLocalOrOperator(request: FastifyRequest, operatorKeyHash: string): void {
  const key = readBearer(request.headers.authorization);
  if (key !== undefined && isOperatorKey(hashApiKey(key), operatorKeyHash)) return;
  if (key === undefined && isFromThisMachine(request)) return;
  throw new ApiError(
    "unauthorized",
    "Metrics need the operator key as a Bearer token, but from this machine by the name localhost or 127.0.0.1.",
  );
}

/**
 * A proxy on this machine speaks for somebody elsewhere, and says so in these headers. A browser
 * on this machine does too, when another site's name leads here (DNS rebinding); it then sends
 * that name as Host.
 */
function isFromThisMachine({ socket, headers }: FastifyRequest): boolean {
  const isForwarded = ["forwarded", "x-forwarded-for", "x-real-ip", "via"].some(
    (name) => headers[name] !== undefined,
  );
  return !isForwarded && isLoopback(socket.remoteAddress ?? "") && isLoopbackHost(headers.host);
}

const isLoopback = (address: string): boolean => /^(::ffff:)?127\.|^::1$/.test(address);

/** True when a `Host` header means this machine by itself, whatever DNS says. */
function isLoopbackHost(host: string | undefined): boolean {
  const name = URL.parse(`http://${host}`)?.hostname ?? "";
  return name === "localhost" || /^127(\.\d+){3}$|^\[::1\]$/.test(name);
}
