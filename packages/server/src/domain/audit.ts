/** Who changed what: the words of the audit log. */

import type { ApiKeyId, TenantId } from "../ids.ts";

export const auditActions = [
  "tenant.created",
  "tenant.updated",
  "tenant.deleted",
  "api_key.created",
  "api_key.updated",
  "api_key.revoked",
  "event_sink.created",
  "event_sink.updated",
  "event_sink.deleted",
  "event_sink.paused",
  "event_sink.resumed",
  "delivery.retried",
  "replay.created",
  "replay.canceled",
  "signing_secret.read",
  "signing_secret.rotated",
  "slack_integration.created",
  "slack_integration.updated",
  "slack_integration.deleted",
  "slack_integration.install_begun",
  "session.begun",
  "session.ended",
  "encryption_key.rotated",
] as const;

export type AuditAction = (typeof auditActions)[number];

/**
 * How the actor showed who it is. `state`: by the single-use state of a Slack install. `command`:
 * on the machine itself, by having the encryption key.
 */
export type AuditVia = "key" | "session" | "state" | "command";

export interface AuditActor {
  readonly role: "operator" | "tenant";
  /** Null: the operator's key of the settings, or none. */
  readonly apiKeyId: ApiKeyId | null;
  readonly via: AuditVia;
}

export interface AuditEntry {
  readonly id: string;
  readonly at: number;
  /** Whose data it is about; null: the operator's. */
  readonly tenantId: TenantId | null;
  readonly actor: AuditActor;
  readonly action: AuditAction;
  readonly resourceId: string;
  /** What people call it. */
  readonly name: string | null;
  /** Names of the fields that came with a change; never what was in them. */
  readonly fields: readonly string[];
  /** The other end of the connection: a proxy's, if there is one. */
  readonly address: string;
  /** What a proxy said of who is behind it; anybody can say anything there. */
  readonly forwardedFor: string | null;
  readonly requestId: string;
}
