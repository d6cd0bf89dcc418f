import { Table, Text } from "@mantine/core";
import { Panel } from "./panel.tsx";

interface ResultsTable {
  readonly columns: readonly unknown[];
  readonly rows: readonly unknown[];
  readonly total_row_count?: unknown;
}

const rowsMax = 100;

/** What a detection found, where the alert brings it in the known form: rows by column, or in order. */
export function Results({ table }: { readonly table: unknown }) {
  const { columns, rows, total_row_count: total } = (table ?? {}) as Partial<ResultsTable>;
  if (!Array.isArray(columns) || !Array.isArray(rows) || rows.length === 0) return null;
  const count = typeof total === "number" ? total : rows.length;
  const shown = rows.slice(0, rowsMax);
  const aside = (
    <Text c="dimmed">
      {shown.length < count
        ? `${shown.length.toLocaleString()} of ${count.toLocaleString()} rows`
        : `${count.toLocaleString()} ${count === 1 ? "row" : "rows"}`}
    </Text>
  );
  return (
    <Panel title="Results" aside={aside} isFlush>
      <Table.ScrollContainer
        minWidth={400}
        type="native"
        tabIndex={0}
        role="region"
        aria-label="Rows of the results"
      >
        <Table fz="sm" horizontalSpacing="0.875rem">
          <Table.Thead>
            <Table.Tr>
              {columns.map((column, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other identity
                <Table.Th key={index} scope="col" fw={500} c="dimmed">
                  {show(column)}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other identity
              <Table.Tr key={index}>
                {columns.map((column, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: nor have cells
                  <Table.Td key={at} className="mono">
                    {show(cellOf(row, String(column), at))}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Panel>
  );
}

function cellOf(row: unknown, column: string, at: number): unknown {
  if (Array.isArray(row)) return row[at];
  return (row as Readonly<Record<string, unknown>> | null)?.[column];
}

function show(cell: unknown): string {
  if (cell === undefined || cell === null) return "";
  return typeof cell === "string" ? cell : JSON.stringify(cell);
}
