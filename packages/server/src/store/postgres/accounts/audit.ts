import type { Input, Output } from "../../protocol.ts";
import { type AuditRow, auditColumns, readAuditEntry } from "../../rows/audit-row.ts";
import { operator } from "../../rows/stored.ts";
import type { Queries, SqlValue } from "../database.ts";
import type { NodeState } from "../node-state.ts";
import { fromText, toText } from "../text.ts";

export async function appendAudit(
  { db }: NodeState,
  { audit }: Input<"appendAudit">,
): Promise<Output<"appendAudit">> {
  await db.run(
    `INSERT INTO audit_log (${auditColumns})
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    audit.id,
    audit.at,
    audit.tenantId ?? operator,
    audit.actor.role,
    audit.actor.apiKeyId,
    audit.actor.via,
    audit.action,
    toText(audit.resourceId),
    audit.name === null ? null : toText(audit.name),
    JSON.stringify(audit.fields),
    audit.address,
    audit.forwardedFor === null ? null : toText(audit.forwardedFor),
    audit.requestId,
  );
  return null;
}

export async function listAudit(
  db: Queries,
  filter: Input<"listAudit">,
): Promise<Output<"listAudit">> {
  const { tenantId, apiKeyId, action, resourceId, since, until, after, limit } = filter;
  const conditions: [string, SqlValue][] = [
    ["tenant_id =", tenantId],
    ["api_key_id =", apiKeyId],
    ["action =", action],
    ["resource_id =", resourceId === null ? null : toText(resourceId)],
    ["at >=", since],
    ["at <", until],
  ];
  const given = conditions.filter(([, value]) => value !== null);
  const where = given.map(([sql], index) => `${sql} $${index + 1}`);
  const values = given.map(([, value]) => value);
  if (after !== null) {
    values.push(after);
    where.push(`no < (SELECT min(e.no) FROM audit_log e WHERE e.id = $${values.length})`);
  }
  values.push(limit + 1);
  const rows = await db.all<AuditRow>(
    `SELECT ${auditColumns} FROM audit_log WHERE ${where.join(" AND ") || "true"}
     ORDER BY no DESC LIMIT $${values.length}`,
    ...values,
  );
  const items = rows.slice(0, limit).map((row) => readAuditEntry(row, fromText));
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}
