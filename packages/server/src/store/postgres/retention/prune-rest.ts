import type { RetentionPass } from "../../retention-operations.ts";
import { forgetTenantId } from "../accounts/tenant-ids.ts";
import type { Queries } from "../database.ts";
import { pruneStatistics } from "../deliveries/statistics.ts";
import type { NodeState } from "../node-state.ts";

const rowsMax = 200;

/** Where a pass is, once alerts are done: what sinks remember, the audit log, statistics, then the few others. */
export type RestPlace =
  | {
      readonly part: "memory";
      readonly tenantId: string;
      readonly eventSinkId: string;
      /** As it is stored. */
      readonly key: string;
    }
  | { readonly part: "audit" }
  | { readonly part: "statistics" }
  | { readonly part: "others" };

export const restStart: RestPlace = {
  part: "memory",
  tenantId: "",
  eventSinkId: "00000000-0000-0000-0000-000000000000",
  key: "",
};

/** One bounded step. @returns where to go on; null when all is done. */
export async function pruneRest(
  { db }: NodeState,
  place: RestPlace,
  { now, retentionMs, auditRetentionMs }: RetentionPass,
): Promise<RestPlace | null> {
  if (place.part === "memory") return pruneMemory(db, place, now - retentionMs);
  if (place.part === "audit") return pruneAudit(db, now - auditRetentionMs);
  if (place.part === "statistics") {
    const isDone = await pruneStatistics(db, { now, hoursBefore: now - retentionMs });
    return { part: isDone ? "others" : "statistics" };
  }
  return pruneOthers(db, now - retentionMs, now);
}

/** What sinks remember of keys that were quiet for so long. */
async function pruneMemory(
  db: Queries,
  { tenantId, eventSinkId, key }: Extract<RestPlace, { part: "memory" }>,
  before: number,
): Promise<RestPlace> {
  const rows = await db.all<{ tenant_id: string; event_sink_id: string; dedup_key: string }>(
    `SELECT tenant_id, event_sink_id, dedup_key FROM sink_memory
     WHERE (tenant_id, event_sink_id, dedup_key) > ($1, $2::uuid, $3)
     ORDER BY tenant_id, event_sink_id, dedup_key LIMIT ${rowsMax}`,
    tenantId,
    eventSinkId,
    key,
  );
  await db.run(
    `DELETE FROM sink_memory m USING unnest($1::text[], $2::uuid[], $3::text[])
       AS w(tenant_id, event_sink_id, dedup_key)
     WHERE m.tenant_id = w.tenant_id AND m.event_sink_id = w.event_sink_id
       AND m.dedup_key = w.dedup_key AND m.updated_at < $4`,
    rows.map(({ tenant_id }) => tenant_id),
    rows.map(({ event_sink_id }) => event_sink_id),
    rows.map(({ dedup_key }) => dedup_key),
    before,
  );
  const last = rows.at(-1);
  if (rows.length < rowsMax || last === undefined) return { part: "audit" };
  const { tenant_id, event_sink_id, dedup_key } = last;
  return { part: "memory", tenantId: tenant_id, eventSinkId: event_sink_id, key: dedup_key };
}

async function pruneAudit(db: Queries, before: number): Promise<RestPlace> {
  const deletedCount = await db.run(
    `DELETE FROM audit_log WHERE at < $1
       AND no = ANY(ARRAY(SELECT no FROM audit_log ORDER BY no LIMIT ${rowsMax}))`,
    before,
  );
  return { part: deletedCount === rowsMax ? "audit" : "statistics" };
}

/** Replays that are over, and what has expired without anybody coming back for it. */
async function pruneOthers(db: Queries, before: number, now: number): Promise<RestPlace | null> {
  const replayCount = await db.run(
    `DELETE FROM replays WHERE (tenant_id, no) IN (SELECT tenant_id, no FROM replays
       WHERE state <> 'running' AND created_at < $1 LIMIT ${rowsMax})`,
    before,
  );
  const sessionCount = await db.run(
    `DELETE FROM sessions WHERE token_hash = ANY(ARRAY(SELECT token_hash FROM sessions
       WHERE expires_at < $1 ORDER BY expires_at LIMIT ${rowsMax}))`,
    now,
  );
  const installs = await db.all<{ state_hash: string }>(
    `DELETE FROM slack_installs WHERE (tenant_id, state_hash) IN (SELECT tenant_id, state_hash
       FROM slack_installs WHERE expires_at < $1 ORDER BY expires_at LIMIT ${rowsMax})
     RETURNING state_hash`,
    now,
  );
  await forgetTenantId(db, ...installs.map(({ state_hash }) => state_hash));
  const paceCount = await db.run(
    `DELETE FROM paces WHERE key = ANY(ARRAY(SELECT key FROM paces
       WHERE free_at < clock_timestamp() - interval '1 hour' LIMIT ${rowsMax}))`,
  );
  return [replayCount, sessionCount, installs.length, paceCount].includes(rowsMax)
    ? { part: "others" }
    : null;
}
