/** What alerts look like on the way in and what taking them answers; for the API's description. */

import { Type } from "typebox";
import { alertActions } from "../../domain/delivery.ts";
import { eventSinkIdsMax, keyCharsMax } from "../../domain/read-alert.ts";
import { severityNames } from "../../domain/severity.ts";
import { ref } from "../openapi.ts";
import { ErrorEnvelope } from "../wire/error-envelope.ts";
import { Milliseconds, TenantIdField } from "../wire/resource-schemas.ts";

/** Alerts in one batch. */
export const batchAlertsMax = 1_000;

const key = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: keyCharsMax, description }));

export const AlertBody = Type.Object(
  {
    tenant_id: TenantIdField,
    name: Type.String({ minLength: 1 }),
    id: key("yours; the same (tenant_id, id, action) is stored once"),
    event_sink_ids: Type.Optional(
      Type.Array(Type.String(), {
        maxItems: eventSinkIdsMax,
        description: "left out: all sinks of the tenant; []: recorded only",
      }),
    ),
    action: Type.Optional(Type.Enum([...alertActions], { default: "trigger" })),
    dedup_key: key("what belongs together; detection_rule_id when left out, else id"),
    detection_rule_id: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
    severity: Type.Optional(Type.Enum(Object.values(severityNames))),
    severity_id: Type.Optional(
      Type.Integer({ description: "OCSF; counts when `severity` says something else" }),
    ),
    query_text: Type.Optional(Type.String()),
    tags: Type.Optional(Type.Array(Type.String())),
    detected_in_time_range: Type.Optional(
      Type.Object({ start: Type.String(), end: Type.String() }),
    ),
    timestamp: Type.Optional(
      Type.Union([Type.String(), Type.Integer()], {
        description: "RFC 3339, or an integer whose digits tell the unit: s, ms, µs, ns",
      }),
    ),
    staging: Type.Optional(Type.Boolean({ description: "recorded, not delivered" })),
    results_table: Type.Optional(
      Type.Object({
        columns: Type.Array(Type.String()),
        rows: Type.Array(Type.Record(Type.String(), Type.Unknown())),
        total_row_count: Type.Optional(Type.Integer()),
      }),
    ),
    alert_template: Type.Optional(
      Type.Object(
        { info: Type.Optional(labels()), actions: Type.Optional(labels()) },
        { description: "what people are shown of it; values may hold `{{path}}`" },
      ),
    ),
  },
  {
    additionalProperties: true,
    description:
      "Any other field is kept and passed on as it came. Only tenant_id, name, id, event_sink_ids and dedup_key " +
      "are strict; another field of an unexpected type is passed on too and named in `warnings`.",
  },
);

function labels() {
  return Type.Array(
    Type.Object({
      label: Type.String(),
      value: Type.String(),
      use_for_dedup: Type.Optional(Type.Boolean({ description: "part of the dedup key" })),
    }),
  );
}

export const AlertTaken = Type.Object(
  {
    alert: Type.Object({
      uid: Type.String({ format: "uuid" }),
      id: Type.String(),
      tenant_id: TenantIdField,
      received_at: Milliseconds,
      duplicate: Type.Boolean(),
    }),
    deliveries: Type.Array(
      Type.Object({
        id: Type.String({ format: "uuid" }),
        event_sink_id: Type.String({ format: "uuid" }),
      }),
    ),
    unknown_event_sink_ids: Type.Optional(Type.Array(Type.String())),
    warnings: Type.Optional(Type.Array(Type.String())),
  },
  { description: "Taken: the alert is on disk" },
);

export const BatchBody = Type.Object({
  alerts: Type.Array(AlertBody, { minItems: 1, maxItems: batchAlertsMax }),
});

export const BatchTaken = Type.Object(
  { alerts: Type.Array(Type.Union([AlertTaken, ref(ErrorEnvelope)])) },
  { description: "A result or an error for each alert, in order" },
);
