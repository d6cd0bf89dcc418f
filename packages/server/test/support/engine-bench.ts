import type { TestContext } from "node:test";
import type { AlertAction } from "../../src/domain/delivery.ts";
import type { SinkTypeName } from "../../src/domain/event-sink.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { Engine } from "../../src/engine/engine.ts";
import { createEngineMetrics } from "../../src/engine/engine-metrics.ts";
import { newId } from "../../src/ids.ts";
import { createLog, type Log } from "../../src/log.ts";
import { createOutbound } from "../../src/outbound/create-outbound.ts";
import type { Mailer } from "../../src/outbound/outbound.ts";
import { createSealer, type Sealer } from "../../src/sealer.ts";
import { Secret } from "../../src/secret.ts";
import { attachSqliteStore } from "../../src/store/sqlite/client.ts";
import type { Store } from "../../src/store/store.ts";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";
import { openFreshStore } from "./fresh-store.ts";

export const benchTenantId = "acme";

/** An engine on a real store and the real outbound client, with time in the test's hands. */
export interface EngineBench {
  readonly engine: Engine;
  readonly store: Store;
  readonly clock: FakeClock;
  readonly sealer: Sealer;
  /** Parsed log lines. */
  readonly logLines: readonly Record<string, unknown>[];
  addWebhook(url: string): Promise<string>;
  addSink(
    type: SinkTypeName,
    settings: JsonObject,
    secrets: Record<string, string>,
  ): Promise<string>;
  /** Stores an alert for sinks and answers the ids of its deliveries. */
  accept(eventSinkIds: readonly string[], more?: AlertOptions): Promise<string[]>;
  /** Another engine on the same store, as after a restart; leases of the first must be gone. */
  newEngine(): Engine;
}

export interface AlertOptions {
  readonly name?: string;
  readonly action?: AlertAction;
  readonly dedupKey?: string;
}

const noMailer: Mailer = {
  send: async () => {
    throw new Error("this bench sends no mail");
  },
  close: async () => {},
};

export async function openEngineBench(
  t: TestContext,
  vendors = { slackApi: "http://127.0.0.1:9/api/", pagerduty: "http://127.0.0.1:9" },
): Promise<EngineBench> {
  const fresh = await openFreshStore();
  const { store } = fresh;
  const clock = createFakeClock();
  const sealer = createSealer(Buffer.alloc(32, 7));
  const logLines: Record<string, unknown>[] = [];
  const log: Log = createLog({
    level: "debug",
    destination: { write: (line) => void logLines.push(JSON.parse(line)) },
  });
  const opened: { engine: Engine; store: Store }[] = [];
  function newEngine(): Engine {
    const connection = attachSqliteStore(fresh.database.connect());
    const engine = new Engine({
      store: connection,
      outbound: createOutbound({ allowCidrs: ["127.0.0.0/8"] }),
      mailer: noMailer,
      refreshToken: async () => null,
      sealer,
      vendors,
      clock,
      log,
      metrics: createEngineMetrics(),
      random: () => 0.5,
    });
    opened.push({ engine, store: connection });
    return engine;
  }
  const engine = newEngine();
  await store.createTenant({ id: benchTenantId, createdAt: clock.now() });
  t.after(async () => {
    for (const { engine, store } of opened) {
      const stopped = engine.stop(0);
      clock.advance(0);
      await stopped;
      await store.close();
    }
    await fresh.close();
  });

  const bench: EngineBench = {
    engine,
    store,
    clock,
    sealer,
    logLines,
    newEngine,
    addWebhook: (url) =>
      bench.addSink("webhook", { url }, { signing_secret: `whsec_${"A".repeat(43)}=` }),
    async addSink(type, settings, secrets) {
      const id = newId();
      const owner = { tenantId: benchTenantId, id };
      const named = Object.entries(secrets).map(([name, value]) => [name, new Secret(value)]);
      await store.createEventSink({
        createsTenant: false,
        eventSink: {
          ...owner,
          name: type,
          description: "",
          type,
          settings,
          sealedSecrets: sealer.seal(Object.fromEntries(named), owner),
          savedByOperator: true,
          version: 1,
          createdAt: clock.now(),
          updatedAt: clock.now(),
        },
      });
      return id;
    },
    async accept(eventSinkIds, { name = "alert", action = "trigger", dedupKey } = {}) {
      const uid = newId();
      const fields = { id: uid, tenant_id: benchTenantId, name, action };
      const [result] = await store.acceptAlerts({
        now: clock.now(),
        alerts: [
          {
            alert: {
              uid,
              tenantId: benchTenantId,
              id: uid,
              name,
              action,
              dedupKey: dedupKey ?? uid,
              hasExplicitKey: dedupKey !== undefined,
              severityId: 4,
              tags: [],
              staging: false,
              body: JSON.stringify(fields),
              template: null,
              receivedAt: clock.now(),
            },
            deliveries: eventSinkIds.map((eventSinkId) => ({ id: newId(), eventSinkId })),
          },
        ],
      });
      if (result?.kind !== "accepted") throw new Error(`not accepted: ${result?.kind}`);
      return result.deliveries.map(({ id }) => id);
    },
  };
  return bench;
}
