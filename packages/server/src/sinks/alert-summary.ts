/**
 * An alert as people read it, in clean and bounded text that belongs to no platform yet:
 * what Teams, Discord and e-mail each lay out in their own way.
 */

import type { SinkAlert } from "../domain/alert.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../domain/json.ts";
import { type SeverityId, severityNames } from "../domain/severity.ts";
import { authorFields, readTemplate, renderTemplate } from "../domain/template.ts";
import { formatTimestamp, readTimestamp, timestampFromMs } from "../domain/timestamp.ts";
import {
  type AlertLink,
  alertLinks,
  type ResultsTable,
  resultsTable,
  textField,
} from "./alert-fields.ts";
import { cleanLine, cleanText } from "./text.ts";

/** A name and a value, a line each. */
export interface SummaryFact {
  readonly name: string;
  readonly value: string;
}

export interface AlertSummary {
  /** `Critical`, `Alert` when the severity says nothing, `Resolved` or `Acknowledged`. */
  readonly label: string;
  /** A coloured sign that goes with it. */
  readonly symbol: string;
  /** The same colour, as in CSS. */
  readonly color: `#${string}`;
  readonly tone: "bad" | "warning" | "info" | "good" | "neutral";
  /** The alert's name; never empty. */
  readonly name: string;
  /** Of an acknowledge or resolve: a sentence that says so. */
  readonly statement: string | undefined;
  readonly description: string;
  /** What the alert's author chose to show. */
  readonly info: readonly SummaryFact[];
  /** Tags, times and where it came from. */
  readonly facts: readonly SummaryFact[];
  readonly links: readonly AlertLink[];
  /** Of a trigger only: an acknowledge or resolve refers back to it. */
  readonly table: ResultsTable | undefined;
  readonly id: string;
  /** RFC 3339. */
  readonly time: string;
}

const nameLengthMax = 400;
const descriptionLengthMax = 4_000;
const factLengthMax = 1_000;
const idLengthMax = 200;
const tagsShownMax = 20;
const infoShownMax = 20;
const linksShownMax = 25;

/** Everything to show of an alert; each text is cut to what any platform could show. */
export function summarize(alert: SinkAlert): AlertSummary {
  const template = readTemplate(alert.template);
  const fields = authorFields(template, alert.fields());
  const { info, actions } = renderTemplate(template, alert.fields());
  const isTrigger = alert.action === "trigger";
  const time = readTimestamp(fields["timestamp"]) ?? timestampFromMs(alert.receivedAt);
  const textActions = actions.filter(({ url }) => url === null);
  const buttons = actions.flatMap(({ label, url }) => (url === null ? [] : [{ label, url }]));
  return {
    ...headOf(alert),
    name: cleanLine(alert.name, nameLengthMax) || "Alert",
    statement: statementOf(alert),
    description: cleanText(textField(fields, "description") ?? "", descriptionLengthMax).trim(),
    info: (isTrigger ? [...info, ...textActions] : [])
      .slice(0, infoShownMax)
      .map(({ label, value }) => fact(label, value))
      .filter(isSaid),
    facts: factsOf(alert, fields, isTrigger).filter(isSaid),
    links: [...buttons, ...alertLinks(fields)]
      .slice(0, linksShownMax)
      .map(({ label, url }) => ({ label: cleanLine(label, 150) || "Open", url })),
    table: isTrigger ? resultsTable(fields) : undefined,
    id: cleanLine(alert.id, idLengthMax),
    time: formatTimestamp(time, 0),
  };
}

type Head = Pick<AlertSummary, "label" | "symbol" | "color" | "tone">;

const resolvedHead: Head = { label: "Resolved", symbol: "✅", color: "#2e9e5b", tone: "good" };
const acknowledgedHead: Head = {
  label: "Acknowledged",
  symbol: "👀",
  color: "#5b6ee1",
  tone: "info",
};
const unsaid = { label: "Alert", symbol: "⚪", color: "#8a8f98", tone: "neutral" } as const;
const low = { symbol: "🔵", color: "#2f80ed", tone: "info" } as const;

const heads: Readonly<Record<SeverityId, Head>> = {
  0: unsaid,
  1: { label: severityNames[1], ...low },
  2: { label: severityNames[2], ...low },
  3: { label: severityNames[3], symbol: "🟡", color: "#b7850b", tone: "warning" },
  4: { label: severityNames[4], symbol: "🟠", color: "#d8620c", tone: "warning" },
  5: { label: severityNames[5], symbol: "🔴", color: "#d32f2f", tone: "bad" },
  6: { label: severityNames[6], symbol: "🟣", color: "#7b1fa2", tone: "bad" },
  99: unsaid,
};

function headOf({ action, severityId }: SinkAlert): Head {
  if (action === "resolve") return resolvedHead;
  return action === "acknowledge" ? acknowledgedHead : heads[severityId];
}

function statementOf({ action, severityId }: SinkAlert): string | undefined {
  if (action === "trigger") return undefined;
  const isSaid = severityId !== 0 && severityId !== 99;
  const severity = isSaid ? ` Its severity was ${severityNames[severityId]}.` : "";
  return action === "resolve"
    ? `This problem is resolved.${severity}`
    : `Somebody has acknowledged this problem and is looking into it.${severity}`;
}

function factsOf(alert: SinkAlert, fields: JsonObject, isTrigger: boolean): SummaryFact[] {
  return [
    ...(isTrigger ? [fact("Tags", tagList(alert.tags))] : []),
    ...(isTrigger ? [fact("Detected in", timeRange(fields["detected_in_time_range"]))] : []),
    fact("Rule", textField(fields, "detection_rule_id") ?? ""),
  ];
}

function fact(name: string, value: string): SummaryFact {
  return { name: cleanLine(name, 150), value: cleanText(value, factLengthMax).trim() };
}

function isSaid({ name, value }: SummaryFact): boolean {
  return name !== "" && value !== "";
}

function tagList(tags: readonly string[]): string {
  const shown = tags
    .slice(0, tagsShownMax)
    .map((tag) => cleanLine(tag, 60))
    .filter((tag) => tag !== "");
  const more = tags.length > tagsShownMax ? [`and ${tags.length - tagsShownMax} more`] : [];
  return [...shown, ...more].join(", ");
}

/** `2026-04-20 03:42:00 to 03:47:12 UTC`: logs are searched by UTC, whoever reads. */
function timeRange(value: JsonValue | undefined): string {
  if (!isJsonObject(value)) return "";
  const [start, end] = [readTimestamp(value["start"]), readTimestamp(value["end"])];
  if (start === undefined || end === undefined) return "";
  const [from, to] = [dayAndTime(formatTimestamp(start, 0)), dayAndTime(formatTimestamp(end, 0))];
  if (from === to) return `${from} UTC`;
  const until = from.slice(0, 10) === to.slice(0, 10) ? to.slice(11) : to;
  return `${from} to ${until} UTC`;
}

/** `2026-04-20 03:42:00` of RFC 3339. */
export function dayAndTime(rfc3339: string): string {
  return rfc3339.replace("T", " ").replace("Z", "");
}
