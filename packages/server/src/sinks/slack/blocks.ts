/**
 * The message for an alert: header with severity, description, result rows, the template's
 * sections, tags and time range, action buttons, and a context line that leads back to the alert.
 *
 * The severity's colour is a symbol in the header, not an attachment's bar: attachments
 * are legacy, get folded away behind "Show more", and put the push text on show twice.
 */

import type { SinkAlert } from "../../domain/alert.ts";
import { isJsonObject, type JsonObject, type JsonValue, stringifyJson } from "../../domain/json.ts";
import {
  authorFields,
  type RenderedTemplate,
  readTemplate,
  renderTemplate,
} from "../../domain/template.ts";
import { formatTimestamp, readTimestamp, timestampFromMs } from "../../domain/timestamp.ts";
import { type AlertLink, alertLinks, resultsTable, textField } from "../alert-fields.ts";
import { cleanLine, cutText } from "../text.ts";
import { dayAndTime, describeProblem, problemLabel } from "./describe.ts";
import type { AlertParts, NewMessage } from "./memory.ts";
import { escapeAndLink, escapeMrkdwn, fitMrkdwn, jsonLength, mrkdwnLink } from "./mrkdwn.ts";
import { tableMrkdwn } from "./table.ts";

/** Slack's limits: docs.slack.dev/reference/block-kit and node-slack-sdk's types, read 2026-08. */
export const slackLimits = {
  blocks: 50,
  headerLength: 150,
  sectionLength: 3_000,
  contextElements: 10,
  actionElements: 25,
  buttonTextLength: 75,
  buttonUrlLength: 3_000,
  /** Under the 4,000 that chat.update takes, and from which long text may be split. */
  textLength: 3_800,
  /** Undocumented: refused from about 11,300 (bolt-js #2509, #2867); counted here as JSON text of all blocks. */
  blocksLength: 9_000,
} as const;

/** Left for the header and the line that tells the state, as JSON text. */
const frameLength = 660;
const bodyLengthMax = slackLimits.blocksLength - frameLength;

/** How a body's length is shared out; the table gets what the others leave. */
const shares = { description: 0.19, info: 0.16, tags: 0.08, buttons: 0.4 } as const;
const infoSectionsMax = 20;
const idLengthMax = 200;
const plainLinksLengthMax = 1_200;

export interface SlackMessage {
  /** What push notifications and screen readers get. */
  readonly text: string;
  readonly blocks: JsonObject[];
}

/** The message of an alert by itself, inside every limit whatever the alert holds. */
export function alertMessage(alert: SinkAlert): SlackMessage {
  const label = labelOf(alert);
  const headLength = stringifyJson([header(title(label, alert))]).length;
  return frame(label, alertParts(alert, slackLimits.blocksLength - headLength), null);
}

/** The message as it stands after what has happened since it was posted, or before it could be. */
export function problemMessage(message: NewMessage, isResolveTold: boolean): SlackMessage {
  const label = problemLabel(message.state, message.severityId, isResolveTold);
  return frame(label, message, describeProblem(message, isResolveTold));
}

/** What a message says, in at most `lengthMax` characters of JSON; by default, so much that an edit has room for it. */
export function alertParts(alert: SinkAlert, lengthMax: number = bodyLengthMax): AlertParts {
  const template = readTemplate(alert.template);
  const fields = authorFields(template, alert.fields());
  const rendered = renderTemplate(template, alert.fields());
  const share = (part: keyof typeof shares) => Math.floor(lengthMax * shares[part]);
  const description = fitMrkdwn(descriptionOf(fields), share("description"), escapeAndLink);
  const body: JsonObject[] = description === "" ? [] : [section(description)];
  // Only what fires needs its findings; an acknowledge or resolve refers back to it.
  const isTrigger = alert.action === "trigger";
  if (isTrigger) body.push(...infoSections(notesOf(rendered), share("info")));
  const tableAt = body.length;
  if (isTrigger) body.push(...details(alert, fields, share("tags")));
  body.push(...buttons(linksOf(alert), share("buttons")), contextLine(alert, fields));
  const table = isTrigger ? resultsTable(fields) : undefined;
  if (table !== undefined) {
    const overhead = stringifyJson(section("")).length + 1;
    const spareLength = lengthMax - stringifyJson(body).length - overhead;
    const drawn = tableMrkdwn(table, Math.min(spareLength, slackLimits.sectionLength));
    if (drawn !== undefined) body.splice(tableAt, 0, section(drawn));
  }
  return { name: cleanLine(alert.name, 400), summary: fitMrkdwn(descriptionOf(fields), 400), body };
}

/** The same alert as short plain text, for when Slack refuses the blocks. */
export function plainMessage(alert: SinkAlert): string {
  const fields = alert.fields();
  const lines = [
    `*${escapeMrkdwn(title(labelOf(alert), alert))}*`,
    fitMrkdwn(descriptionOf(fields), 1_000),
    ...shortLinks(linksOf(alert), plainLinksLengthMax),
    `_Shortened: Slack refused the formatted message. Alert ${fitMrkdwn(oneLine(alert.id), idLengthMax)}_`,
  ];
  return lines.filter((line) => line !== "").join("\n");
}

/** An edit as short plain text. */
export function plainProblemMessage(message: NewMessage, isResolveTold: boolean): string {
  const label = problemLabel(message.state, message.severityId, isResolveTold);
  const lines = [
    `*${escapeMrkdwn(title(label, message))}*`,
    describeProblem(message, isResolveTold) ?? "",
    message.summary,
  ];
  return lines.filter((line) => line !== "").join("\n");
}

function frame(label: string, parts: AlertParts, state: string | null): SlackMessage {
  const head = title(label, parts);
  const lines = [escapeMrkdwn(head), state ?? "", parts.summary];
  return {
    text: lines.filter((line) => line !== "").join("\n"),
    blocks: [
      header(head),
      ...(state === null ? [] : [{ type: "context", elements: [mrkdwn(state)] }]),
      ...parts.body,
    ],
  };
}

function labelOf({ action, severityId }: SinkAlert): string {
  return problemLabel(actionStates[action], severityId, false);
}

const actionStates = { trigger: "open", acknowledge: "acknowledged", resolve: "resolved" } as const;

/** E.g. `🔴 Critical: AWS CloudTrail - Account closure`; fits a header. */
export function title(label: string, { name }: Pick<AlertParts, "name">): string {
  return cleanLine(`${label}: ${cleanLine(name, 400)}`, slackLimits.headerLength);
}

/** What can be opened: the template's actions, then the caller's own fields with URLs. */
export function linksOf(alert: SinkAlert): AlertLink[] {
  const template = readTemplate(alert.template);
  const { actions } = renderTemplate(template, alert.fields());
  return [
    ...actions.flatMap(({ label, url }) => (url === null ? [] : [{ label, url }])),
    ...alertLinks(authorFields(template, alert.fields())),
  ];
}

/** What the template says beside its links; an action without a URL is a text too. */
function notesOf({ info, actions }: RenderedTemplate): Note[] {
  return [...info, ...actions.filter(({ url }) => url === null)];
}

function descriptionOf(fields: JsonObject): string {
  return textField(fields, "description") ?? "";
}

/** Links that fit into `lengthMax` together, one per line. */
export function shortLinks(links: readonly AlertLink[], lengthMax: number): string[] {
  const lines: string[] = [];
  let spare = lengthMax;
  for (const { label, url } of links) {
    const line = mrkdwnLink(url, buttonText(label));
    if (line.length > spare) continue;
    spare -= line.length;
    lines.push(line);
  }
  return lines;
}

export function header(text: string): JsonObject {
  // `emoji: false`: a name like `aws:iam:role` holds no emoji.
  return { type: "header", text: { type: "plain_text", text, emoji: false } };
}

/** `verbatim`: Slack adds no links of its own to channel names and mentions in alert text. */
export function mrkdwn(text: string): JsonObject {
  return { type: "mrkdwn", text, verbatim: true };
}

export function section(text: string): JsonObject {
  return { type: "section", text: mrkdwn(text) };
}

interface Note {
  readonly label: string;
  readonly value: string;
}

/** A section for each of the template's texts; `lengthMax` is for all together. */
function infoSections(notes: readonly Note[], lengthMax: number): JsonObject[] {
  const sections: JsonObject[] = [];
  let spare = lengthMax - moreLength;
  for (const { label, value } of notes) {
    const heading = `*${fitMrkdwn(oneLine(label), 160).replaceAll("*", "∗")}*`;
    const room = Math.min(
      spare - heading.length - sectionOverhead,
      slackLimits.sectionLength - 400,
    );
    if (sections.length === infoSectionsMax || room < 40) break;
    const text = fitMrkdwn(value, room, escapeAndLink);
    const made = section(text === "" ? heading : `${heading}\n${text}`);
    spare -= stringifyJson(made).length + 1;
    sections.push(made);
  }
  const moreCount = notes.length - sections.length;
  if (moreCount > 0) sections.push(section(`_and ${moreCount} more_`));
  return sections;
}

const sectionOverhead = 80;
const moreLength = 100;

/** In one section over the whole width: tags are long words, which half a column would break. */
function details(alert: SinkAlert, fields: JsonObject, tagsLengthMax: number): JsonObject[] {
  const range = timeRange(fields["detected_in_time_range"]);
  const tags = tagList(alert.tags, tagsLengthMax);
  const lines = [
    ...(range === undefined ? [] : [`*Detected in* ${escapeMrkdwn(range)}`]),
    ...(tags === "" ? [] : [`*Tags* ${tags}`]),
  ];
  return lines.length === 0 ? [] : [section(lines.join("\n"))];
}

function tagList(tags: readonly string[], tagsLengthMax: number): string {
  const shown: string[] = [];
  const texts = tags.map((tag) => fitMrkdwn(oneLine(tag), 120)).filter((text) => text !== "");
  let spare = tagsLengthMax - 40;
  for (const text of texts) {
    spare -= jsonLength(text) + 2;
    if (spare < 0) break;
    shown.push(text);
  }
  const more = texts.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(", ");
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

function buttons(links: readonly AlertLink[], buttonsLengthMax: number): JsonObject[] {
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

export function oneLine(text: string): string {
  return cleanLine(text, 1_000);
}

function contextLine(alert: SinkAlert, fields: JsonObject): JsonObject {
  const ruleId = textField(fields, "detection_rule_id");
  const time = readTimestamp(fields["timestamp"]) ?? timestampFromMs(alert.receivedAt);
  const parts = [
    ...(ruleId === undefined ? [] : [`Rule ${fitMrkdwn(oneLine(ruleId), idLengthMax)}`]),
    `Alert ${fitMrkdwn(oneLine(alert.id), idLengthMax)}`,
    `${dayAndTime(formatTimestamp(time, 0))} UTC`,
    ...(alert.isReplay === true ? ["Replay"] : []),
  ];
  return { type: "context", elements: parts.map(mrkdwn) };
}
