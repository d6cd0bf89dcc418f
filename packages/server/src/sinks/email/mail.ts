/** An alert as a mail: subject, plain text, and HTML that needs nothing from elsewhere. */

import type { SinkAlert } from "../../domain/alert.ts";
import { type AlertSummary, dayAndTime, summarize } from "../alert-summary.ts";
import { drawTable, moreText, plural, tableCells } from "../results-text.ts";
import { cleanLine } from "../text.ts";

/** RFC 5322 section 2.1.1 asks for lines under 998; folding keeps them so. 200 is what lists show. */
export const subjectLengthMax = 200;

const gridLimits = { columnsMax: 12, rowsMax: 50, cellLengthMax: 300 };
const textWidthMax = 100;

export interface MailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** The whole alert; what a mail cannot hold in reason is counted. */
export function alertMail(alert: SinkAlert): MailContent {
  const summary = summarize(alert);
  return {
    subject: cleanLine(`[${summary.label}] ${summary.name}`, subjectLengthMax),
    text: textOf(summary),
    html: htmlOf(summary),
  };
}

const origin = ({ time, id }: AlertSummary) => `${dayAndTime(time)} UTC · Alert ${id}`;

function textOf(summary: AlertSummary): string {
  const { label, name, statement, description, info, facts, links } = summary;
  const blocks = [
    `${label}: ${name}`,
    statement ?? "",
    description,
    [...info, ...facts].map((fact) => `${fact.name}: ${fact.value}`).join("\n"),
    resultsAsText(summary),
    links.map((link) => `${link.label}: ${link.url}`).join("\n"),
    `-- \n${origin(summary)}\nSent by Event Sinks. Replies are not read.`,
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function resultsAsText({ table }: AlertSummary): string {
  if (table === undefined) return "";
  const cells = tableCells(table, gridLimits);
  if (cells.columns.length === 0) return "";
  const drawn = drawTable(cells, textWidthMax);
  const more = moreText(table, { rows: cells.rows.length, columns: cells.columns.length });
  return [
    `Results (${plural(table.totalRowCount, "row")})`,
    ...drawn.head,
    ...drawn.rows.flat(),
    ...(more === "" ? [] : [more]),
  ].join("\n");
}

/** Alert text for inside an element or a quoted attribute. */
function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** Mail readers drop style sheets, so every style is inline. */
const styles = {
  page: "margin:0;padding:16px;background:#f4f5f7;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:14px;line-height:1.5;color:#1d2129",
  card: "max-width:760px;margin:0 auto;background:#ffffff;border:1px solid #dfe2e6;border-radius:6px;border-collapse:separate;border-spacing:0;width:100%",
  label: "display:inline-block;padding:1px 8px;border-radius:3px;color:#ffffff;font-weight:600",
  title: "margin:8px 0 0;font-size:19px;line-height:1.3;overflow-wrap:anywhere",
  text: "margin:0 0 12px;white-space:pre-wrap;overflow-wrap:anywhere",
  table: "border-collapse:collapse;font-size:13px;margin:0 0 12px",
  head: "text-align:left;padding:4px 8px;border-bottom:2px solid #c9ced6;white-space:nowrap",
  cell: "text-align:left;padding:4px 8px;border-bottom:1px solid #e6e9ed;vertical-align:top;overflow-wrap:anywhere",
  button:
    "display:inline-block;margin:0 8px 8px 0;padding:6px 12px;border:1px solid #c9ced6;border-radius:4px;color:#1d4ed8;text-decoration:none",
  small: "font-size:12px;color:#6b7280;margin:0",
} as const;

function htmlOf(summary: AlertSummary): string {
  const { label, name, color, statement, description, info, facts, links } = summary;
  const title = escapeHtml(`${label}: ${name}`);
  const parts = [
    statement === undefined ? "" : `<p style="${styles.text}"><b>${escapeHtml(statement)}</b></p>`,
    description === "" ? "" : `<p style="${styles.text}">${escapeHtml(description)}</p>`,
    nameValueTable([...info, ...facts]),
    resultsAsHtml(summary),
    links
      .map(
        ({ label: text, url }) =>
          `<a href="${escapeHtml(url)}" style="${styles.button}">${escapeHtml(text)}</a>`,
      )
      .join(""),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>
<body style="${styles.page}">
<table role="presentation" style="${styles.card}"><tr><td style="padding:16px 20px;border-left:6px solid ${color}">
<span style="${styles.label};background:${color}">${escapeHtml(label)}</span>
<h1 style="${styles.title}">${escapeHtml(name)}</h1>
</td></tr><tr><td style="padding:4px 20px 16px;border-left:6px solid ${color}">
${parts.filter((part) => part !== "").join("\n")}
<p style="${styles.small}">${escapeHtml(origin(summary))}<br>Sent by Event Sinks. Replies are not read.</p>
</td></tr></table>
</body></html>
`;
}

function nameValueTable(facts: readonly { name: string; value: string }[]): string {
  if (facts.length === 0) return "";
  const rows = facts.map(
    ({ name, value }) =>
      `<tr><th style="${styles.cell};font-weight:600${name.length <= 30 ? ";white-space:nowrap" : ""}">${escapeHtml(name)}</th><td style="${styles.cell};white-space:pre-wrap">${escapeHtml(value)}</td></tr>`,
  );
  return `<table style="${styles.table}">${rows.join("")}</table>`;
}

function resultsAsHtml({ table }: AlertSummary): string {
  if (table === undefined) return "";
  const { columns, rows } = tableCells(table, gridLimits);
  if (columns.length === 0) return "";
  const title = `<p style="margin:0 0 4px"><b>Results</b> (${plural(table.totalRowCount, "row")})</p>`;
  const more = moreText(table, { rows: rows.length, columns: columns.length });
  const rest =
    more === "" ? "" : `<p style="${styles.small};margin:0 0 12px">${escapeHtml(more)}</p>`;
  const [only] = rows;
  // One row reads better from top to bottom.
  if (rows.length === 1 && only !== undefined) {
    const facts = columns.map((name, at) => ({ name, value: only[at] ?? "" }));
    return `${title}${nameValueTable(facts)}${rest}`;
  }
  const head = columns.map((name) => `<th style="${styles.head}">${escapeHtml(name)}</th>`);
  const body = rows.map(
    (row) =>
      `<tr>${row.map((cell) => `<td style="${styles.cell}">${escapeHtml(cell)}</td>`).join("")}</tr>`,
  );
  return `${title}<table style="${styles.table}"><tr>${head.join("")}</tr>${body.join("")}</table>${rest}`;
}
