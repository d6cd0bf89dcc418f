import type { Alert } from "../../../domain/alert.ts";
import type { TenantId } from "../../../ids.ts";
import { countStat } from "../../statistics.ts";
import type { AcceptResult, Lane, NewAlert, NewDelivery } from "../../store.ts";
import { findLiveLane } from "../deliveries/lanes.ts";
import { DeliveryIntake } from "../deliveries/store-deliveries.ts";
import { laneKeys, laneText } from "../lane-keys.ts";
import type { NodeState } from "../node-state.ts";
import { ownLanes } from "../nodes/own-lanes.ts";
import { toText } from "../text.ts";
import { findFirstAlerts, keepAlertIds } from "./alert-ids.ts";
import type { NumberedAlert, TimedAlert } from "./timed-alert.ts";

/**
 * Stores alerts with their deliveries, in a handful of statements whatever their number. Results are
 * in order.
 */
export async function acceptAll(
  state: NodeState,
  alerts: readonly TimedAlert[],
): Promise<AcceptResult[]> {
  const tenantNos = await findTenantNos(state, alerts);
  const known = alerts.flatMap((timed): NumberedAlert[] => {
    const tenantNo = tenantNos.get(timed.given.alert.tenantId);
    return tenantNo === undefined ? [] : [{ ...timed, tenantNo }];
  });
  const firsts = await keepAlertIds(state, known);
  const fresh = known.filter((timed) => firsts.get(timed) === undefined);
  await insertAlerts(state, fresh);
  const live = await findLiveSinks(state, fresh);
  const results = new Map<NewAlert, AcceptResult>();
  const intake = new DeliveryIntake(state, fresh, live);
  await intake.prepare();
  for (const timed of fresh) {
    results.set(timed.given, await acceptOne(intake, timed, live));
    const tenant = timed.given.alert.tenantId;
    countStat(state, { tenant, sink: null, measure: "alerts" }, timed.now);
  }
  await intake.finish();
  await describeDuplicates(state, known, firsts, results);
  return alerts.map(({ given }) => results.get(given) ?? { kind: "unknown_tenant" });
}

async function findTenantNos(
  state: NodeState,
  alerts: readonly TimedAlert[],
): Promise<Map<TenantId, number>> {
  const ids = [...new Set(alerts.map(({ given }) => given.alert.tenantId))];
  const sql = "SELECT tenant_id, seq FROM tenants WHERE tenant_id = ANY($1::text[])";
  const rows = await state.db.all<{ tenant_id: string; seq: number }>(sql, ids);
  return new Map(rows.map(({ tenant_id, seq }) => [tenant_id, seq]));
}

/** Sinks that are there: of this node's lanes it knows, of others the database is asked. */
async function findLiveSinks(
  state: NodeState,
  alerts: readonly NumberedAlert[],
): Promise<Set<string>> {
  const lanes = new Map<string, Lane>();
  for (const { given } of alerts) {
    const { tenantId } = given.alert;
    for (const { eventSinkId } of given.deliveries) {
      lanes.set(laneText({ tenantId, eventSinkId }), { tenantId, eventSinkId });
    }
  }
  const now = alerts[0]?.now ?? 0;
  await ownLanes(state, [...lanes.values()], now);
  const live = new Set<string>();
  const asked: Lane[] = [];
  for (const [key, lane] of lanes) {
    if (findLiveLane(state, lane) !== undefined) live.add(key);
    else if (!state.lanes.has(lane.eventSinkId)) asked.push(lane);
  }
  if (asked.length === 0) return live;
  const rows = await state.db.all<{ tenant_id: string; id: string }>(
    `SELECT s.tenant_id, s.id FROM unnest($1::text[], $2::uuid[]) AS w(tenant_id, event_sink_id)
     JOIN event_sinks s ON s.tenant_id = w.tenant_id AND s.id = w.event_sink_id
     WHERE s.deleted_at IS NULL`,
    ...laneKeys(asked),
  );
  for (const row of rows) live.add(laneText({ tenantId: row.tenant_id, eventSinkId: row.id }));
  return live;
}

async function acceptOne(
  intake: DeliveryIntake,
  timed: NumberedAlert,
  live: ReadonlySet<string>,
): Promise<AcceptResult> {
  const { alert, deliveries } = timed.given;
  const stored: NewDelivery[] = [];
  const missingEventSinkIds: string[] = [];
  for (const delivery of deliveries) {
    const lane = { tenantId: alert.tenantId, eventSinkId: delivery.eventSinkId };
    if (!live.has(laneText(lane))) {
      missingEventSinkIds.push(delivery.eventSinkId);
      continue;
    }
    await intake.add(timed, delivery);
    stored.push(delivery);
  }
  return { kind: "accepted", deliveries: stored, missingEventSinkIds };
}

async function insertAlerts(state: NodeState, alerts: readonly NumberedAlert[]): Promise<void> {
  if (alerts.length === 0) return;
  const column = <T>(of: (alert: Alert) => T) => alerts.map(({ given }) => of(given.alert));
  await state.db.run(
    `INSERT INTO alerts (tenant_id, uid, tenant_no, id, name, action, dedup_key, has_explicit_key,
       severity_id, tags, staging, received_at, template, body, detection_rule_id)
     SELECT * FROM unnest($1::text[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[],
       $7::text[], $8::boolean[], $9::smallint[], $10::text[], $11::boolean[], $12::bigint[],
       $13::text[], $14::text[], $15::text[])`,
    column(({ tenantId }) => tenantId),
    column(({ uid }) => uid),
    alerts.map(({ tenantNo }) => tenantNo),
    column(({ id }) => toText(id)),
    column(({ name }) => toText(name)),
    column(({ action }) => action),
    column(({ dedupKey }) => toText(dedupKey)),
    column(({ hasExplicitKey }) => hasExplicitKey),
    column(({ severityId }) => severityId),
    column(({ tags }) => JSON.stringify(tags)),
    column(({ staging }) => staging),
    column(({ receivedAt }) => receivedAt),
    column(({ template }) => (template === null ? null : toText(template))),
    column(({ body }) => toText(body)),
    alerts.map(({ given: { detectionRuleId: id } }) => (id === undefined ? null : toText(id))),
  );
}

/** What each alert whose id was taken became the first time, in this batch or long ago. */
async function describeDuplicates(
  state: NodeState,
  known: readonly NumberedAlert[],
  firsts: ReadonlyMap<NumberedAlert, string>,
  results: Map<NewAlert, AcceptResult>,
): Promise<void> {
  const described = await findFirstAlerts(
    state,
    known.flatMap((timed) => {
      const uid = firsts.get(timed);
      return uid === undefined ? [] : [{ tenantId: timed.given.alert.tenantId, uid }];
    }),
  );
  for (const timed of known) {
    const uid = firsts.get(timed);
    if (uid === undefined) continue;
    const first = described.get(uid);
    if (first === undefined) throw new Error(`Alert ${uid} has an id but is not stored.`);
    results.set(timed.given, { kind: "duplicate", ...first });
  }
}
