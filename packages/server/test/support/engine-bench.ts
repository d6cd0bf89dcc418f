import type { TestContext } from "node:test";
import { defaultSlackToken, defaultSlackWorkspace } from "@event-sinks/simulators";
import type { AlertAction } from "../../src/domain/delivery.ts";
import type { SinkTypeName } from "../../src/domain/event-sink.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import type { SeverityId } from "../../src/domain/severity.ts";
import { Engine } from "../../src/engine/engine.ts";
import { createEngineMetrics } from "../../src/engine/engine-metrics.ts";
import { newId } from "../../src/ids.ts";
import { createLog, type Log } from "../../src/log.ts";
import { createOutbound } from "../../src/outbound/create-outbound.ts";
import { createSealer, type Sealer } from "../../src/sealer.ts";
import { Secret } from "../../src/secret.ts";
import { attachStore } from "../../src/store/client.ts";
import type { Store } from "../../src/store/store.ts";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";
import { openFreshStore } from "./fresh-store.ts";
import { noMailer } from "./no-mailer.ts";

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
  /** A sink in `security-alerts` of the simulated Slack. */
  addSlack(): Promise<string>;
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
  readonly severityId?: SeverityId;
  /** As intake asks for when a resolve of an explicit key goes to such a sink type. */
  readonly supersedes?: boolean;
  readonly action?: AlertAction;
  readonly dedupKey?: string;
}

export async function openEngineBench(
  t: TestContext,
  vendors = { slackApi: "http://127.0.0.1:9/api/", pagerduty: "http://127.0.0.1:9" },
  clock: FakeClock = createFakeClock(),
): Promise<EngineBench> {
  const fresh = await openFreshStore();
  const { store } = fresh;
  const sealer = createSealer(Buffer.alloc(32, 7));
  const logLines: Record<string, unknown>[] = [];
  const log: Log = createLog({
    level: "debug",
    destination: { write: (line) => void logLines.push(JSON.parse(line)) },
  });
  const opened: { engine: Engine; store: Store }[] = [];
  function newEngine(): Engine {
    const connection = attachStore(fresh.database.connect());
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
    async addSlack() {
      const integrationId = newId();
      const owner = { tenantId: benchTenantId, id: integrationId };
      await store.putSlackIntegration({
        ...owner,
        name: "Simulated",
        teamId: defaultSlackWorkspace.id,
        teamName: defaultSlackWorkspace.name,
        botUserId: "U0BOT",
        botName: "event_sinks",
        scopes: [],
        revokedReason: null,
        tokenExpiresAt: null,
        sealedSecrets: sealer.seal({ bot_token: new Secret(defaultSlackToken) }, owner),
        createdAt: clock.now(),
        updatedAt: clock.now(),
      });
      const settings = {
        slack_integration_id: integrationId,
        channel_id: "C0ALERTS001",
        channel_name: "security-alerts",
      };
      return bench.addSink("slack", settings, {});
    },
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
    async accept(eventSinkIds, options = {}) {
      const { name = "alert", action = "trigger", dedupKey, severityId = 4 } = options;
      const uid = newId();
      const fields = { id: uid, tenant_id: benchTenantId, name, action, severity_id: severityId };
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
              severityId,
              tags: [],
              staging: false,
              body: JSON.stringify(fields),
              template: null,
              receivedAt: clock.now(),
            },
            deliveries: eventSinkIds.map((eventSinkId) => ({
              id: newId(),
              eventSinkId,
              ...(options.supersedes === true ? { supersedes: true } : {}),
            })),
          },
        ],
      });
      if (result?.kind !== "accepted") throw new Error(`not accepted: ${result?.kind}`);
      return result.deliveries.map(({ id }) => id);
    },
  };
  return bench;
}
