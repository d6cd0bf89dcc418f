import type { ApiKeyId } from "../../../ids.ts";
import type { Input, Output } from "../../protocol.ts";
import { findLane } from "../deliveries/lanes.ts";
import { deleteStatistics } from "../deliveries/statistics.ts";
import { closeEventSink } from "../sinks/delete-event-sink.ts";
import { findTenantNo, type WriterState } from "../writer-state.ts";

/** Rows of a kind that go in one go, so that a million of a deleted tenant hold nobody up. */
const pruneCountMax = 200;

/**
 * Deletes a tenant for every look-up at once. What it had is deleted with it: sinks, keys and
 * integrations now, alerts and deliveries bit by bit. Until then its row goes on under an id that no tenant can
 * have, so that a new tenant of the old id starts with nothing.
 */
export function deleteTenant(
  state: WriterState,
  { id, now }: Input<"deleteTenant">,
): Output<"deleteTenant"> {
  const { db } = state;
  const no = findTenantNo(state, id);
  if (no === undefined) return null;
  const sinks = db.all<{ id: string }>(
    "SELECT id FROM event_sinks WHERE tenant_id = ? AND deleted_at IS NULL",
    id,
  );
  for (const sink of sinks) {
    const lane = findLane(state, sink.id, now);
    if (lane !== undefined) closeEventSink(state, lane, now);
  }
  const keys = db.all<{ id: ApiKeyId; hash: string }>(
    "DELETE FROM api_keys WHERE tenant_id = ? RETURNING id, hash",
    id,
  );
  const slackIntegrationCount = db.run("DELETE FROM slack_integrations WHERE tenant_id = ?", id);
  db.run("DELETE FROM slack_installs WHERE tenant_id = ?", id);
  db.run("DELETE FROM replays WHERE tenant_no = ?", no);
  db.run("UPDATE event_sinks SET tenant_id = ? WHERE tenant_id = ?", goneId(no), id);
  db.run("UPDATE tenants SET id = ?, deleted_at = ? WHERE no = ?", goneId(no), now, no);
  state.tenantNos.delete(id);
  state.prunes.add(no);
  state.undo.push(() => {
    state.tenantNos.set(id, no);
    state.prunes.delete(no);
  });
  return {
    eventSinkCount: sinks.length,
    slackIntegrationCount,
    apiKeyHashes: keys.map(({ hash }) => hash),
  };
}

/** Stands where the id of a deleted tenant stood; no tenant's id holds a `!`. */
function goneId(tenantNo: number): string {
  return `!${tenantNo}`;
}

/** Finds the deleted tenants that an earlier process did not finish with. */
export function resumePrunes(state: WriterState): void {
  const rows = state.db.all<{ no: number }>("SELECT no FROM tenants WHERE deleted_at IS NOT NULL");
  for (const { no } of rows) state.prunes.add(no);
}

/**
 * Deletes a bounded part of what a deleted tenant left.
 * @returns `waiting` when the rest must wait for attempts that are under way.
 */
export function prune(state: WriterState, tenantNo: number): "pruned" | "waiting" {
  const { db } = state;
  const deliveries = db.all<{ no: number }>(
    `SELECT no FROM deliveries INDEXED BY deliveries_by_tenant
     WHERE tenant_no = ? AND state <> 'pending' LIMIT ?`,
    tenantNo,
    pruneCountMax,
  );
  for (const { no } of deliveries) {
    db.run("DELETE FROM attempts WHERE delivery_no = ?", no);
    db.run("DELETE FROM deliveries WHERE no = ?", no);
  }
  if (deliveries.length > 0) return "pruned";
  const pending =
    "SELECT 1 FROM deliveries INDEXED BY deliveries_by_tenant WHERE tenant_no = ? LIMIT 1";
  if (db.get(pending, tenantNo) !== undefined) return "waiting";
  const alerts = db.all<{ no: number; id: string; action: string }>(
    "SELECT no, id, action FROM alerts INDEXED BY alerts_by_tenant WHERE tenant_no = ? LIMIT ?",
    tenantNo,
    pruneCountMax,
  );
  for (const { no, id, action } of alerts) {
    db.run(
      "DELETE FROM alert_ids WHERE tenant_no = ? AND id = ? AND action = ?",
      tenantNo,
      id,
      action,
    );
    db.run("DELETE FROM alerts WHERE no = ?", no);
  }
  if (alerts.length > 0 || deleteStatistics(db, tenantNo) > 0) return "pruned";
  finish(state, tenantNo);
  return "pruned";
}

function finish(state: WriterState, tenantNo: number): void {
  const { db } = state;
  const sinks = db.all<{ no: number; id: string }>(
    "DELETE FROM event_sinks WHERE tenant_id = ? RETURNING no, id",
    goneId(tenantNo),
  );
  for (const { no, id } of sinks) {
    db.run("DELETE FROM sink_memory WHERE event_sink_no = ?", no);
    const lane = state.lanes.get(id);
    if (lane === undefined) continue;
    state.lanes.delete(id);
    state.undo.push(() => state.lanes.set(id, lane));
  }
  db.run("DELETE FROM tenants WHERE no = ?", tenantNo);
  state.prunes.delete(tenantNo);
  state.undo.push(() => state.prunes.add(tenantNo));
}
