import type { EventSink, SinkTypeName } from "../../domain/event-sink.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { ReadText, StoredFlag } from "./stored.ts";

export interface EventSinkRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly type: SinkTypeName;
  readonly settings: string;
  readonly sealed_secrets: string | null;
  readonly saved_by_operator: StoredFlag;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

/** Columns of `EventSinkRow`. */
export const eventSinkColumns = `tenant_id, id, name, description, type, settings, sealed_secrets,
  saved_by_operator, version, created_at, updated_at`;

export const readEventSink = (row: EventSinkRow, readText: ReadText): EventSink => ({
  id: row.id,
  tenantId: row.tenant_id,
  name: readText(row.name),
  description: readText(row.description),
  type: row.type,
  settings: JSON.parse(row.settings) as JsonObject,
  sealedSecrets: row.sealed_secrets,
  savedByOperator: Boolean(row.saved_by_operator),
  version: row.version,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});
