import { Group, Paper, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface PanelProps {
  readonly title: string;
  /** Beside the title, at the right. */
  readonly aside?: ReactNode;
  /** A list reaches from edge to edge. */
  readonly isFlush?: boolean;
  readonly children: ReactNode;
}

/** One part of a page, with its name. */
export function Panel({ title, aside, isFlush, children }: PanelProps) {
  return (
    <Paper component="section" withBorder className="panel" aria-label={title}>
      <Group component="header" justify="space-between" gap="xs">
        <Title order={2}>{title}</Title>
        <Group gap="xs">{aside}</Group>
      </Group>
      {isFlush === true ? children : <div style={{ padding: "0.875rem" }}>{children}</div>}
    </Paper>
  );
}
