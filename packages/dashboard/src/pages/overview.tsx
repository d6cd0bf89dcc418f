import { Alert, Button, Card, Code, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { type EventSink, useCall, useChange, usePages } from "../api.ts";
import { AddSink } from "../parts/add-sink.tsx";
import { AlertRows } from "../parts/alert-rows.tsx";
import { State } from "../parts/badges.tsx";
import { Failure, Loading, PageTitle } from "../parts/notices.tsx";
import { useTenant } from "../tenant.ts";

const refreshMs = 5_000;

export default function Overview() {
  const tenant = useTenant();
  const query = { tenant_id: tenant ?? "", "pagination[page_size]": 200 };
  const sinks = useCall("GET /v1/event_sink", { query }, { isEnabled: tenant !== null, refreshMs });
  if (tenant === null) return <FirstSteps tenant={null} sinks={[]} />;
  if (sinks.isError) return <Failure error={sinks.error} onRetry={() => void sinks.refetch()} />;
  if (sinks.data === undefined) return <Loading />;
  const list = sinks.data.data.event_sinks;
  return (
    <>
      <PageTitle title="Overview" />
      <FirstSteps tenant={tenant} sinks={list} />
      {list.length === 0 ? null : (
        <Stack gap="lg">
          <Troubles sinks={list} />
          <Latest tenant={tenant} />
        </Stack>
      )}
    </>
  );
}

/** What is broken, failing or paused now, with the cure. */
function Troubles({ sinks }: { readonly sinks: readonly EventSink[] }) {
  return (
    <section aria-label="Event sinks by health">
      <Title order={2} size="h5" mb="xs">
        Event sinks
      </Title>
      <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }}>
        {sinks.map((sink) => (
          <SinkHealth key={sink.id} sink={sink} />
        ))}
      </SimpleGrid>
    </section>
  );
}

function SinkHealth({ sink }: { readonly sink: EventSink }) {
  const path = { id: sink.id };
  const asked = useCall("GET /v1/event_sink/{id}/status", { path }, { refreshMs });
  const probe = useChange("POST /v1/event_sink/{id}/test");
  const resume = useChange("POST /v1/event_sink/{id}/resume");
  const status = asked.data?.status;
  return (
    <Card withBorder padding="sm" mih={104}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Link
          to="/sinks/$id"
          params={{ id: sink.id }}
          search={{ tenant: sink.tenant_id }}
          className="wrap"
        >
          {sink.name}
        </Link>
        {status === undefined ? null : <State name={status.state} />}
      </Group>
      <Text size="sm" c="dimmed">
        {sink.event_sink_type}
        {status === undefined || status.pending_count === 0
          ? ""
          : ` · ${status.pending_count} waiting`}
      </Text>
      {status?.cure ? (
        <Text size="sm" mt="xs" className="wrap">
          {status.cure}
        </Text>
      ) : null}
      {status?.state === "broken" || status?.state === "failing" ? (
        <Button
          size="xs"
          mt="xs"
          variant="default"
          loading={probe.isPending}
          onClick={() => probe.mutate({ path })}
        >
          Test now
        </Button>
      ) : null}
      {status?.state === "paused" ? (
        <Button
          size="xs"
          mt="xs"
          variant="default"
          loading={resume.isPending}
          onClick={() => resume.mutate({ path })}
        >
          Resume
        </Button>
      ) : null}
    </Card>
  );
}

function Latest({ tenant }: { readonly tenant: string }) {
  const listed = usePages("GET /v1/alert", { tenant_id: tenant }, refreshMs);
  const alerts = listed.data?.pages[0]?.data.alerts.slice(0, 8) ?? [];
  if (alerts.length === 0) return null;
  return (
    <section aria-label="Newest alerts">
      <Title order={2} size="h5" mb="xs">
        Newest alerts
      </Title>
      <AlertRows label="Newest alerts" alerts={alerts} />
    </section>
  );
}

/** For a service with nothing in it: three steps that really do it, until an alert has come. */
function FirstSteps(props: {
  readonly tenant: string | null;
  readonly sinks: readonly EventSink[];
}) {
  const { tenant, sinks } = props;
  const [sent, setSent] = useState<string | null>(null);
  const query = { tenant_id: tenant ?? "", "pagination[page_size]": 1 };
  const alerts = useCall("GET /v1/alert", { query }, { isEnabled: tenant !== null });
  const send = useChange("POST /v1/alert");
  const isBegun =
    tenant !== null && (alerts.data === undefined || alerts.data.data.alerts.length > 0);
  if (isBegun && sent === null) return null;
  const body = { tenant_id: tenant ?? "acme", name: "A first alert", severity: "Low" as const };
  async function sendFirst() {
    const answer = await send.mutateAsync({ body });
    setSent(answer.alert.uid);
  }
  return (
    <Card withBorder mb="lg" component="section" aria-label="First steps">
      <Title order={2} size="h5" mb="sm">
        Three steps to the first alert
      </Title>
      <Stack gap="sm">
        <Group>
          <Text>1. Add an event sink: where alerts go.</Text>
          {sinks.length > 0 ? <State name="delivered" /> : <AddSink />}
        </Group>
        <Group>
          <Text>2. Send an alert.</Text>
          <Button
            size="xs"
            variant="default"
            disabled={sinks.length === 0}
            loading={send.isPending}
            onClick={() => void sendFirst()}
          >
            Send "A first alert"
          </Button>
        </Group>
        <Code block>{`curl ${window.location.origin}/v1/alert \\
  -H "Authorization: Bearer $API_KEY" -H "Content-Type: application/json" \\
  -d '${JSON.stringify(body)}'`}</Code>
        <Group>
          <Text>3. See it arrive.</Text>
          {sent === null ? null : (
            <Link to="/alerts/$uid" params={{ uid: sent }} search={{ tenant: tenant ?? undefined }}>
              Open the alert
            </Link>
          )}
        </Group>
        {send.isError ? (
          <Alert color="red" role="alert" title="Not sent">
            {send.error.message}
          </Alert>
        ) : null}
      </Stack>
    </Card>
  );
}
