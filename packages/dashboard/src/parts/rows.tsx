import { Button, Center, Skeleton } from "@mantine/core";
import type { ReactNode } from "react";

export interface Column<Row> {
  readonly head: string;
  /** Of the column, in rem; left out for the one that takes what is left. */
  readonly width?: number;
  /** Holds the row's link, or else its name: comes first where a row is a card. */
  readonly isMain?: boolean;
  /** Says what it is by itself, without its column's name. */
  readonly isBare?: boolean;
  cell(row: Row): ReactNode;
}

export interface TableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly children: ReactNode;
}

/** A table whose rows are cards on narrow screens. */
export function Table<Row>({ label, columns, children }: TableProps<Row>) {
  return (
    <table className="rows" aria-label={label}>
      <colgroup>
        {columns.map(({ head, width }) => (
          <col key={head} style={width === undefined ? {} : { width: `${width}rem` }} />
        ))}
      </colgroup>
      <thead>
        <tr>
          {columns.map(({ head }) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

/** The cells of one row. */
export function Cells<Row>(props: { readonly row: Row; readonly columns: readonly Column<Row>[] }) {
  return props.columns.map(({ head, isMain, isBare, cell }) => (
    <td
      key={head}
      data-label={head}
      data-main={isMain === true ? "" : undefined}
      data-bare={isBare === true ? "" : undefined}
    >
      {cell(props.row)}
    </td>
  ));
}

interface RowsProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  idOf(row: Row): string;
}

/** A short table, all of it. */
export function Rows<Row>({ label, columns, rows, idOf }: RowsProps<Row>) {
  return (
    <Table label={label} columns={columns}>
      {rows.map((row) => (
        <tr key={idOf(row)}>
          <Cells row={row} columns={columns} />
        </tr>
      ))}
    </Table>
  );
}

/** As high as the rows that come, so that nothing jumps when they are there. */
export function WaitingRows({ count = 6 }: { readonly count?: number }) {
  return (
    <div role="status" aria-label="Loading" style={{ padding: "0.5rem 0.875rem" }}>
      {Array.from({ length: count }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <Skeleton key={index} height={14} my="md" />
      ))}
    </div>
  );
}

/** The way to the next page of a list; nothing where it ends. */
export function More(props: {
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly fetchNextPage: () => Promise<unknown>;
}) {
  if (!props.hasNextPage) return null;
  return (
    <Center p="sm">
      <Button
        variant="default"
        loading={props.isFetchingNextPage}
        onClick={() => void props.fetchNextPage()}
      >
        Show more
      </Button>
    </Center>
  );
}
