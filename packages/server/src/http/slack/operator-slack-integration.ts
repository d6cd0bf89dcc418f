import { operatorSlackIntegrationId, type SlackIntegration } from "../../domain/event-sink.ts";
import type { Secret } from "../../secret.ts";
import { botTokenName } from "../../sinks/slack/step.ts";
import type { HttpDeps } from "../http-deps.ts";
import { testToken } from "./slack-lookup.ts";

/**
 * Stores the integration made from `EVENT_SINKS_SLACK_BOT_TOKEN`, at every start. The token is
 * there when this resolves; whose it is Slack is asked afterwards, since the start must
 * not wait for Slack. Without a token an integration of an earlier start goes, unless sinks still use it.
 * @returns what asks Slack; it never rejects, and whoever stops the service early may ignore it.
 */
export async function putOperatorSlackIntegration(
  deps: Pick<HttpDeps, "store" | "sealer" | "outbound" | "clock" | "settings" | "log">,
  botToken: Secret | null,
): Promise<{ readonly checked: Promise<void> }> {
  const { store, sealer, clock, log } = deps;
  const id = operatorSlackIntegrationId;
  if (botToken === null) {
    const deleted = await store.deleteSlackIntegration({ tenantId: null, id });
    if (deleted.kind === "in_use") {
      log.warn({ event_sink_ids: deleted.eventSinkIds }, "slack_integration.token_missing");
    }
    return { checked: Promise.resolve() };
  }
  const before = await store.getSlackIntegration({ tenantId: null, id });
  const now = clock.now();
  const integration: SlackIntegration = {
    id,
    tenantId: null,
    name: "EVENT_SINKS_SLACK_BOT_TOKEN",
    teamId: before?.teamId ?? "",
    teamName: before?.teamName ?? "",
    botUserId: before?.botUserId ?? "",
    botName: before?.botName ?? null,
    scopes: before?.scopes ?? [],
    revokedReason: null,
    tokenExpiresAt: null,
    sealedSecrets: sealer.seal({ [botTokenName]: botToken }, { tenantId: null, id }),
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
  await store.putSlackIntegration(integration);

  async function check(token: Secret): Promise<void> {
    const answer = await testToken(token, deps);
    if (answer?.kind === "valid") {
      const { kind: _, ...team } = answer;
      await store.putSlackIntegration({ ...integration, ...team });
    } else {
      const detail = answer?.outcome.detail ?? "Slack did not answer.";
      log.warn({ detail }, "slack_integration.not_checked");
    }
  }
  const checked = check(botToken).catch((error: unknown) => {
    log.warn({ error }, "slack_integration.not_checked");
  });
  return { checked };
}
