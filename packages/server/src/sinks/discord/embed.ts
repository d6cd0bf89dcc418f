/** An alert as one embed: colour, title, description, result rows, facts and links. */

import type { SinkAlert } from "../../domain/alert.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { AlertLink, ResultsTable } from "../alert-fields.ts";
import { type AlertSummary, summarize } from "../alert-summary.ts";
import { drawTable, moreText, plural, tableCells } from "../results-text.ts";
import { cleanLine, cutText } from "../text.ts";
import { escapeCode, fitMarkdown, markdownLink } from "./markdown.ts";

/** Discord's limits; `limits` in discord.ts names the pages. Counted here in UTF-16 units, which is on the safe side. */
export const discordLimits = {
  contentLength: 2_000,
  embeds: 10,
  titleLength: 256,
  descriptionLength: 4_096,
  fields: 25,
  fieldNameLength: 256,
  fieldValueLength: 1_024,
  footerLength: 2_048,
  embedLength: 6_000,
} as const;

/** How the whole is shared out; the table gets what the others leave. */
const descriptionLengthMax = 1_600;
const infoLengthMax = 300;
const infoShownMax = 8;
const linksLengthMax = 1_000;
const factLengthMax = 300;
const tableRowsMax = 15;
/** About what an embed shows without wrapping on a desktop. */
const tableWidthMax = 56;
/** Room for what surrounds the rows: fence, title, "and more". */
const tableFrameLength = 160;
const tableLengthMin = 240;

/** The body of Execute Webhook for an alert; inside every limit, whatever the alert holds. */
export function alertMessage(alert: SinkAlert): JsonObject {
  const summary = summarize(alert);
  const title = fitMarkdown(`${summary.symbol} ${summary.label}: ${summary.name}`, 250);
  const text = [
    ...(summary.statement === undefined ? [] : [summary.statement]),
    fitMarkdown(summary.description, descriptionLengthMax),
  ].filter((part) => part !== "");
  const fields = fieldsOf(summary);
  // A footer reads no Markdown.
  const footer = cutText(escapeCode(`Event Sinks · alert ${summary.id}`), 400);
  const used =
    title.length +
    footer.length +
    text.join("\n\n").length +
    fields.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
  const room = Math.min(
    discordLimits.embedLength - used,
    discordLimits.descriptionLength - text.join("\n\n").length,
  );
  const table = summary.table === undefined ? "" : drawResults(summary.table, room - 10);
  const description = [...text, table].filter((part) => part !== "").join("\n\n");
  return {
    embeds: [
      {
        title,
        ...(description === "" ? {} : { description }),
        color: Number.parseInt(summary.color.slice(1), 16),
        fields: fields.map((field) => ({ ...field })),
        footer: { text: footer },
        timestamp: summary.time,
      },
    ],
    // Nothing in a message may ping anybody: https://docs.discord.com/developers/resources/message#allowed-mentions-object
    allowed_mentions: { parse: [] },
  };
}

interface Field {
  readonly name: string;
  readonly value: string;
  readonly inline: boolean;
}

function fieldsOf(summary: AlertSummary): Field[] {
  const info = summary.info.slice(0, infoShownMax).map(({ name, value }) => ({
    name: fitMarkdown(name, 100),
    value: fitMarkdown(value, infoLengthMax),
    inline: false,
  }));
  const facts = summary.facts.map(({ name, value }) => ({
    name,
    value: fitMarkdown(value, factLengthMax),
    inline: name !== "Tags",
  }));
  const links = { name: "Links", value: linkList(summary.links), inline: false };
  // Discord refuses a field whose name or value is blank.
  return [...info, ...facts, links].filter(
    ({ name, value }) => isVisible(name) && isVisible(value),
  );
}

/** Something beside white space and what has no width. */
function isVisible(text: string): boolean {
  return text.replace(/[\s\p{C}\p{M}\u115f\u1160\u3164\uffa0]/gu, "") !== "";
}

function linkList(links: readonly AlertLink[]): string {
  const lines: string[] = [];
  let spare = linksLengthMax;
  for (const { label, url } of links) {
    const line = markdownLink(cleanLine(label, 80), url);
    if (line.length + 1 > spare) continue;
    spare -= line.length + 1;
    lines.push(line);
  }
  return lines.join("\n");
}

/** A code block of as many rows as fit; empty when there is no room for one. */
function drawResults(table: ResultsTable, lengthMax: number): string {
  if (lengthMax < tableLengthMin) return "";
  const cells = tableCells(table, {
    columnsMax: 8,
    rowsMax: tableRowsMax,
    cellLengthMax: table.totalRowCount === 1 ? 200 : 60,
  });
  if (cells.columns.length === 0) return "";
  const drawn = drawTable(cells, tableWidthMax);
  const lines = drawn.head.map(escapeCode);
  let spare = lengthMax - tableFrameLength - lengthOf(lines);
  let rowCount = 0;
  for (const row of drawn.rows) {
    const escaped = row.map(escapeCode);
    spare -= lengthOf(escaped);
    if (spare < 0) break;
    lines.push(...escaped);
    rowCount += 1;
  }
  if (rowCount === 0) return "";
  const more = moreText(table, { rows: rowCount, columns: cells.columns.length });
  const rest = more === "" ? "" : `\n*${more}*`;
  return `**Results** (${plural(table.totalRowCount, "row")})\n\`\`\`\n${lines.join("\n")}\n\`\`\`${rest}`;
}

function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}
