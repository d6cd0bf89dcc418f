import type { RetentionPass } from "../../retention-operations.ts";
import type { Database } from "../database.ts";
import { pruneStatistics } from "../deliveries/statistics.ts";
import type { WriterState } from "../writer-state.ts";

const rowsMax = 200;

/** Where a pass is, once alerts are done: what sinks remember, the audit log, statistics, then the few others. */
export type RestPlace =
  | { readonly part: "memory"; readonly sinkNo: number; readonly key: string }
  | { readonly part: "audit" }
  | { readonly part: "statistics" }
  | { readonly part: "others" };

export const restStart: RestPlace = { part: "memory", sinkNo: 0, key: "" };

/** One bounded step. @returns where to go on; null when all is done. */
export function pruneRest(
  { db }: WriterState,
  place: RestPlace,
  { now, retentionMs, auditRetentionMs }: RetentionPass,
): RestPlace | null {
  if (place.part === "memory") return pruneMemory(db, place, now - retentionMs);
  if (place.part === "audit") return pruneAudit(db, now - auditRetentionMs);
  if (place.part === "statistics") {
    const isDone = pruneStatistics(db, { now, hoursBefore: now - retentionMs });
    return { part: isDone ? "others" : "statistics" };
  }
  return pruneOthers(db, now - retentionMs, now);
}

/** What sinks remember of keys that were quiet for so long. */
function pruneMemory(
  db: Database,
  { sinkNo, key }: Extract<RestPlace, { part: "memory" }>,
  before: number,
): RestPlace {
  const rows = db.all<{ event_sink_no: number; dedup_key: string; updated_at: number }>(
    `SELECT event_sink_no, dedup_key, updated_at FROM sink_memory
     WHERE (event_sink_no, dedup_key) > (?, ?) ORDER BY event_sink_no, dedup_key LIMIT ?`,
    sinkNo,
    key,
    rowsMax,
  );
  for (const { event_sink_no, dedup_key, updated_at } of rows) {
    if (updated_at >= before) continue;
    const sql = "DELETE FROM sink_memory WHERE event_sink_no = ? AND dedup_key = ?";
    db.run(sql, event_sink_no, dedup_key);
  }
  const last = rows.at(-1);
  return rows.length === rowsMax && last !== undefined
    ? { part: "memory", sinkNo: last.event_sink_no, key: last.dedup_key }
    : { part: "audit" };
}

function pruneAudit(db: Database, before: number): RestPlace {
  const sql = `DELETE FROM audit_log WHERE at < ?1
    AND no IN (SELECT no FROM audit_log ORDER BY no LIMIT ${rowsMax})
    AND no < (SELECT max(no) FROM audit_log)`;
  return { part: db.run(sql, before) === rowsMax ? "audit" : "statistics" };
}

/** Replays that are over, and what has expired without anybody coming back for it. */
function pruneOthers(db: Database, before: number, now: number): RestPlace | null {
  const counts = [
    db.run(
      `DELETE FROM replays WHERE no IN (SELECT no FROM replays
         WHERE state <> 'running' AND created_at < ? LIMIT ${rowsMax})`,
      before,
    ),
    db.run(
      `DELETE FROM sessions WHERE token_hash IN (SELECT token_hash FROM sessions
         WHERE expires_at < ? ORDER BY expires_at LIMIT ${rowsMax})`,
      now,
    ),
    db.run(
      `DELETE FROM slack_installs WHERE state_hash IN (SELECT state_hash FROM slack_installs
         WHERE expires_at < ? ORDER BY expires_at LIMIT ${rowsMax})`,
      now,
    ),
  ];
  return counts.includes(rowsMax) ? { part: "others" } : null;
}
