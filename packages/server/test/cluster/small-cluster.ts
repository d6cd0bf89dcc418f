import { randomBytes } from "node:crypto";
import { startWebhookReceiver, type WebhookReceiver } from "@event-sinks/simulators";
import type { PostgresServer } from "../support/postgres-server.ts";
import {
  type ApiAnswer,
  eventually,
  freshDirectory,
  type RunningService,
  startService,
} from "../support/start-service.ts";

/** A database of its own, and nodes of the service on it as a test asks for them. */
export interface SmallCluster {
  readonly env: Readonly<Record<string, string>>;
  /** @param program another build of the service than this one. */
  startNode(more?: Readonly<Record<string, string>>, program?: string): Promise<RunningService>;
  /** A webhook sink of the tenant "acme", and what it receives. */
  makeSink(node: RunningService): Promise<WebhookReceiver>;
}

/** @param user who the nodes are in the database. */
export async function makeSmallCluster(
  t: { after(run: () => Promise<void>): void },
  server: PostgresServer,
  database: string,
  user?: string,
): Promise<SmallCluster> {
  await server.run(`CREATE DATABASE ${database}${user === undefined ? "" : ` OWNER ${user}`}`);
  const url = new URL(server.urlOf(database));
  if (user !== undefined) url.username = user;
  const env = {
    EVENT_SINKS_DATABASE_URL: url.href,
    EVENT_SINKS_API_KEY: randomBytes(32).toString("hex"),
    EVENT_SINKS_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
  };
  return {
    env,
    startNode: async (more = {}, program) =>
      startService(t, await freshDirectory(t), { ...env, ...more }, program),
    async makeSink(node) {
      const receiver = await startWebhookReceiver();
      t.after(() => receiver.stop());
      const made = await node.call("POST", "/v1/event_sink", {
        ...{ tenant_id: "acme", name: "hook", description: "" },
        event_sink_args: { Webhook: { url: receiver.url } },
      });
      if (made.status !== 200) throw new Error(made.text);
      return receiver;
    },
  };
}

let alertCount = 0;

export function sendAlert(node: RunningService): Promise<ApiAnswer> {
  alertCount += 1;
  return node.call("POST", "/v1/alert", {
    ...{ tenant_id: "acme", id: `alert ${alertCount}`, name: "to be delivered" },
  });
}

/** Waits until a sink has received as many alerts. */
export async function untilDelivered(
  receiver: WebhookReceiver,
  count: number,
  patienceMs = 30_000,
): Promise<void> {
  const ids = () => new Set(receiver.deliveries.map(({ id }) => id)).size;
  await eventually(() => ids() >= count, `${count} alerts are delivered`, patienceMs);
}
