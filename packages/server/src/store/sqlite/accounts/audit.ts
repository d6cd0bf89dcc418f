import type { AuditAction, AuditEntry, AuditVia } from "../../../domain/audit.ts";
import type { Input, Output } from "../../protocol.ts";
import type { Database } from "../database.ts";
import type { WriterState } from "../writer-state.ts";

interface AuditRow {
  readonly no: number;
  readonly id: string;
  readonly at: number;
  readonly tenant_id: string;
  readonly role: "operator" | "tenant";
  readonly api_key_id: string | null;
  readonly via: AuditVia;
  readonly action: AuditAction;
  readonly resource_id: string;
  readonly name: string | null;
  readonly fields: string;
  readonly address: string;
  readonly forwarded_for: string | null;
  readonly request_id: string;
}

const columns = `id, at, tenant_id, role, api_key_id, via, action, resource_id, name, fields,
  address, forwarded_for, request_id`;

/** Stands for the operator where a tenant's id would. */
const operator = "";

const toEntry = (row: AuditRow): AuditEntry => ({
  id: row.id,
  at: row.at,
  tenantId: row.tenant_id === operator ? null : row.tenant_id,
  actor: { role: row.role, apiKeyId: row.api_key_id, via: row.via },
  action: row.action,
  resourceId: row.resource_id,
  name: row.name,
  fields: JSON.parse(row.fields) as string[],
  address: row.address,
  forwardedFor: row.forwarded_for,
  requestId: row.request_id,
});

export function appendAudit(
  { db }: WriterState,
  { audit }: Input<"appendAudit">,
): Output<"appendAudit"> {
  db.run(
    `INSERT INTO audit_log (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
    `SELECT no, ${columns} FROM audit_log WHERE ${where} ORDER BY no DESC LIMIT ?`,
    ...values,
    limit + 1,
  );
  const items = rows.slice(0, limit).map(toEntry);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}
