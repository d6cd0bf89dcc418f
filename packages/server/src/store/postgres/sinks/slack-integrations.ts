import type { SlackIntegration } from "../../../domain/event-sink.ts";
import { announceChange } from "../../lanes/announcements.ts";
import { toListed } from "../../listed.ts";
import type { Input, Output } from "../../protocol.ts";
import type { Lane } from "../../store.ts";
import { forgetTenantId, isScoped, operator } from "../accounts/tenant-ids.ts";
import { hasTenant } from "../accounts/tenants.ts";
import type { Queries } from "../database.ts";
import { toHealth } from "../deliveries/sink-health.ts";
import type { NodeState } from "../node-state.ts";
import { reread } from "../nodes/own-lanes.ts";
import { type EventSinkRow, eventSinkColumns, toEventSink } from "./event-sinks.ts";
import { removeSlackLock } from "./slack-installs.ts";
import { noteOwnerChange } from "./update-event-sink.ts";

interface SlackIntegrationRow {
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

const columns = `tenant_id, id, name, team_id, team_name, bot_user_id, bot_name, scopes,
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

export async function putSlackIntegration(
  state: NodeState,
  integration: Input<"putSlackIntegration">,
): Promise<Output<"putSlackIntegration">> {
  const { tenantId, updatedAt } = integration;
  const { db } = state;
  if (tenantId !== null && !(await hasTenant(db, tenantId))) return "unknown_tenant";
  await writeIntegration(db, integration);
  await removeSlackLock(db, integration.id);
  for (const lane of await findUsers(db, integration.id, tenantId)) {
    // To know that the token is refused is no cure: a broken sink waits for its next probe.
    if (integration.revokedReason === null) await noteOwnerChange(state, lane, updatedAt);
    else await tellOfChange(state, lane, updatedAt);
  }
  return "stored";
}

/** A sink sends with something else from now on, that is no change of its own. */
async function tellOfChange(state: NodeState, lane: Lane, now: number): Promise<void> {
  announceChange(state, lane, false);
  await reread(state, lane, now, false);
}

async function writeIntegration(db: Queries, integration: SlackIntegration): Promise<void> {
  const owner = integration.tenantId ?? operator;
  await db.run(
    "INSERT INTO tenant_ids (id, tenant_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
    integration.id,
    owner,
  );
  const whose = await db.get<{ tenant_id: string }>(
    "SELECT tenant_id FROM tenant_ids WHERE id = $1",
    integration.id,
  );
  if (whose?.tenant_id !== owner) {
    throw new Error(`Slack integration ${integration.id} is another tenant's.`);
  }
  await db.run(
    `INSERT INTO slack_integrations (${columns})
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, team_id = excluded.team_id,
       team_name = excluded.team_name, bot_user_id = excluded.bot_user_id,
       bot_name = excluded.bot_name, scopes = excluded.scopes,
       revoked_reason = excluded.revoked_reason, sealed_secrets = excluded.sealed_secrets,
       token_expires_at = excluded.token_expires_at, updated_at = excluded.updated_at`,
    owner,
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
  );
}

export async function getSlackIntegration(
  db: Queries,
  { tenantId, id }: Input<"getSlackIntegration">,
): Promise<Output<"getSlackIntegration">> {
  const row = await db.get<SlackIntegrationRow>(
    `SELECT ${columns} FROM slack_integrations WHERE ${isScoped} AND id = $1`,
    id,
    tenantId,
  );
  return row === undefined ? null : toSlackIntegration(row);
}

export async function listSlackIntegrations(
  db: Queries,
  { tenantId, after, limit }: Input<"listSlackIntegrations">,
): Promise<Output<"listSlackIntegrations">> {
  const rows = await db.all<SlackIntegrationRow>(
    `SELECT ${columns} FROM slack_integrations WHERE tenant_id = $1 AND id > $2
     ORDER BY id LIMIT $3`,
    tenantId,
    after ?? "",
    limit + 1,
  );
  return toListed(rows, limit, toSlackIntegration, (integration) => integration.id);
}

export async function deleteSlackIntegration(
  state: NodeState,
  input: Input<"deleteSlackIntegration">,
): Promise<Output<"deleteSlackIntegration">> {
  const { db } = state;
  const integration = await getSlackIntegration(db, input);
  if (integration === null) return { kind: "not_found" };
  const { id, tenantId } = integration;
  const users = await findUsers(db, id, tenantId);
  if (users.length > 0) {
    return { kind: "in_use", eventSinkIds: users.map(({ eventSinkId }) => eventSinkId) };
  }
  const owner = tenantId ?? operator;
  await db.run("DELETE FROM slack_integrations WHERE tenant_id = $1 AND id = $2", owner, id);
  await forgetTenantId(db, id);
  return { kind: "deleted", tenantId };
}

export async function getSendingSink(
  db: Queries,
  { tenantId, eventSinkId }: Input<"getSendingSink">,
): Promise<Output<"getSendingSink">> {
  const row = await db.get<EventSinkRow & { health: string | null }>(
    `SELECT ${eventSinkColumns}, health FROM event_sinks
     WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL`,
    tenantId,
    eventSinkId,
  );
  if (row === undefined) return null;
  const eventSink = toEventSink(row);
  const id = eventSink.settings["slack_integration_id"];
  const found =
    typeof id === "string" ? await getSlackIntegration(db, { tenantId: null, id }) : null;
  // The operator's token is not for sinks that a tenant saved, another tenant's for nobody else.
  const isAllowed =
    found?.tenantId === null ? eventSink.savedByOperator : found?.tenantId === tenantId;
  return { eventSink, health: toHealth(row), slackIntegration: isAllowed ? found : null };
}

/** Live sinks that send through an integration: of its tenant, or of any when it is the operator's. */
async function findUsers(db: Queries, id: string, tenantId: string | null): Promise<Lane[]> {
  const rows = await db.all<{ tenant_id: string; id: string }>(
    `SELECT tenant_id, id FROM event_sinks WHERE slack_integration_id = $1
       AND deleted_at IS NULL AND ($2::text IS NULL OR tenant_id = $2) ORDER BY id`,
    id,
    tenantId,
  );
  return rows.map((row) => ({ tenantId: row.tenant_id, eventSinkId: row.id }));
}
