/** What the plan's clients find when they come: a tenant, its Slack workspace, its sinks. */

import { type EventSinkId, newId } from "../../src/ids.ts";
import { Secret } from "../../src/secret.ts";
import type { Store } from "../../src/store/store.ts";
import { routingKey, slackChannel, webhookUrl } from "./network.ts";
import type { SimSinkType } from "./plan.ts";
import { sealer } from "./service.ts";

export const tenantId = "acme";

/** @param ids of the sinks to make, by their place in the plan. */
export async function makeSinks(
  store: Store,
  types: readonly SimSinkType[],
  ids: readonly EventSinkId[],
  now: number,
): Promise<void> {
  await store.createTenant({ id: tenantId, createdAt: now });
  const integrationId = await makeSlackIntegration(store, now);
  for (const [sink, type] of types.entries()) {
    const id = ids[sink] ?? "";
    const { settings, secrets } = configurationOf(type, sink, integrationId);
    await store.createEventSink({
      createsTenant: false,
      eventSink: {
        id,
        tenantId,
        name: `${type} ${sink}`,
        description: "",
        type,
        settings,
        sealedSecrets: sealer.seal(secrets, { tenantId, id }),
        savedByOperator: true,
        version: 1,
        createdAt: now,
        updatedAt: now,
      },
    });
  }
}

async function makeSlackIntegration(store: Store, now: number): Promise<string> {
  const owner = { tenantId, id: newId() };
  await store.putSlackIntegration({
    ...owner,
    name: "Simulated",
    teamId: "T0SIM",
    teamName: "Simulated",
    botUserId: "U0BOT",
    botName: "event_sinks",
    scopes: [],
    revokedReason: null,
    tokenExpiresAt: null,
    sealedSecrets: sealer.seal({ bot_token: new Secret("xoxb-simulated") }, owner),
    createdAt: now,
    updatedAt: now,
  });
  return owner.id;
}

function configurationOf(
  type: SimSinkType,
  sink: number,
  integrationId: string,
): { settings: Record<string, string>; secrets: Record<string, Secret> } {
  switch (type) {
    case "webhook":
      return {
        settings: { url: webhookUrl(sink) },
        secrets: { signing_secret: new Secret(`whsec_${"A".repeat(43)}=`) },
      };
    case "pagerduty":
      return { settings: {}, secrets: { integration_key: new Secret(routingKey(sink)) } };
    case "slack":
      return {
        settings: {
          slack_integration_id: integrationId,
          channel_id: slackChannel(sink),
          channel_name: "alerts",
        },
        secrets: {},
      };
  }
}
