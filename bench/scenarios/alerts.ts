import { idPlaceholder } from "../load/messages.ts";

/** An alert as a scanner sends it, of about this many bytes. */
export function makeAlert(
  mark: string,
  bytes: number,
  tenantId: string,
  eventSinkIds: readonly string[],
) {
  const alert = {
    tenant_id: tenantId,
    id: idPlaceholder(mark),
    event_sink_ids: eventSinkIds,
    name: "Root login from an unknown network",
    description: "The root account signed in from an address that was never seen before.",
    severity: "High",
    severity_id: 4,
    query_text: '%ingest.source_type:"aws:cloudtrail" userIdentity.type:Root | groupbycount',
    tags: ["aws", "identity", "tactics.initial_access"],
    detected_in_time_range: { start: "2024-05-09T19:56:00Z", end: "2024-05-09T20:01:00Z" },
    timestamp: "2024-05-09T20:01:32Z",
    results_table: {
      columns: ["user", "address", "count"],
      rows: [] as string[][],
      total_row_count: 3,
    },
  };
  for (let row = 0; JSON.stringify(alert).length < bytes - 40; row++) {
    alert.results_table.rows.push([`user-${row}@example.com`, `198.51.100.${row % 256}`, "3"]);
  }
  return alert;
}
