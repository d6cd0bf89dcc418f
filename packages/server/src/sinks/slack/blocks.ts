/**
 * The message for an alert: header with severity, description, result rows, tags and time
 * range, action buttons, and a context line that leads back to the alert.
 *
 * The severity's colour is a symbol in the header, not an attachment's bar: attachments
 * are legacy, get folded away behind "Show more", and put the push text on show twice.
 */

import type { SinkAlert } from "../../domain/alert.ts";
import { isJsonObject, type JsonObject, type JsonValue, stringifyJson } from "../../domain/json.ts";
import { type SeverityId, severityNames } from "../../domain/severity.ts";
import { formatTimestamp, readTimestamp, timestampFromMs } from "../../domain/timestamp.ts";
import { type AlertLink, alertLinks, resultsTable, textField } from "../alert-fields.ts";
import { cleanLine, cutText } from "../text.ts";
import { escapeAndLink, escapeMrkdwn, fitMrkdwn, mrkdwnLink } from "./mrkdwn.ts";
import { tableMrkdwn } from "./table.ts";

/** Slack's limits: docs.slack.dev/reference/block-kit and node-slack-sdk's types, read 2026-08. */
export const slackLimits = {
  blocks: 50,
  headerLength: 150,
  sectionLength: 3_000,
  sectionFields: 10,
  sectionFieldLength: 2_000,
  contextElements: 10,
  actionElements: 25,
  buttonTextLength: 75,
  buttonUrlLength: 3_000,
  /** Under the 4,000 from which long text may be split into several messages. */
  textLength: 3_800,
  /** Undocumented: refused from about 11,300 (bolt-js #2509, #2867); counted here as JSON text of all blocks. */
  blocksLength: 9_000,
} as const;

/** How the budget is shared out; the table gets what the others leave. */
const descriptionLengthMax = 1_800;
const tagsLengthMax = 600;
const idLengthMax = 200;
const buttonsLengthMax = 3_400;
const plainLinksLengthMax = 1_200;

export interface SlackMessage {
  /** What push notifications and screen readers get. */
  readonly text: string;
  readonly blocks: JsonObject[];
}

/** The message, inside every limit whatever the alert holds. */
export function alertMessage(alert: SinkAlert): SlackMessage {
  const fields = alert.fields();
  const description = fitMrkdwn(descriptionOf(fields), descriptionLengthMax, escapeAndLink);
  const blocks: JsonObject[] = [header(title(alert))];
  if (description !== "") blocks.push(section(description));
  const tableAt = blocks.length;
  // Only what fires needs its findings; an acknowledge or resolve refers back to it.
  if (alert.action === "trigger") blocks.push(...detailFields(alert, fields));
  blocks.push(...buttons(alertLinks(fields)), contextLine(alert, fields));
  const table = alert.action === "trigger" ? resultsTable(fields) : undefined;
  if (table !== undefined) {
    const overhead = stringifyJson(section("")).length + 1;
    const spareLength = slackLimits.blocksLength - stringifyJson(blocks).length - overhead;
    const drawn = tableMrkdwn(table, Math.min(spareLength, slackLimits.sectionLength));
    if (drawn !== undefined) blocks.splice(tableAt, 0, section(drawn));
  }
  return { text: notificationText(alert, fields), blocks };
}

/** The same alert as short plain text, for when Slack refuses the blocks. */
export function plainMessage(alert: SinkAlert): string {
  const fields = alert.fields();
  const lines = [
    `*${escapeMrkdwn(title(alert))}*`,
    fitMrkdwn(descriptionOf(fields), 1_000),
    ...shortLinks(alertLinks(fields)),
    `_Shortened: Slack refused the formatted message. Alert ${fitMrkdwn(oneLine(alert.id), idLengthMax)}_`,
  ];
  return lines.filter((line) => line !== "").join("\n");
}

function descriptionOf(fields: JsonObject): string {
  return textField(fields, "description") ?? "";
}

function shortLinks(links: readonly AlertLink[]): string[] {
  const lines: string[] = [];
  let spare = plainLinksLengthMax;
  for (const { label, url } of links) {
    const line = mrkdwnLink(url, buttonText(label));
    if (line.length > spare) continue;
    spare -= line.length;
    lines.push(line);
  }
  return lines;
}

const symbols: Readonly<Record<SeverityId, string>> = {
  0: "⚪",
  1: "🔵",
  2: "🔵",
  3: "🟡",
  4: "🟠",
  5: "🔴",
  6: "🟣",
  99: "⚪",
};

/** E.g. `🔴 Critical: AWS CloudTrail - Account closure`; fits a header. */
function title(alert: SinkAlert): string {
  return cleanLine(`${label(alert)}: ${cleanLine(alert.name, 400)}`, slackLimits.headerLength);
}

function label({ action, severityId }: SinkAlert): string {
  if (action === "resolve") return "✅ Resolved";
  if (action === "acknowledge") return "👀 Acknowledged";
  const isSaid = severityId !== 0 && severityId !== 99;
  return `${symbols[severityId]} ${isSaid ? severityNames[severityId] : "Alert"}`;
}

function notificationText(alert: SinkAlert, fields: JsonObject): string {
  const lines = [escapeMrkdwn(title(alert)), fitMrkdwn(descriptionOf(fields), 400)];
  return lines.filter((line) => line !== "").join("\n");
}

function header(text: string): JsonObject {
  // `emoji: false`: a name like `aws:iam:role` holds no emoji.
  return { type: "header", text: { type: "plain_text", text, emoji: false } };
}

/** `verbatim`: Slack adds no links of its own to channel names and mentions in alert text. */
function mrkdwn(text: string): JsonObject {
  return { type: "mrkdwn", text, verbatim: true };
}

function section(text: string): JsonObject {
  return { type: "section", text: mrkdwn(text) };
}

function detailFields(alert: SinkAlert, fields: JsonObject): JsonObject[] {
  const range = timeRange(fields["detected_in_time_range"]);
  const cells = [
    ...(alert.tags.length === 0 ? [] : [`*Tags*\n${tagList(alert.tags)}`]),
    ...(range === undefined ? [] : [`*Detected in*\n${escapeMrkdwn(range)}`]),
  ];
  return cells.length === 0 ? [] : [{ type: "section", fields: cells.map(mrkdwn) }];
}

function tagList(tags: readonly string[]): string {
  const lines: string[] = [];
  let spare = tagsLengthMax - 40;
  for (const tag of tags) {
    const text = fitMrkdwn(oneLine(tag), 120);
    if (text === "") continue;
    if (text.length * 2 + 2 > spare) break;
    spare -= text.length * 2 + 2;
    lines.push(text);
  }
  const more = tags.length - lines.length;
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
}

/** `2026-04-20 03:42:00 to 03:47:12 UTC`: logs are searched by UTC, whoever reads. */
function timeRange(value: JsonValue | undefined): string | undefined {
  if (!isJsonObject(value)) return undefined;
  const [start, end] = [readTimestamp(value["start"]), readTimestamp(value["end"])];
  if (start === undefined || end === undefined) return undefined;
  const [from, to] = [dayAndTime(formatTimestamp(start, 0)), dayAndTime(formatTimestamp(end, 0))];
  if (from === to) return `${from} UTC`;
  return from.slice(0, 10) === to.slice(0, 10)
    ? `${from} to ${to.slice(11)} UTC`
    : `${from} to ${to} UTC`;
}

function dayAndTime(rfc3339: string): string {
  return rfc3339.replace("T", " ").replace("Z", "");
}

function buttons(links: readonly AlertLink[]): JsonObject[] {
  const elements: JsonObject[] = [];
  let spare = buttonsLengthMax;
  for (const { label, url } of links) {
    if (elements.length === slackLimits.actionElements) break;
    if (url.length > slackLimits.buttonUrlLength) continue;
    const button: JsonObject = {
      type: "button",
      action_id: `open_${elements.length}`,
      text: { type: "plain_text", text: buttonText(label), emoji: false },
      url,
    };
    const length = stringifyJson(button).length + 1;
    if (length > spare) continue;
    spare -= length;
    elements.push(button);
  }
  return elements.length === 0 ? [] : [{ type: "actions", elements }];
}

function buttonText(label: string): string {
  return cutText(oneLine(label), slackLimits.buttonTextLength) || "Open";
}

function oneLine(text: string): string {
  return cleanLine(text, 1_000);
}

function contextLine(alert: SinkAlert, fields: JsonObject): JsonObject {
  const ruleId = textField(fields, "detection_rule_id");
  const time = readTimestamp(fields["timestamp"]) ?? timestampFromMs(alert.receivedAt);
  const parts = [
    ...(ruleId === undefined ? [] : [`Rule ${fitMrkdwn(oneLine(ruleId), idLengthMax)}`]),
    `Alert ${fitMrkdwn(oneLine(alert.id), idLengthMax)}`,
    `${dayAndTime(formatTimestamp(time, 0))} UTC`,
  ];
  return { type: "context", elements: parts.map(mrkdwn) };
}
