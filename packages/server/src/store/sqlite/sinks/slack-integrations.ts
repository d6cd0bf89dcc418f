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
import type { Database } from "../database.ts";
import { findLane } from "../deliveries/lanes.ts";
import { toHealth } from "../deliveries/sink-health.ts";
import { findTenantNo, type WriterState } from "../writer-state.ts";
import { toEventSink } from "./event-sinks.ts";
import { unlockSlackIntegration } from "./slack-installs.ts";
import { noteOwnerChange } from "./update-event-sink.ts";

export function putSlackIntegration(
  state: WriterState,
  integration: Input<"putSlackIntegration">,
): Output<"putSlackIntegration"> {
  const { tenantId } = integration;
  if (tenantId !== null && findTenantNo(state, tenantId) === undefined) return "unknown_tenant";
  const stored = state.db.run(
    `INSERT INTO slack_integrations (${slackIntegrationColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET ${replaceSlackIntegrationSql}
     WHERE tenant_id = excluded.tenant_id`,
    ...slackIntegrationValues(integration),
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
    `SELECT ${slackIntegrationColumns} FROM slack_integrations WHERE id = ?1 AND (?2 IS NULL OR tenant_id = ?2)`,
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
    `SELECT ${slackIntegrationColumns} FROM slack_integrations WHERE tenant_id = ? AND id > ? ORDER BY id LIMIT ?`,
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
