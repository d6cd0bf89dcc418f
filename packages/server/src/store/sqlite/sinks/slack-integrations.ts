import type { SlackIntegration } from "../../../domain/event-sink.ts";
import { announceChange } from "../../lanes/announcements.ts";
import { toListed } from "../../listed.ts";
import type { Input, Output } from "../../protocol.ts";
import type { Database } from "../database.ts";
import { findLane } from "../deliveries/lanes.ts";
import { toHealth } from "../deliveries/sink-health.ts";
import { findTenantNo, type WriterState } from "../writer-state.ts";
import { type EventSinkRow, eventSinkColumns, toEventSink } from "./event-sinks.ts";
import { unlockSlackIntegration } from "./slack-installs.ts";
import { noteOwnerChange } from "./update-event-sink.ts";

interface SlackIntegrationRow {
  readonly id: string;
  readonly tenant_id: string;
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

/** Stands for the operator where a tenant's id would. */
const operator = "";

const columns = `id, tenant_id, name, team_id, team_name, bot_user_id, bot_name, scopes,
  revoked_reason, sealed_secrets, token_expires_at, created_at, updated_at`;

const toSlackIntegration = (row: SlackIntegrationRow): SlackIntegration => ({
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

export function putSlackIntegration(
  state: WriterState,
  integration: Input<"putSlackIntegration">,
): Output<"putSlackIntegration"> {
  const { tenantId } = integration;
  if (tenantId !== null && findTenantNo(state, tenantId) === undefined) return "unknown_tenant";
  const stored = state.db.run(
    `INSERT INTO slack_integrations (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, team_id = excluded.team_id,
       team_name = excluded.team_name, bot_user_id = excluded.bot_user_id,
       bot_name = excluded.bot_name, scopes = excluded.scopes, revoked_reason = excluded.revoked_reason,
       sealed_secrets = excluded.sealed_secrets, token_expires_at = excluded.token_expires_at,
       updated_at = excluded.updated_at
     WHERE tenant_id = excluded.tenant_id`,
    integration.id,
    tenantId ?? operator,
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
  );
  if (stored === 0) throw new Error(`Slack integration ${integration.id} is another tenant's.`);
  for (const id of findUsers(state.db, integration.id, tenantId)) {
    const lane = findLane(state, id, integration.updatedAt);
    if (lane === undefined) continue;
    // To know that the token is refused is no cure: a broken sink waits for its next probe.
    if (integration.revokedReason === null) noteOwnerChange(state, lane, integration.updatedAt);
    else announceChange(state, lane, false);
  }
  unlockSlackIntegration(state, integration);
  return "stored";
}

export function getSlackIntegration(
  db: Database,
  { tenantId, id }: Input<"getSlackIntegration">,
): Output<"getSlackIntegration"> {
  const row = db.get<SlackIntegrationRow>(
    `SELECT ${columns} FROM slack_integrations WHERE id = ?1 AND (?2 IS NULL OR tenant_id = ?2)`,
    id,
    tenantId,
  );
  return row === undefined ? null : toSlackIntegration(row);
}

export function listSlackIntegrations(
  db: Database,
  { tenantId, after, limit }: Input<"listSlackIntegrations">,
): Output<"listSlackIntegrations"> {
  const rows = db.all<SlackIntegrationRow>(
    `SELECT ${columns} FROM slack_integrations WHERE tenant_id = ? AND id > ? ORDER BY id LIMIT ?`,
    tenantId,
    after ?? "",
    limit + 1,
  );
  return toListed(rows, limit, toSlackIntegration, (integration) => integration.id);
}

export function deleteSlackIntegration(
  state: WriterState,
  input: Input<"deleteSlackIntegration">,
): Output<"deleteSlackIntegration"> {
  const integration = getSlackIntegration(state.db, input);
  if (integration === null) return { kind: "not_found" };
  const eventSinkIds = findUsers(state.db, integration.id, integration.tenantId);
  if (eventSinkIds.length > 0) return { kind: "in_use", eventSinkIds };
  state.db.run("DELETE FROM slack_integrations WHERE id = ?", integration.id);
  return { kind: "deleted", tenantId: integration.tenantId };
}

export function getSendingSink(
  db: Database,
  { tenantId, eventSinkId }: Input<"getSendingSink">,
): Output<"getSendingSink"> {
  const row = db.get<EventSinkRow & { health: string | null }>(
    `SELECT ${eventSinkColumns}, health FROM event_sinks
     WHERE id = ? AND tenant_id = ? AND deleted_at IS NULL`,
    eventSinkId,
    tenantId,
  );
  if (row === undefined) return null;
  const eventSink = toEventSink(row);
  const id = eventSink.settings["slack_integration_id"];
  const found = typeof id === "string" ? getSlackIntegration(db, { tenantId: null, id }) : null;
  // The operator's token is not for sinks that a tenant saved, another tenant's for nobody else.
  const isAllowed =
    found?.tenantId === null ? eventSink.savedByOperator : found?.tenantId === tenantId;
  return { eventSink, health: toHealth(row), slackIntegration: isAllowed ? found : null };
}

/** Live sinks that send through an integration: of its tenant, or of any when it is the operator's. */
function findUsers(db: Database, id: string, tenantId: string | null): string[] {
  const rows = db.all<{ id: string }>(
    `SELECT id FROM event_sinks WHERE settings ->> 'slack_integration_id' = ?1
       AND deleted_at IS NULL AND (?2 IS NULL OR tenant_id = ?2) ORDER BY id`,
    id,
    tenantId,
  );
  return rows.map((row) => row.id);
}
