/** Result rows as text cells, and as lines of monospaced text. */

import type { ResultsTable } from "./alert-fields.ts";
import { cellOf, cellText } from "./result-cell.ts";
import { cleanLine } from "./text.ts";

export interface CellLimits {
  readonly columnsMax: number;
  readonly rowsMax: number;
  /** UTF-16 units of one cell. */
  readonly cellLengthMax: number;
}

export interface Cells {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The first rows and columns of a table, each cell on one line. */
export function tableCells(table: ResultsTable, limits: CellLimits): Cells {
  const columns = table.columns.slice(0, limits.columnsMax);
  return {
    columns: columns.map((column) => cleanLine(column, 60) || "·"),
    rows: table.rows
      .slice(0, limits.rowsMax)
      .map((row) => columns.map((column) => cellText(cellOf(row, column), limits.cellLengthMax))),
  };
}

/** What of a table is not shown, e.g. `and 37 more rows`; empty when everything is. */
export function moreText(table: ResultsTable, shown: { rows: number; columns: number }): string {
  const rows = table.totalRowCount - shown.rows;
  const columns = table.columns.length - shown.columns;
  const more = [
    ...(rows > 0 ? [plural(rows, "more row")] : []),
    ...(columns > 0 ? [plural(columns, "more column")] : []),
  ];
  return more.length === 0 ? "" : `and ${more.join(" and ")}`;
}

/** `1 row`, `1,200 rows`. */
export function plural(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * The lines of each row. A narrow table is a grid under a head; a wide one, and a single
 * row, are `column  value` lines, since a wrapped grid cannot be read.
 * @param widthMax columns of text that are shown without wrapping.
 */
export function drawTable(
  { columns, rows }: Cells,
  widthMax: number,
): { head: readonly string[]; rows: readonly (readonly string[])[] } {
  const widths = columns.map((name, at) =>
    Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0)),
  );
  const width = widths.reduce((sum, one) => sum + one + 2, -2);
  if (rows.length === 1 || width > widthMax) return { head: [], rows: drawRecords(columns, rows) };
  const draw = (row: readonly string[]) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd();
  const rule = widths.map((one) => "-".repeat(one)).join("  ");
  return { head: [draw(columns), rule], rows: rows.map((row) => [draw(row)]) };
}

function drawRecords(columns: readonly string[], rows: Cells["rows"]): string[][] {
  const width = Math.max(0, ...columns.map((name) => name.length));
  return rows.map((row, index) => [
    ...(index === 0 ? [] : [""]),
    ...columns.map((name, at) => `${name.padEnd(width)}  ${row[at] ?? ""}`.trimEnd()),
  ]);
}
