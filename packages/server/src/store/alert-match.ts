import { shownState } from "../domain/delivery.ts";
import { isJsonObject, parseJson } from "../domain/json.ts";
import type { AlertSummaryRow } from "./rows/alert-row.ts";
import type { ReadText } from "./rows/stored.ts";
import type { AlertFilter, Delivery } from "./store.ts";

/** What a scan reads of each alert. */
export interface ScannedAlert extends AlertSummaryRow {
  /** Null when no text is searched. */
  readonly body: string | null;
}

/** What of a filter no index sees to and an alert alone decides, in any store. */
export function createAlertMatch(
  { q, severityId, tag, since, until }: AlertFilter,
  readText: ReadText,
): (row: ScannedAlert) => boolean {
  const isTextMatch = createTextMatch(q, readText);
  return (row) =>
    (severityId === null || row.severity_id === severityId) &&
    (tag === null || (JSON.parse(row.tags) as string[]).includes(tag)) &&
    (since === null || row.received_at >= since) &&
    (until === null || row.received_at < until) &&
    isTextMatch(row);
}

/** With a sink and a state asked for, one delivery must have both. */
export function isAnyDeliveryMatch(
  deliveries: readonly Delivery[],
  { eventSinkId, state }: AlertFilter,
): boolean {
  if (eventSinkId === null && state === null) return true;
  return deliveries.some(
    (delivery) =>
      (eventSinkId === null || delivery.eventSinkId === eventSinkId) &&
      (state === null || shownState(delivery) === state),
  );
}

/** Whether `q` stands in the name, description, id or key of an alert, in any case. */
function createTextMatch(q: string | null, readText: ReadText): (row: ScannedAlert) => boolean {
  if (q === null) return () => true;
  const wanted = q.toLowerCase();
  const has = (text: string) => text.toLowerCase().includes(wanted);
  const hasInDescription = (body: string) => {
    // Parsing is the dear part; without escapes the text must stand in the raw body too.
    if (!body.includes("\\") && !has(body)) return false;
    const alert = parseJson(readText(body));
    const description = isJsonObject(alert) ? alert["description"] : undefined;
    return typeof description === "string" && has(description);
  };
  return ({ name, alert_id, dedup_key, body }) =>
    has(readText(name)) ||
    has(readText(alert_id)) ||
    has(readText(dedup_key)) ||
    (body !== null && hasInDescription(body));
}
