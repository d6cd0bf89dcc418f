import type { AuditAction, AuditEntry } from "../domain/audit.ts";
import type { ApiKeyId, TenantId } from "../ids.ts";

/**
 * A write that is told of in the audit log, in the same transaction and only if it changed something.
 * Left out by what nobody asked for: the engine's own writes and the settings at start.
 */
export type Audited<Input> = Input & { readonly audit?: AuditEntry | undefined };

export interface AuditFilter {
  /** Null: of all tenants and the operator. */
  readonly tenantId: TenantId | null;
  readonly apiKeyId: ApiKeyId | null;
  readonly action: AuditAction | null;
  readonly resourceId: string | null;
  readonly since: number | null;
  readonly until: number | null;
}

/** What writes answer that found nothing to change. */
const refusals: readonly unknown[] = [
  "exists",
  "finished",
  "in_use",
  "not_found",
  "overtaken",
  "sink_deleted",
  "too_many",
  "unfinished",
  "unknown_event_sink",
  "unknown_tenant",
  "version_mismatch",
  "waiting",
  null,
];

/** The entry to write with an operation that answered `output`; null when there is none. */
export function auditFor(input: unknown, output: unknown): AuditEntry | null {
  if (typeof input !== "object" || input === null || !("audit" in input)) return null;
  const kind =
    typeof output === "object" && output !== null && "kind" in output ? output.kind : output;
  return refusals.includes(kind) ? null : ((input.audit ?? null) as AuditEntry | null);
}
