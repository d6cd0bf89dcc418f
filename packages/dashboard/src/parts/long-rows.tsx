import { Text } from "@mantine/core";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { Failure } from "./notices.tsx";
import { Cells, type Column, Table, WaitingRows } from "./rows.tsx";

/** A list that is read page by page, as `usePages` gives it. */
interface Listed {
  readonly isPending: boolean;
  readonly error: unknown;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  refetch(): Promise<unknown>;
  fetchNextPage(): Promise<unknown>;
}

interface LongRowsProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly listed: Listed;
  /** What stands there when nothing is in the list. */
  readonly empty: ReactNode;
  idOf(row: Row): string;
}

const rowPx = 41;
/** Rows before the last that is there, from which the next page is asked for. */
const ahead = 20;

/** A list of any length: only the rows on the screen are drawn, and more are read as they come near. */
export function LongRows<Row>(props: LongRowsProps<Row>) {
  const { listed, rows, label, empty } = props;
  if (rows.length > 0) return <Drawn {...props} />;
  if (listed.error !== null) {
    return <Failure error={listed.error} onRetry={() => void listed.refetch()} />;
  }
  // A page may be empty and still have a next.
  if (listed.hasNextPage) return <Onward label={label} listed={listed} />;
  return listed.isPending ? <WaitingRows /> : empty;
}

function Onward({ label, listed }: Pick<LongRowsProps<never>, "label" | "listed">) {
  const { isFetchingNextPage, fetchNextPage } = listed;
  useEffect(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [isFetchingNextPage, fetchNextPage]);
  return (
    <Text p="md" role="status">
      Looking further back for {label.toLowerCase()} like that…
    </Text>
  );
}

function Drawn<Row>({ label, columns, rows, listed, idOf }: LongRowsProps<Row>) {
  const place = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const at = (place.current?.getBoundingClientRect().top ?? 0) + window.scrollY;
    setTop(Math.round(at));
  });
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowPx,
    overscan: 12,
    scrollMargin: top,
    getItemKey: (index) => (rows[index] === undefined ? index : idOf(rows[index])),
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = listed;
  const isNearEnd = last !== undefined && last.index >= rows.length - ahead;
  useEffect(() => {
    if (isNearEnd && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [isNearEnd, hasNextPage, isFetchingNextPage, fetchNextPage]);
  const before = (shown[0]?.start ?? top) - top;
  const after = virtual.getTotalSize() - ((last?.end ?? top) - top);
  return (
    <div ref={place}>
      {listed.error === null ? null : <Failure error={listed.error} />}
      <Table label={label} columns={columns}>
        <Spacer height={before} span={columns.length} />
        {shown.map(({ index, key }) => {
          const row = rows[index];
          return row === undefined ? null : (
            <tr key={key} data-index={index} ref={virtual.measureElement}>
              <Cells row={row} columns={columns} />
            </tr>
          );
        })}
        <Spacer height={after} span={columns.length} />
      </Table>
      {hasNextPage ? (
        <Text p="sm" ta="center" c="dimmed" role="status">
          Reading more…
        </Text>
      ) : null}
    </div>
  );
}

/** Stands for the rows that are not drawn. */
function Spacer({ height, span }: { readonly height: number; readonly span: number }) {
  if (height <= 0) return null;
  return (
    <tr className="spacer">
      <td colSpan={span} style={{ height }} />
    </tr>
  );
}
