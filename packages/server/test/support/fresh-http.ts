import { randomBytes } from "node:crypto";
import type { InjectOptions } from "fastify";
import { Registry } from "prom-client";
import { Engine } from "../../src/engine/engine.ts";
import type { EngineControl } from "../../src/engine/engine-control.ts";
import { createEngineMetrics } from "../../src/engine/engine-metrics.ts";
import { startReplayer } from "../../src/engine/replayer.ts";
import type { App } from "../../src/http/context.ts";
import type { HttpDeps, HttpSettings } from "../../src/http/http-deps.ts";
import { createHttpServer } from "../../src/http/server.ts";
import { createLog } from "../../src/log.ts";
import { hashApiKey } from "../../src/operator-key.ts";
import { createOutbound } from "../../src/outbound/create-outbound.ts";
import type { Mailer, Outbound } from "../../src/outbound/outbound.ts";
import type { Resolve } from "../../src/outbound/resolve-addresses.ts";
import { createSealer } from "../../src/sealer.ts";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";
import { type FreshStore, openFreshStore } from "./fresh-store.ts";
import { noMailer } from "./no-mailer.ts";

export const operatorKey = "operator-key-of-the-tests-0123456789";

/** What an answer says; read by the documented shape. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by the documented shape
  readonly json: any;
}

export interface CallOptions {
  /** The operator's when left out; null for none. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The HTTP layer over a real, empty store and a real engine in this thread that only sends tests. */
export interface FreshHttp {
  readonly app: App;
  readonly deps: HttpDeps;
  readonly clock: FakeClock;
  readonly fresh: FreshStore;
  /** Log lines so far. */
  readonly log: readonly string[];
  /** A string body is sent as it is, anything else as JSON. */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<HttpAnswer>;
  /** A new tenant's key. */
  tenantKey(tenantId: string): Promise<string>;
  close(): Promise<void>;
}

const defaultSettings: HttpSettings = {
  requireHttps: false,
  allowCidrs: ["127.0.0.0/8"],
  allowHosts: [],
  alertBytesMax: 64 * 1024,
  batchBytesMax: 256 * 1024,
  vendors: { slackApi: "http://127.0.0.1:9/api/", pagerduty: "http://127.0.0.1:9" },
  publicUrl: null,
  slackApp: null,
  admission: {
    alertsMax: 5_000,
    bytesMax: 64 * 1024 * 1024,
    memoryBytesMax: null,
    diskFreeBytesMin: 0,
    folder: null,
  },
  connectionsMax: 1_000,
  tls: null,
};

export async function openFreshHttp(
  change: {
    settings?: Partial<HttpSettings>;
    deps?: Partial<HttpDeps>;
    mailer?: Mailer;
    /** Instead of the system's DNS. */
    resolve?: Resolve;
  } = {},
): Promise<FreshHttp> {
  const clock = createFakeClock();
  const fresh = await openFreshStore();
  const lines: string[] = [];
  const log = createLog({ level: "debug", destination: { write: (line) => lines.push(line) } });
  const sealer = createSealer(randomBytes(32));
  const settings = { ...defaultSettings, ...change.settings };
  const outbound = outboundOf(settings, change.resolve);
  const metrics = createEngineMetrics();
  const random = () => 0.5;
  const engine = new Engine({
    store: fresh.store,
    outbound,
    mailer: change.mailer ?? noMailer,
    refreshToken: async () => null,
    sealer,
    vendors: settings.vendors,
    clock,
    log,
    metrics,
    random,
  });
  const replayer = startReplayer({ store: fresh.store, clock, log });
  const control: EngineControl = {
    testEventSink: (input) => engine.testEventSink(input),
    metrics: () => metrics.registry.getMetricsAsJSON(),
    stop: (graceMs) => engine.stop(graceMs),
  };
  const deps: HttpDeps = {
    store: fresh.store,
    engine: control,
    replayer,
    outbound,
    sealer,
    operatorKeyHash: hashApiKey(operatorKey),
    clock,
    log,
    settings,
    metrics: new Registry(),
    isStopping: () => false,
    ...change.deps,
  };
  const app = await createHttpServer(deps);

  const call: FreshHttp["call"] = async (method, path, body, options = {}) => {
    const { key = operatorKey } = options;
    const answer = await app.inject({
      method: method as NonNullable<InjectOptions["method"]>,
      url: path,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        "content-type": "application/json",
        ...options.headers,
      },
      ...(body === undefined
        ? {}
        : { payload: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const isJson = String(answer.headers["content-type"]).startsWith("application/json");
    const json: unknown = isJson ? answer.json() : null;
    return { status: answer.statusCode, headers: answer.headers, text: answer.body, json };
  };

  return {
    app,
    deps,
    clock,
    fresh,
    log: lines,
    call,
    async tenantKey(tenantId) {
      await call("POST", "/v1/tenant", { tenant_id: tenantId });
      const made = await call("POST", "/v1/api_key", { tenant_id: tenantId, name: "test" });
      return String(made.json.api_key.key);
    },
    async close() {
      await app.close();
      await replayer.stop();
      await outbound.close();
      await fresh.close();
    },
  };
}

function outboundOf({ allowCidrs, allowHosts }: HttpSettings, resolve?: Resolve): Outbound {
  return createOutbound({ allowCidrs, allowHosts, ...(resolve !== undefined && { resolve }) });
}
