import type { RetentionPass } from "../../retention-operations.ts";
import type { NodeState } from "../node-state.ts";
import { weekStart } from "./partitions.ts";
import { beforeForAll, beforeOf } from "./retention.ts";
import type { Tally } from "./tally.ts";

/** Looked at in one step. */
const tenantsMax = 50;
const alertsMax = 100;

/** Tenants in the order of their numbers; in the first one, what comes after `uid`. */
export interface AlertPlace {
  readonly part: "alerts";
  readonly tenantNo: number;
  readonly uid: string;
}

const firstUid = "00000000-0000-0000-0000-000000000000";

export const alertsStart: AlertPlace = { part: "alerts", tenantNo: 0, uid: firstUid };

/**
 * Deletes old alerts row by row: those of tenants whose retention is shorter than others', and what
 * keeps a whole week from going. @returns null when all tenants have been looked at.
 */
export async function pruneAlerts(
  state: NodeState,
  place: AlertPlace,
  pass: RetentionPass,
  tally: Tally,
): Promise<AlertPlace | null> {
  const longest = await beforeForAll(state.db, pass);
  const tenants = await state.db.all<{
    tenant_id: string;
    seq: number;
    retention_days: number | null;
  }>(
    `SELECT tenant_id, seq, retention_days FROM tenants WHERE seq >= $1 ORDER BY seq LIMIT ${tenantsMax}`,
    place.tenantNo,
  );
  for (const { tenant_id: tenantId, seq, retention_days } of tenants) {
    const exact = beforeOf(pass, retention_days);
    // A week that is not over yet will go at once.
    const before = exact === longest ? weekStart(exact) : exact;
    const startUid = seq === place.tenantNo ? place.uid : firstUid;
    const uid = await pruneTenant(state, { tenantId, startUid, before }, tally);
    if (uid !== null) return { part: "alerts", tenantNo: seq, uid };
  }
  const last = tenants.at(-1);
  return tenants.length === tenantsMax && last !== undefined
    ? { part: "alerts", tenantNo: last.seq + 1, uid: firstUid }
    : null;
}

interface AlertKey {
  readonly uid: string;
  readonly tenant_no: number;
  readonly id: string;
  readonly action: string;
  readonly received_at: number;
}

/** @returns where to go on in this tenant; null when nothing of it is old any more. */
async function pruneTenant(
  state: NodeState,
  { tenantId, startUid, before }: { tenantId: string; startUid: string; before: number },
  tally: Tally,
): Promise<string | null> {
  const rows = await state.db.all<AlertKey>(
    `SELECT uid, tenant_no, id, action, received_at FROM alerts
     WHERE tenant_id = $1 AND uid > $2::uuid ORDER BY uid LIMIT ${alertsMax}`,
    tenantId,
    startUid,
  );
  const firstYoung = rows.findIndex(({ received_at }) => received_at >= before);
  const old = firstYoung < 0 ? rows : rows.slice(0, firstYoung);
  if (old.length > 0) tally.prunedCount += await deleteSettled(state, tenantId, old, before);
  return rows.length === alertsMax && firstYoung < 0 ? (rows.at(-1)?.uid ?? null) : null;
}

/** @returns how many of these alerts had nothing but old, settled deliveries, and are gone. */
async function deleteSettled(
  { db }: NodeState,
  tenantId: string,
  old: readonly AlertKey[],
  before: number,
): Promise<number> {
  const uids = old.map(({ uid }) => uid);
  // Another node may be making a delivery of one of them for another sink: it holds them too.
  await db.run(
    "SELECT 1 FROM alerts WHERE tenant_id = $1 AND uid = ANY($2::uuid[]) ORDER BY uid FOR UPDATE",
    tenantId,
    uids,
  );
  const kept = await db.all<{ alert_uid: string }>(
    `SELECT DISTINCT alert_uid FROM deliveries WHERE tenant_id = $1 AND alert_uid = ANY($2::uuid[])
       AND (state = 'pending' OR updated_at >= $3)`,
    tenantId,
    uids,
    before,
  );
  const keptUids = new Set(kept.map(({ alert_uid }) => alert_uid));
  const gone = old.filter(({ uid }) => !keptUids.has(uid));
  // One that is sent again at this moment is pending when its row can be had: it stays.
  const deleted = await db.all<{ id: string }>(
    `DELETE FROM deliveries WHERE tenant_id = $1 AND alert_uid = ANY($2::uuid[])
       AND state <> 'pending' RETURNING id`,
    tenantId,
    gone.map(({ uid }) => uid),
  );
  await db.run(
    "DELETE FROM attempts WHERE tenant_id = $1 AND delivery_id = ANY($2::uuid[])",
    tenantId,
    deleted.map(({ id }) => id),
  );
  const alerts = await db.all<{ uid: string }>(
    `DELETE FROM alerts a WHERE a.tenant_id = $1 AND uid = ANY($2::uuid[]) AND NOT EXISTS (
       SELECT 1 FROM deliveries d WHERE d.tenant_id = $1 AND d.alert_uid = a.uid) RETURNING uid`,
    tenantId,
    gone.map(({ uid }) => uid),
  );
  await forgetAlertIds(db, tenantId, gone);
  return alerts.length;
}

/** Forgets which (tenant, id, action) these alerts were. */
export async function forgetAlertIds(
  db: NodeState["db"],
  tenantId: string,
  alerts: readonly Omit<AlertKey, "received_at">[],
): Promise<void> {
  if (alerts.length === 0) return;
  await db.run(
    `DELETE FROM alert_ids i USING unnest($2::bigint[], $3::text[], $4::text[], $5::uuid[])
       AS w(tenant_no, id, action, uid)
     WHERE i.tenant_id = $1 AND i.tenant_no = w.tenant_no AND i.id = w.id AND i.action = w.action
       AND i.alert_uid = w.uid`,
    tenantId,
    alerts.map(({ tenant_no }) => tenant_no),
    alerts.map(({ id }) => id),
    alerts.map(({ action }) => action),
    alerts.map(({ uid }) => uid),
  );
}
