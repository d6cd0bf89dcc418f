/**
 * Result rows as monospaced text. A narrow table is drawn as a grid; a wide one, and a
 * single row, as one `column  value` line each, since Slack wraps long lines and a wrapped
 * grid cannot be read.
 */

import type { JsonObject } from "../../domain/json.ts";
import type { ResultsTable } from "../alert-fields.ts";
import { cellOf, cellText } from "../result-cell.ts";
import { escapeMrkdwn, jsonLength } from "./mrkdwn.ts";

const columnsMax = 12;
const nameLengthMax = 48;
const gridCellLengthMax = 36;
const recordCellLengthMax = 240;
/** About what a message shows without wrapping on a desktop. */
const gridWidthMax = 88;
/** More would push what follows out of sight; the rest is not even looked at. */
const rowsReadMax = 20;

/** Room for the fences, the title and the "more" line. */
const frameLength = 160;

/** The table as mrkdwn whose JSON text is at most `lengthMax` long; undefined when there is no room for a row. */
export function tableMrkdwn(table: ResultsTable, lengthMax: number): string | undefined {
  const columns = table.columns.slice(0, columnsMax);
  const rows = table.rows.slice(0, rowsReadMax);
  if (columns.length === 0) return undefined;
  const grid = rows.length > 1 ? drawGrid(columns, rows) : undefined;
  const drawn = grid ?? { head: [], rows: drawRecords(columns, rows) };
  const { lines, rowCount } = takeLines(drawn, lengthMax - frameLength);
  if (rowCount === 0) return undefined;

  const title = `*Results* (${plural(table.totalRowCount, "row")})`;
  const moreRows = table.totalRowCount - rowCount;
  const moreColumns = table.columns.length - columns.length;
  const more = [
    ...(moreRows > 0 ? [plural(moreRows, "more row")] : []),
    ...(moreColumns > 0 ? [plural(moreColumns, "more column")] : []),
  ];
  const rest = more.length === 0 ? "" : `\n_and ${more.join(" and ")}_`;
  return `${title}\n\`\`\`\n${lines.join("\n")}\n\`\`\`${rest}`;
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}

interface Drawn {
  readonly head: readonly string[];
  /** The lines of each row. */
  readonly rows: readonly (readonly string[])[];
}

/** Undefined when it would be too wide. */
function drawGrid(columns: readonly string[], rows: readonly JsonObject[]): Drawn | undefined {
  const head = columns.map((column) => cellText(column, nameLengthMax));
  const cells = rows.map((row) =>
    columns.map((column) => cellText(cellOf(row, column), gridCellLengthMax + 1)),
  );
  if (cells.flat().some((cell) => cell.length > gridCellLengthMax)) return undefined;
  const widths = head.map((name, index) =>
    Math.max(name.length, ...cells.map((row) => row[index]?.length ?? 0)),
  );
  if (widths.reduce((sum, width) => sum + width + 2, -2) > gridWidthMax) return undefined;
  // Digits below digits.
  const areNumbers = head.map((_, index) => cells.every((row) => isNumber(row[index] ?? "")));
  const draw = (row: readonly string[]) =>
    row
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        return areNumbers[index] === true ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return { head: [draw(head), rule], rows: cells.map((row) => [draw(row)]) };
}

function isNumber(cell: string): boolean {
  return /^-?[\d.]*$/.test(cell);
}

function drawRecords(columns: readonly string[], rows: readonly JsonObject[]): string[][] {
  const names = columns.map((column) => cellText(column, nameLengthMax));
  const width = Math.max(...names.map((name) => name.length));
  return rows.map((row, index) => [
    ...(index === 0 ? [] : [""]),
    ...columns.map((column, at) =>
      `${(names[at] ?? "").padEnd(width)}  ${cellText(cellOf(row, column), recordCellLengthMax)}`.trimEnd(),
    ),
  ]);
}

/** Takes whole rows while there is room; of the first row also a part, since some is better than none. */
function takeLines(drawn: Drawn, lengthMax: number): { lines: string[]; rowCount: number } {
  const lines = drawn.head.map(escapeLine);
  let spare = lengthMax - lengthOf(lines);
  let rowCount = 0;
  for (const row of drawn.rows) {
    const escaped = row.map(escapeLine);
    const length = lengthOf(escaped);
    if (length <= spare) {
      lines.push(...escaped);
      spare -= length;
      rowCount += 1;
      continue;
    }
    if (rowCount > 0) break;
    for (const line of escaped) {
      if (lengthOf([line]) > spare) break;
      lines.push(line);
      spare -= lengthOf([line]);
      rowCount = 1;
    }
    break;
  }
  return { lines, rowCount };
}

/** A line break counts two in JSON. */
function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + jsonLength(line) + 2, 0);
}

/** A backtick in a cell could end the code block. */
function escapeLine(line: string): string {
  return escapeMrkdwn(line.replaceAll("`", "ˋ"));
}
