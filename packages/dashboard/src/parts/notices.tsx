import { Alert, Button, Center, Group, Loader, Paper, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { isRefused } from "../api.ts";

export function Loading() {
  return (
    <Center mih={160}>
      <Loader aria-label="Loading" />
    </Center>
  );
}

/** What went wrong, in the API's own words, and a way on. */
export function Failure({
  error,
  onRetry,
}: {
  readonly error: unknown;
  readonly onRetry?: () => void;
}) {
  const text = isRefused(error)
    ? error.message
    : "The service does not answer. Is it running, and does your network reach it?";
  return (
    <Alert color="red" role="alert" title="This did not work" my="md">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{text}</Text>
        {onRetry === undefined ? null : (
          <Button size="xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** Nothing to show, and what to do about it. */
export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ReactNode;
}) {
  return (
    <Paper withBorder p="xl" my="md">
      <Stack gap="xs" align="flex-start">
        <Text fw={600}>{title}</Text>
        {children}
      </Stack>
    </Paper>
  );
}

/** A page's name, with what can be done there. */
export function PageTitle({
  title,
  children,
}: {
  readonly title: ReactNode;
  readonly children?: ReactNode;
}) {
  return (
    <Group justify="space-between" mb="md">
      <Title order={1} size="h3" className="wrap">
        {title}
      </Title>
      <Group gap="xs">{children}</Group>
    </Group>
  );
}

export function NotFound() {
  return (
    <Empty title="There is no such page">
      <Link to="/">To the overview</Link>
    </Empty>
  );
}
