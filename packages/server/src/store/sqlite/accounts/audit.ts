import type { Input, Output } from "../../protocol.ts";
import { type AuditRow, auditColumns, readAuditEntry } from "../../rows/audit-row.ts";
import { asStored, operator } from "../../rows/stored.ts";
import type { Database } from "../database.ts";
import type { WriterState } from "../writer-state.ts";

export function appendAudit(
  { db }: WriterState,
  { audit }: Input<"appendAudit">,
): Output<"appendAudit"> {
  db.run(
    `INSERT INTO audit_log (${auditColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    audit.id,
    audit.at,
    audit.tenantId ?? operator,
    audit.actor.role,
    audit.actor.apiKeyId,
    audit.actor.via,
    audit.action,
    audit.resourceId,
    audit.name,
    JSON.stringify(audit.fields),
    audit.address,
    audit.forwardedFor,
    audit.requestId,
  );
  return null;
}

export function listAudit(db: Database, filter: Input<"listAudit">): Output<"listAudit"> {
  const { tenantId, apiKeyId, action, resourceId, since, until, after, limit } = filter;
  const conditions: [string, string | number | null][] = [
    ["tenant_id = ?", tenantId],
    ["api_key_id = ?", apiKeyId],
    ["action = ?", action],
    ["resource_id = ?", resourceId],
    ["at >= ?", since],
    ["at < ?", until],
    ["no < (SELECT no FROM audit_log WHERE id = ?)", after],
  ];
  const given = conditions.flatMap(([sql, value]) => (value === null ? [] : [{ sql, value }]));
  const where = given.map(({ sql }) => sql).join(" AND ") || "TRUE";
  const values = given.map(({ value }) => value);
  const rows = db.all<AuditRow>(
    `SELECT no, ${auditColumns} FROM audit_log WHERE ${where} ORDER BY no DESC LIMIT ?`,
    ...values,
    limit + 1,
  );
  const items = rows.slice(0, limit).map((row) => readAuditEntry(row, asStored));
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}
