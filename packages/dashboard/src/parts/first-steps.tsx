import { Badge, Box, Button, Group, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { type Delivery, type EventSink, useCall, useChange } from "../api.ts";
import { DeliveryNote } from "./alert-delivery.tsx";
import { State } from "./badges.tsx";
import { CodeBlock } from "./code.tsx";
import { curlOf } from "./curl.ts";
import { NewSinkForm } from "./new-sink-form.tsx";
import { Failure, PageTitle } from "./notices.tsx";
import { Panel } from "./panel.tsx";

interface StepsProps {
  readonly tenant: string | null;
  readonly sinks: readonly EventSink[];
  /** Leads to the overview; until then the steps stay, so that the end of the last is seen. */
  readonly onDone: () => void;
}

/** For a service with nothing in it: three steps that really do it. */
export function FirstSteps({ tenant, sinks, onDone }: StepsProps) {
  const [made, setMade] = useState<EventSink | null>(null);
  const [uid, setUid] = useState<string | null>(null);
  const sink = sinks[0] ?? made;
  const tenantId = sink?.tenant_id ?? tenant ?? "acme";
  const sent = useCall(
    "GET /v1/alert/{uid}",
    { path: { uid: uid ?? "" } },
    { isEnabled: uid !== null, refreshMs: 1_000 },
  );
  const deliveries = sent.data?.deliveries ?? [];
  const hasArrived = deliveries.some(({ state }) => state === "delivered");
  return (
    <>
      <PageTitle title="Three steps to the first alert" />
      <Panel title="First steps" isFlush>
        <Step number={1} title="Add an event sink: where alerts go" isDone={sink !== null}>
          {sink === null ? (
            <NewSinkForm onMade={setMade} />
          ) : (
            <Link to="/sinks/$id" params={{ id: sink.id }} search={{ tenant: tenantId }}>
              {sink.name}
            </Link>
          )}
        </Step>
        <Step number={2} title="Send a test alert" isDone={uid !== null}>
          <SendFirst tenantId={tenantId} isReady={sink !== null} onSent={setUid} />
        </Step>
        <Step number={3} title="See it arrive" isDone={hasArrived}>
          {uid === null ? (
            <Text c="dimmed">It shows here as soon as it is sent.</Text>
          ) : (
            <Arrival {...{ uid, tenantId, sinks, deliveries, onDone }} />
          )}
        </Step>
      </Panel>
    </>
  );
}

function Step(props: {
  readonly number: number;
  readonly title: string;
  readonly isDone: boolean;
  readonly children: ReactNode;
}) {
  return (
    <Box p="md" className="line">
      <Group gap="sm" mb="sm">
        <Badge circle size="lg" variant={props.isDone ? "filled" : "default"}>
          {props.isDone ? "✓" : props.number}
        </Badge>
        <Title order={3}>{props.title}</Title>
        {props.isDone ? <Text c="dimmed">done</Text> : null}
      </Group>
      <Box pl={{ base: 0, sm: 38 }}>{props.children}</Box>
    </Box>
  );
}

function SendFirst(props: {
  readonly tenantId: string;
  readonly isReady: boolean;
  readonly onSent: (uid: string) => void;
}) {
  const { tenantId, isReady, onSent } = props;
  const send = useChange("POST /v1/alert");
  const body = { tenant_id: tenantId, name: "A first alert", severity: "Low" as const };
  async function sendFirst() {
    const answer = await send.mutateAsync({ body });
    onSent(answer.alert.uid);
  }
  return (
    <Stack maw={620}>
      <Group>
        <Button
          disabled={!isReady}
          loading={send.isPending}
          onClick={() => void sendFirst().catch(() => undefined)}
        >
          Send "A first alert"
        </Button>
        {isReady ? null : <Text c="dimmed">Step 1 comes first.</Text>}
      </Group>
      {send.isError ? <Failure error={send.error} /> : null}
      <CodeBlock label="The same with curl" text={curlOf("POST", "/v1/alert", body)} />
    </Stack>
  );
}

function Arrival(
  props: Pick<StepsProps, "sinks" | "onDone"> & {
    readonly uid: string;
    readonly tenantId: string;
    readonly deliveries: readonly Delivery[];
  },
) {
  const { uid, tenantId, sinks, deliveries, onDone } = props;
  const names = new Map(sinks.map(({ id, name }) => [id, name]));
  const search = { tenant: tenantId };
  return (
    <Stack maw={620}>
      <div role="status">
        {deliveries.map((delivery) => (
          <Group key={delivery.id} gap="0.5rem 1rem">
            <Text fw={500}>{names.get(delivery.event_sink_id)}</Text>
            <State name={delivery.state} />
            <DeliveryNote delivery={delivery} />
          </Group>
        ))}
      </div>
      <Group>
        <Button
          variant="default"
          renderRoot={(given) => (
            <Link to="/alerts/$uid" params={{ uid }} search={search} {...given} />
          )}
        >
          Open the alert
        </Button>
        <Button variant="default" onClick={onDone}>
          To the overview
        </Button>
      </Group>
      <CodeBlock label="The same with curl" text={curlOf("GET", `/v1/alert/${uid}`)} />
    </Stack>
  );
}
