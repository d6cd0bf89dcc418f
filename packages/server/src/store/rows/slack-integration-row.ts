import type { SlackIntegration } from "../../domain/event-sink.ts";
import { operator } from "./stored.ts";

export interface SlackIntegrationRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly name: string;
  readonly team_id: string;
  readonly team_name: string;
  readonly bot_user_id: string;
  readonly bot_name: string | null;
  readonly scopes: string;
  readonly revoked_reason: string | null;
  readonly sealed_secrets: string;
  readonly token_expires_at: number | null;
  readonly created_at: number;
  readonly updated_at: number;
}

/** Columns of `SlackIntegrationRow`. */
export const slackIntegrationColumns = `tenant_id, id, name, team_id, team_name, bot_user_id, bot_name,
  scopes, revoked_reason, sealed_secrets, token_expires_at, created_at, updated_at`;

/** Takes what may change of an integration from a row that could not be inserted. */
export const replaceSlackIntegrationSql = `name = excluded.name, team_id = excluded.team_id,
  team_name = excluded.team_name, bot_user_id = excluded.bot_user_id, bot_name = excluded.bot_name,
  scopes = excluded.scopes, revoked_reason = excluded.revoked_reason,
  sealed_secrets = excluded.sealed_secrets, token_expires_at = excluded.token_expires_at,
  updated_at = excluded.updated_at`;

export const toSlackIntegration = (row: SlackIntegrationRow): SlackIntegration => ({
  id: row.id,
  tenantId: row.tenant_id === operator ? null : row.tenant_id,
  name: row.name,
  teamId: row.team_id,
  teamName: row.team_name,
  botUserId: row.bot_user_id,
  botName: row.bot_name,
  scopes: JSON.parse(row.scopes) as string[],
  revokedReason: row.revoked_reason,
  sealedSecrets: row.sealed_secrets,
  tokenExpiresAt: row.token_expires_at,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** In the order of `slackIntegrationColumns`. */
export const slackIntegrationValues = (integration: SlackIntegration) => [
  integration.tenantId ?? operator,
  integration.id,
  integration.name,
  integration.teamId,
  integration.teamName,
  integration.botUserId,
  integration.botName,
  JSON.stringify(integration.scopes),
  integration.revokedReason,
  integration.sealedSecrets,
  integration.tokenExpiresAt,
  integration.createdAt,
  integration.updatedAt,
];
