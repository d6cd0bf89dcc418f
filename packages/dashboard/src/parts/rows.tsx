import { Button, Center, Table } from "@mantine/core";
import type { ReactNode } from "react";

/** A table that scrolls inside itself on narrow screens. */
export function Rows(props: {
  readonly label: string;
  readonly columns: readonly string[];
  readonly children: ReactNode;
}) {
  return (
    <Table.ScrollContainer
      minWidth={560}
      type="native"
      tabIndex={0}
      role="region"
      aria-label={props.label}
    >
      <Table className="rows" highlightOnHover verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            {props.columns.map((column) => (
              <Table.Th key={column} scope="col">
                {column}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{props.children}</Table.Tbody>
      </Table>
    </Table.ScrollContainer>
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
    <Center my="md">
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
