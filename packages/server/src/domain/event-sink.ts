import type { EventSinkId, SlackIntegrationId, TenantId } from "../ids.ts";
import type { JsonObject } from "./json.ts";

/** Folder names under `sinks/`. */
export type SinkTypeName = "slack" | "webhook" | "pagerduty" | "teams" | "discord" | "email";

/** A tenant's configured instance of a sink type. Times are ms since the epoch. */
export interface EventSink {
  readonly id: EventSinkId;
  readonly tenantId: TenantId;
  readonly name: string;
  readonly description: string;
  readonly type: SinkTypeName;
  /** What may be shown; its shape belongs to the sink type. */
  readonly settings: JsonObject;
  /** The sink type's secrets, sealed; null when it has none. */
  readonly sealedSecrets: string | null;
  /** Saved last with an operator key: it may reach what the operator allows and use the operator's Slack token. */
  readonly savedByOperator: boolean;
  /** Counts changes; the `ETag`. */
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A stored install of the Slack app in a workspace. */
export interface SlackIntegration {
  readonly id: SlackIntegrationId;
  /** Null for the one made from `EVENT_SINKS_SLACK_BOT_TOKEN`, which belongs to the operator. */
  readonly tenantId: TenantId | null;
  readonly name: string;
  readonly teamId: string;
  readonly teamName: string;
  readonly botUserId: string;
  /** What people call the app by in `/invite @…`; null when Slack has not told. */
  readonly botName: string | null;
  /** Granted scopes; empty when Slack has not told. */
  readonly scopes: readonly string[];
  /** Why it no longer works (`token_revoked`, `account_inactive`, …), Slack's own word; null while it does. */
  readonly revokedReason: string | null;
  /** `bot_token`, and `refresh_token` where tokens rotate. */
  readonly sealedSecrets: string;
  /** When the bot token runs out; null when it does not. */
  readonly tokenExpiresAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** The integration made from `EVENT_SINKS_SLACK_BOT_TOKEN`. */
export const operatorSlackIntegrationId: SlackIntegrationId =
  "00000000-0000-0000-0000-000000000001";
