import type { Input, Output } from "../../protocol.ts";
import type { GoneTenant, NodeState } from "../node-state.ts";
import { closeEventSink } from "../sinks/delete-event-sink.ts";
import { forgetTenantId } from "./tenant-ids.ts";

/** Rows of a kind that go in one go, so that a million of a deleted tenant hold nobody up. */
const pruneCountMax = 200;

/**
 * Deletes a tenant for every look-up at once. What it had is deleted with it: sinks, keys and
 * integrations now, alerts and deliveries bit by bit. Those carry the number of their tenant, so
 * that a new one of the same id starts with nothing.
 */
export async function deleteTenant(
  state: NodeState,
  { id, now }: Input<"deleteTenant">,
): Promise<Output<"deleteTenant">> {
  const { db } = state;
  const tenant = await db.get<{ seq: number }>(
    "DELETE FROM tenants WHERE tenant_id = $1 RETURNING seq",
    id,
  );
  if (tenant === undefined) return null;
  const sinks = await db.all<{ id: string }>(
    "SELECT id FROM event_sinks WHERE tenant_id = $1 AND deleted_at IS NULL ORDER BY id",
    id,
  );
  for (const sink of sinks) {
    await closeEventSink(state, { tenantId: id, eventSinkId: sink.id }, now);
  }
  await db.run("DELETE FROM replays WHERE tenant_id = $1", id);
  await db.run("DELETE FROM statistics WHERE tenant_id = $1", id);
  const keys = await db.all<{ id: string; hash: string }>(
    "DELETE FROM api_keys WHERE tenant_id = $1 RETURNING id, hash",
    id,
  );
  const integrations = await db.all<{ id: string }>(
    "DELETE FROM slack_integrations WHERE tenant_id = $1 RETURNING id",
    id,
  );
  const installs = await db.all<{ state_hash: string }>(
    "DELETE FROM slack_installs WHERE tenant_id = $1 RETURNING state_hash",
    id,
  );
  await forgetTenantId(
    db,
    ...keys.flatMap((key) => [key.id, key.hash]),
    ...integrations.map((integration) => integration.id),
    ...installs.map(({ state_hash }) => state_hash),
  );
  await db.run("INSERT INTO gone_tenants (tenant_id, tenant_no) VALUES ($1, $2)", id, tenant.seq);
  startPrune(state, { tenantId: id, tenantNo: tenant.seq });
  return {
    eventSinkCount: sinks.length,
    slackIntegrationCount: integrations.length,
    apiKeyHashes: keys.map(({ hash }) => hash),
  };
}

function startPrune(state: NodeState, gone: GoneTenant): void {
  if (state.prunes.has(gone.tenantNo)) return;
  state.prunes.set(gone.tenantNo, gone);
  state.undo.push(() => state.prunes.delete(gone.tenantNo));
}

/** Finds the deleted tenants that nobody has finished with. */
export async function resumePrunes(state: NodeState): Promise<void> {
  const rows = await state.db.all<{ tenant_id: string; tenant_no: number }>(
    "SELECT tenant_id, tenant_no FROM gone_tenants",
  );
  for (const row of rows) startPrune(state, { tenantId: row.tenant_id, tenantNo: row.tenant_no });
}

/**
 * Deletes a bounded part of what a deleted tenant left. One node at a time does so.
 * @returns `waiting` when the rest must wait for another node, or for attempts that are under way.
 */
export async function prune(state: NodeState, gone: GoneTenant): Promise<"pruned" | "waiting"> {
  const key = [gone.tenantId, gone.tenantNo] as const;
  const locked = await state.db.get<{ tenant_no: number }>(
    `SELECT tenant_no FROM gone_tenants WHERE tenant_id = $1 AND tenant_no = $2
     FOR UPDATE SKIP LOCKED`,
    ...key,
  );
  if (locked === undefined) return forgetPrune(state, gone);
  if ((await pruneDeliveries(state, key)) > 0) return "pruned";
  const pending = await state.db.get(
    "SELECT 1 FROM deliveries WHERE tenant_id = $1 AND tenant_no = $2 LIMIT 1",
    ...key,
  );
  if (pending !== undefined) return "waiting";
  if ((await pruneAlerts(state, key)) > 0) return "pruned";
  await state.db.run("DELETE FROM event_sinks WHERE tenant_id = $1 AND tenant_no = $2", ...key);
  await state.db.run("DELETE FROM gone_tenants WHERE tenant_id = $1 AND tenant_no = $2", ...key);
  return forgetPrune(state, gone);
}

/** It is done, or another node does it; what is left is found again later. */
function forgetPrune(state: NodeState, gone: GoneTenant): "pruned" {
  state.prunes.delete(gone.tenantNo);
  state.undo.push(() => state.prunes.set(gone.tenantNo, gone));
  return "pruned";
}

type TenantKey = readonly [string, number];

async function pruneDeliveries({ db }: NodeState, key: TenantKey): Promise<number> {
  const rows = await db.all<{ id: string }>(
    `DELETE FROM deliveries WHERE tenant_id = $1 AND id = ANY(ARRAY(SELECT id FROM deliveries
       WHERE tenant_id = $1 AND tenant_no = $2 AND state <> 'pending' LIMIT ${pruneCountMax}))
     RETURNING id`,
    ...key,
  );
  if (rows.length === 0) return 0;
  await db.run(
    "DELETE FROM attempts WHERE tenant_id = $1 AND delivery_id = ANY($2::uuid[])",
    key[0],
    rows.map(({ id }) => id),
  );
  return rows.length;
}

async function pruneAlerts({ db }: NodeState, key: TenantKey): Promise<number> {
  const rows = await db.all<{ id: string; action: string }>(
    `DELETE FROM alerts WHERE tenant_id = $1 AND uid = ANY(ARRAY(SELECT uid FROM alerts
       WHERE tenant_id = $1 AND tenant_no = $2 LIMIT ${pruneCountMax})) RETURNING id, action`,
    ...key,
  );
  if (rows.length === 0) return 0;
  await db.run(
    `DELETE FROM alert_ids i USING unnest($3::text[], $4::text[]) AS w(id, action)
     WHERE i.tenant_id = $1 AND i.tenant_no = $2 AND i.id = w.id AND i.action = w.action`,
    ...key,
    rows.map(({ id }) => id),
    rows.map(({ action }) => action),
  );
  return rows.length;
}
