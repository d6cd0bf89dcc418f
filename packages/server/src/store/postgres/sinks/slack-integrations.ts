import type { SlackIntegration } from "../../../domain/event-sink.ts";
import { announceChange } from "../../lanes/announcements.ts";
import { toListed } from "../../listed.ts";
import type { Input, Output } from "../../protocol.ts";
import { type EventSinkRow, eventSinkColumns } from "../../rows/event-sink-row.ts";
import {
  replaceSlackIntegrationSql,
  type SlackIntegrationRow,
  slackIntegrationColumns,
  slackIntegrationValues,
  toSlackIntegration,
} from "../../rows/slack-integration-row.ts";
import { operator } from "../../rows/stored.ts";
import type { Lane } from "../../store.ts";
import { forgetTenantId, isScoped } from "../accounts/tenant-ids.ts";
import { hasTenant } from "../accounts/tenants.ts";
import type { Queries } from "../database.ts";
import { toHealth } from "../deliveries/sink-health.ts";
import type { NodeState } from "../node-state.ts";
import { reread } from "../nodes/own-lanes.ts";
import { toEventSink } from "./event-sinks.ts";
import { removeSlackLock } from "./slack-installs.ts";
import { noteOwnerChange } from "./update-event-sink.ts";

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
    `INSERT INTO slack_integrations (${slackIntegrationColumns})
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     ON CONFLICT (tenant_id, id) DO UPDATE SET ${replaceSlackIntegrationSql}`,
    ...slackIntegrationValues(integration),
  );
}

export async function getSlackIntegration(
  db: Queries,
  { tenantId, id }: Input<"getSlackIntegration">,
): Promise<Output<"getSlackIntegration">> {
  const row = await db.get<SlackIntegrationRow>(
    `SELECT ${slackIntegrationColumns} FROM slack_integrations WHERE ${isScoped} AND id = $1`,
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
    `SELECT ${slackIntegrationColumns} FROM slack_integrations WHERE tenant_id = $1 AND id > $2
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
