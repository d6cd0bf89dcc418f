import { type Static, Type } from "typebox";
import type { SlackIntegration } from "../../domain/event-sink.ts";
import { ref } from "../openapi.ts";
import { NameField, nullable, TenantIdField, WholeSeconds } from "../wire/resource-schemas.ts";
import { wholeSeconds } from "../wire/wire-time.ts";

export const SlackIntegrationView = Type.Object(
  {
    id: Type.String({ format: "uuid" }),
    tenant_id: nullable(TenantIdField),
    name: NameField,
    team_id: Type.String({ description: "the Slack workspace" }),
    team_name: Type.String(),
    bot_user_id: Type.String(),
    bot_name: Type.Optional(
      Type.String({
        description: "what people invite the app by; left out while Slack has not told",
      }),
    ),
    scopes: Type.Array(Type.String(), {
      description: "what the app may do there; empty while Slack has not told",
    }),
    token_expires_at: Type.Optional(
      Type.String({
        format: "date-time",
        description: "only where tokens rotate; the token is renewed before",
      }),
    ),
    revoked_reason: Type.Optional(
      Type.String({
        description:
          "only when Slack no longer accepts its token: Slack's word, e.g. token_revoked. Install the app again",
      }),
    ),
    created_at: WholeSeconds,
    updated_at: WholeSeconds,
  },
  { $id: "SlackIntegration", description: "tenant_id is null for the operator's own" },
);

export const WrappedSlackIntegration = Type.Object({
  slack_integration: ref(SlackIntegrationView),
});

/** A Slack integration as it is shown; never a token. */
export function slackIntegrationView(
  integration: SlackIntegration,
): Static<typeof SlackIntegrationView> {
  const { tokenExpiresAt, revokedReason } = integration;
  return {
    id: integration.id,
    tenant_id: integration.tenantId,
    name: integration.name,
    team_id: integration.teamId,
    team_name: integration.teamName,
    bot_user_id: integration.botUserId,
    ...(integration.botName === null ? {} : { bot_name: integration.botName }),
    scopes: [...integration.scopes],
    ...(tokenExpiresAt === null ? {} : { token_expires_at: wholeSeconds(tokenExpiresAt) }),
    ...(revokedReason === null ? {} : { revoked_reason: revokedReason }),
    created_at: wholeSeconds(integration.createdAt),
    updated_at: wholeSeconds(integration.updatedAt),
  };
}
