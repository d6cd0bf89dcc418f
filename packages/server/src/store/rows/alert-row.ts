import type { Alert } from "../../domain/alert.ts";
import type { AlertAction } from "../../domain/delivery.ts";
import type { SeverityId } from "../../domain/severity.ts";
import type { AlertSummary } from "../store.ts";
import type { ReadText, StoredFlag } from "./stored.ts";

export interface AlertSummaryRow {
  readonly uid: string;
  readonly alert_id: string;
  readonly name: string;
  readonly alert_action: AlertAction;
  readonly dedup_key: string;
  readonly has_explicit_key: StoredFlag;
  readonly severity_id: SeverityId;
  readonly tags: string;
  readonly staging: StoredFlag;
  readonly received_at: number;
}

export interface AlertRow extends AlertSummaryRow {
  readonly tenant_id: string;
  readonly template: string | null;
  readonly body: string;
}

export const readAlertSummary = (
  row: AlertSummaryRow,
  tenantId: string,
  readText: ReadText,
): AlertSummary => ({
  uid: row.uid,
  tenantId,
  id: readText(row.alert_id),
  name: readText(row.name),
  action: row.alert_action,
  dedupKey: readText(row.dedup_key),
  hasExplicitKey: Boolean(row.has_explicit_key),
  severityId: row.severity_id,
  tags: row.tags === "[]" ? [] : (JSON.parse(row.tags) as string[]),
  staging: Boolean(row.staging),
  receivedAt: row.received_at,
});

export const readAlert = (row: AlertRow, readText: ReadText): Alert => ({
  ...readAlertSummary(row, row.tenant_id, readText),
  template: row.template === null ? null : readText(row.template),
  body: readText(row.body),
});
