/** The documented fields of an alert and our own; every other field is the caller's. */
const knownFields: ReadonlySet<string> = new Set([
  "id",
  "detection_rule_id",
  "tenant_id",
  "severity_id",
  "severity",
  "name",
  "description",
  "query_text",
  "tags",
  "detected_in_time_range",
  "timestamp",
  "staging",
  "results_table",
  "action",
  "dedup_key",
  "event_sink_ids",
  "alert_template",
  "event-sinks-hops",
]);

/** True when the documentation of alerts names this field. */
export function isKnownField(name: string): boolean {
  return knownFields.has(name);
}
