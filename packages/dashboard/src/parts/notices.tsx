import { Alert, Button, Center, Group, Loader, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { isRefused } from "../api.ts";
import { Sentence } from "./sentence.tsx";

export function Loading() {
  return (
    <Center mih="60dvh">
      <Loader aria-label="Loading" />
    </Center>
  );
}

const failureTitles: Readonly<Record<number, string>> = {
  0: "The service does not answer",
  403: "Your key may not do this",
  404: "This is not here",
  429: "Too many calls",
  503: "The service cannot do this now",
};

/** What went wrong, in the API's own words, and a way on. */
export function Failure({
  error,
  onRetry,
}: {
  readonly error: unknown;
  readonly onRetry?: () => void;
}) {
  const status = isRefused(error) ? error.status : 0;
  const text = isRefused(error)
    ? error.message
    : "Is it running, and does your network reach it? What this page shows may be old.";
  return (
    <Alert color="red" role="alert" title={failureTitles[status] ?? "This did not work"} my="md">
      <Stack gap="xs" align="flex-start">
        <Text size="sm" className="wrap">
          <Sentence text={text} />
        </Text>
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
    <Stack gap="xs" align="center" px="md" py={40} ta="center">
      <Text fw={600}>{title}</Text>
      {children === undefined ? null : (
        <Text c="dimmed" maw={460} component="div">
          {children}
        </Text>
      )}
    </Stack>
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
    <Group justify="space-between" align="flex-start" mb="md" mih={36} gap="xs">
      <Title order={1} className="wrap" lh="36px">
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

/** For a page about a tenant's things, while there is no tenant. */
export function NoTenant() {
  return (
    <Empty title="There is no tenant yet">
      <Link to="/sinks/new">Add an event sink</Link>: its tenant is made with it.
    </Empty>
  );
}
