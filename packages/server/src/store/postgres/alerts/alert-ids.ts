import type { AlertUid } from "../../../ids.ts";
import type { NewDelivery } from "../../store.ts";
import type { NodeState } from "../node-state.ts";
import { toText } from "../text.ts";
import type { NumberedAlert } from "./timed-alert.ts";

const keyOf = ({ tenantNo, given: { alert } }: NumberedAlert) =>
  `${tenantNo} ${alert.action} ${toText(alert.id)}`;

/**
 * Takes (tenant, id, action) for each alert.
 * @returns for those whose id was taken before, the uid of the alert that has it.
 */
export async function keepAlertIds(
  state: NodeState,
  alerts: readonly NumberedAlert[],
): Promise<Map<NumberedAlert, AlertUid>> {
  const firsts = new Map<NumberedAlert, AlertUid>();
  const inBatch = new Map<string, NumberedAlert>();
  const repeats: [NumberedAlert, NumberedAlert][] = [];
  for (const timed of alerts) {
    const first = inBatch.get(keyOf(timed));
    if (first === undefined) inBatch.set(keyOf(timed), timed);
    else repeats.push([timed, first]);
  }
  const own = [...inBatch.values()].filter(({ given: { alert } }) => alert.id !== alert.uid);
  await findNamed(state, own, firsts);
  await takeIds(
    state,
    own.filter((timed) => !firsts.has(timed)),
    firsts,
  );
  for (const [timed, first] of repeats) {
    firsts.set(timed, firsts.get(first) ?? first.given.alert.uid);
  }
  return firsts;
}

/** A uid we gave out is an id too. Ours are version 7; others are not worth the look-up. */
const ownUid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

async function findNamed(
  state: NodeState,
  alerts: readonly NumberedAlert[],
  firsts: Map<NumberedAlert, AlertUid>,
): Promise<void> {
  const candidates = alerts.filter(({ given }) => ownUid.test(given.alert.id));
  if (candidates.length === 0) return;
  const rows = await state.db.all<{ row_no: number; uid: string }>(
    `SELECT w.no::int - 1 AS row_no, a.uid
     FROM unnest($1::text[], $2::uuid[], $3::bigint[], $4::text[]) WITH ORDINALITY
       AS w(tenant_id, uid, tenant_no, action, no)
     JOIN alerts a ON a.tenant_id = w.tenant_id AND a.uid = w.uid
     WHERE a.tenant_no = w.tenant_no AND a.action = w.action AND a.id = a.uid::text`,
    candidates.map(({ given }) => given.alert.tenantId),
    candidates.map(({ given }) => given.alert.id),
    candidates.map(({ tenantNo }) => tenantNo),
    candidates.map(({ given }) => given.alert.action),
  );
  for (const { row_no, uid } of rows) {
    const timed = candidates[row_no];
    if (timed !== undefined) firsts.set(timed, uid);
  }
}

async function takeIds(
  state: NodeState,
  alerts: readonly NumberedAlert[],
  firsts: Map<NumberedAlert, AlertUid>,
): Promise<void> {
  if (alerts.length === 0) return;
  // In one order on all nodes, so that two of them never wait for each other.
  const sorted = alerts.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const columns = [
    sorted.map(({ given }) => given.alert.tenantId),
    sorted.map(({ tenantNo }) => tenantNo),
    sorted.map(({ given }) => toText(given.alert.id)),
    sorted.map(({ given }) => given.alert.action),
  ];
  const taken = await state.db.run(
    `INSERT INTO alert_ids (tenant_id, tenant_no, id, action, alert_uid)
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::uuid[])
     ON CONFLICT DO NOTHING`,
    ...columns,
    sorted.map(({ given }) => given.alert.uid),
  );
  if (taken === sorted.length) return;
  const rows = await state.db.all<{ row_no: number; alert_uid: string }>(
    `SELECT w.no::int - 1 AS row_no, i.alert_uid
     FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) WITH ORDINALITY
       AS w(tenant_id, tenant_no, id, action, no)
     JOIN alert_ids i ON i.tenant_id = w.tenant_id AND i.tenant_no = w.tenant_no AND i.id = w.id
       AND i.action = w.action`,
    ...columns,
  );
  for (const { row_no, alert_uid } of rows) {
    const timed = sorted[row_no];
    if (timed !== undefined && timed.given.alert.uid !== alert_uid) firsts.set(timed, alert_uid);
  }
}

export interface FirstAlert {
  readonly uid: AlertUid;
  readonly receivedAt: number;
  readonly deliveries: readonly NewDelivery[];
}

/** What stored alerts became when they were taken, by uid. */
export async function findFirstAlerts(
  state: NodeState,
  alerts: readonly { tenantId: string; uid: AlertUid }[],
): Promise<Map<AlertUid, FirstAlert>> {
  if (alerts.length === 0) return new Map();
  const keys = [alerts.map(({ tenantId }) => tenantId), alerts.map(({ uid }) => uid)];
  const rows = await state.db.all<{ uid: string; received_at: number }>(
    `SELECT a.uid, a.received_at FROM unnest($1::text[], $2::uuid[]) AS w(tenant_id, uid)
     JOIN alerts a ON a.tenant_id = w.tenant_id AND a.uid = w.uid`,
    ...keys,
  );
  const deliveries = await state.db.all<{ id: string; event_sink_id: string; alert_uid: string }>(
    `SELECT DISTINCT d.seq, d.id, d.event_sink_id, d.alert_uid
     FROM unnest($1::text[], $2::uuid[]) AS w(tenant_id, uid)
     JOIN deliveries d ON d.tenant_id = w.tenant_id AND d.alert_uid = w.uid ORDER BY d.seq`,
    ...keys,
  );
  const byAlert = Map.groupBy(deliveries, ({ alert_uid }) => alert_uid);
  return new Map(
    rows.map(({ uid, received_at }) => [
      uid,
      {
        uid,
        receivedAt: received_at,
        deliveries: (byAlert.get(uid) ?? []).map((row) => ({
          id: row.id,
          eventSinkId: row.event_sink_id,
        })),
      },
    ]),
  );
}
