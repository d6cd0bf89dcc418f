import type { AuditAction, AuditEntry, AuditVia } from "../../domain/audit.ts";
import { operator, type ReadText } from "./stored.ts";

export interface AuditRow {
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

/** Columns of `AuditRow`. */
export const auditColumns = `id, at, tenant_id, role, api_key_id, via, action, resource_id, name, fields,
  address, forwarded_for, request_id`;

export const readAuditEntry = (row: AuditRow, readText: ReadText): AuditEntry => ({
  id: row.id,
  at: row.at,
  tenantId: row.tenant_id === operator ? null : row.tenant_id,
  actor: { role: row.role, apiKeyId: row.api_key_id, via: row.via },
  action: row.action,
  resourceId: readText(row.resource_id),
  name: row.name === null ? null : readText(row.name),
  fields: JSON.parse(row.fields) as string[],
  address: row.address,
  forwardedFor: row.forwarded_for === null ? null : readText(row.forwarded_for),
  requestId: row.request_id,
});
