/**
 * An alert as an Adaptive Card 1.5.
 *
 * All alert text stands in text runs (`RichTextBlock`), which Teams shows as they are: a
 * `TextBlock` would read Markdown, `{{DATE(…)}}` and `<at>` in it. The card names no
 * `msteams.entities`, without which nothing in it can mention anybody
 * (learn.microsoft.com/microsoftteams, "Format cards in Teams", read 2026-11-23).
 */

import type { SinkAlert } from "../../domain/alert.ts";
import { type JsonObject, type JsonValue, stringifyJson } from "../../domain/json.ts";
import type { AlertLink, ResultsTable } from "../alert-fields.ts";
import { type AlertSummary, dayAndTime, summarize } from "../alert-summary.ts";
import { moreText, plural, tableCells } from "../results-text.ts";
import { cutText } from "../text.ts";

export const teamsLimits = {
  /** What Microsoft says: about 28 KB for a message, everything counted. */
  messageBytes: 28 * 1024,
  /** What is kept to here, since Teams wraps the card and says "about". */
  cardBytes: 24_000,
  /** Buttons of a card; more are links in its text. */
  actions: 6,
} as const;

const descriptionLengthMax = 2_500;
const factLengthMax = 400;
const infoShownMax = 10;
const infoLengthMax = 600;
const linkLabelLengthMax = 60;
const linkUrlLengthMax = 2_000;
const linksBytesMax = 6_000;
const tableRowsMax = 10;
/** More columns are too narrow to read: they are shown as name and value, row by row. */
const gridColumnsMax = 5;
const recordColumnsMax = 12;

/** The body of the request to the workflow; inside the size limit, whatever the alert holds. */
export function alertMessage(alert: SinkAlert): JsonObject {
  const summary = summarize(alert);
  const links = pickLinks(summary.links);
  const head = headOf(summary);
  const foot = footOf(summary, links.slice(teamsLimits.actions));
  const build = (results: readonly JsonObject[]): JsonObject =>
    message([...head, ...results, ...foot], links.slice(0, teamsLimits.actions), summary);
  if (summary.table === undefined) return build([]);
  const spareBytes = teamsLimits.cardBytes - bytesOf(build([]));
  return build(drawResults(summary.table, spareBytes));
}

function message(
  body: readonly JsonObject[],
  buttons: readonly AlertLink[],
  summary: AlertSummary,
): JsonObject {
  const card: JsonObject = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.5",
    fallbackText: cutText(safe(`${summary.label}: ${summary.name}`), 300),
    msteams: { width: "Full" },
    body: [...body],
  };
  if (buttons.length > 0) {
    card["actions"] = buttons.map(({ label, url }) => openUrl(label, url));
  }
  return {
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        contentUrl: null,
        content: card,
      },
    ],
  };
}

const containerStyles: Readonly<Record<AlertSummary["tone"], string>> = {
  bad: "attention",
  warning: "warning",
  info: "accent",
  good: "good",
  neutral: "emphasis",
};

function headOf(summary: AlertSummary): JsonObject[] {
  const { symbol, label, name, tone, statement, description, info } = summary;
  const title = cutText(`${symbol} ${label}: ${name}`, 300);
  return [
    {
      type: "Container",
      style: containerStyles[tone],
      bleed: true,
      items: [text(title, { size: "Large", weight: "Bolder" })],
    },
    ...(statement === undefined ? [] : [text(statement, { weight: "Bolder" })]),
    ...paragraphs(description),
    ...info.slice(0, infoShownMax).map(({ name, value }) => ({
      type: "RichTextBlock",
      inlines: [
        run(`${cutText(name, 150)}: `, { weight: "Bolder" }),
        run(cutText(value, infoLengthMax)),
      ],
    })),
  ];
}

function paragraphs(description: string): JsonObject[] {
  return cutText(description, descriptionLengthMax)
    .split(/\n{2,}/)
    .filter((part) => part.trim() !== "")
    .slice(0, 12)
    .map((part) => text(part));
}

function footOf({ facts, time, id }: AlertSummary, moreLinks: readonly AlertLink[]): JsonObject[] {
  const lines: JsonObject[] = facts.map(({ name, value }) => ({
    type: "RichTextBlock",
    spacing: "Small",
    inlines: [run(`${name}: `, { weight: "Bolder" }), run(cutText(value, factLengthMax))],
  }));
  const linked: JsonObject[] = moreLinks.map(({ label, url }) => ({
    type: "RichTextBlock",
    spacing: "Small",
    inlines: [{ ...run(buttonText(label)), selectAction: openUrl(label, url) }],
  }));
  const origin = `${dayAndTime(time)} UTC · Alert ${cutText(id, 200)}`;
  return [...lines, ...linked, text(origin, { size: "Small", isSubtle: true })];
}

function pickLinks(links: readonly AlertLink[]): AlertLink[] {
  const picked: AlertLink[] = [];
  let spareBytes = linksBytesMax;
  for (const link of links) {
    const bytes = bytesOf(openUrl(link.label, link.url)) + 120;
    if (link.url.length > linkUrlLengthMax || bytes > spareBytes) continue;
    spareBytes -= bytes;
    picked.push(link);
  }
  return picked;
}

function openUrl(label: string, url: string): JsonObject {
  return { type: "Action.OpenUrl", title: buttonText(label), url };
}

function buttonText(label: string): string {
  return safe(cutText(label, linkLabelLengthMax)) || "Open";
}

/** One paragraph. */
function text(content: string, style: JsonObject = {}): JsonObject {
  return { type: "RichTextBlock", inlines: [run(content, style)] };
}

function run(content: string, style: JsonObject = {}): JsonObject {
  return { type: "TextRun", text: safe(content), ...style };
}

/** A run is no place for mentions; what looks like one is broken all the same, invisibly. */
function safe(content: string): string {
  return content.replace(/<(?=\/?at\b)/gi, "<\u200b");
}

/** Rows while they fit, and how many there are. */
function drawResults(table: ResultsTable, lengthBytesMax: number): JsonObject[] {
  const isGrid = table.columns.length <= gridColumnsMax && table.rows.length > 1;
  const cells = tableCells(table, {
    columnsMax: isGrid ? gridColumnsMax : recordColumnsMax,
    rowsMax: tableRowsMax,
    cellLengthMax: isGrid ? 120 : 300,
  });
  if (cells.columns.length === 0) return [];
  const title = text(`Results (${plural(table.totalRowCount, "row")})`, { weight: "Bolder" });
  const grid = (rows: readonly (readonly string[])[]): JsonObject => ({
    type: "Table",
    columns: cells.columns.map(() => ({ width: 1 })),
    firstRowAsHeaders: true,
    rows: [tableRow(cells.columns), ...rows.map(tableRow)],
  });
  const record = (row: readonly string[]): JsonObject => ({
    type: "Table",
    columns: [{ width: 1 }, { width: 3 }],
    firstRowAsHeaders: false,
    rows: cells.columns.map((name, at) => tableRow([name, row[at] ?? ""])),
  });
  const build = (rowCount: number): JsonObject[] => {
    const rows = cells.rows.slice(0, rowCount);
    const more = moreText(table, { rows: rowCount, columns: cells.columns.length });
    return [
      title,
      ...(isGrid ? [grid(rows)] : rows.map(record)),
      ...(more === "" ? [] : [text(more, { isSubtle: true })]),
    ];
  };
  for (let rowCount = cells.rows.length; rowCount > 0; rowCount--) {
    const results = build(rowCount);
    if (bytesOf(results) <= lengthBytesMax) return results;
  }
  const untold = text(`${plural(table.totalRowCount, "result row")} too large to show here.`);
  return bytesOf(untold) + 2 <= lengthBytesMax ? [untold] : [];
}

function tableRow(cells: readonly string[]): JsonObject {
  return {
    type: "TableRow",
    cells: cells.map((cell) => ({ type: "TableCell", items: [text(cell || "–")] })),
  };
}

function bytesOf(value: JsonValue): number {
  return Buffer.byteLength(stringifyJson(value));
}
