import { Stack } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { type EventSink, useCall } from "../api.ts";
import { DeleteSink } from "../parts/delete-sink.tsx";
import { EditSink } from "../parts/edit-sink.tsx";
import { Failure, Loading, PageTitle } from "../parts/notices.tsx";
import { Panel } from "../parts/panel.tsx";
import { PauseSink } from "../parts/pause-sink.tsx";
import { SigningSecret } from "../parts/signing-secret.tsx";
import { SinkAlerts } from "../parts/sink-alerts.tsx";
import { SinkHealth } from "../parts/sink-health.tsx";
import { TestSink } from "../parts/test-sink.tsx";

export default function SinkPage() {
  const { id = "" } = useParams({ strict: false });
  const asked = useCall("GET /v1/event_sink/{id}", { path: { id } });
  if (asked.isError) return <Failure error={asked.error} onRetry={() => void asked.refetch()} />;
  if (asked.data === undefined) return <Loading />;
  // Another sink's page begins anew, without this one's test or secret.
  return <Shown key={id} sink={asked.data.event_sink} />;
}

function Shown({ sink }: { readonly sink: EventSink }) {
  const { id, tenant_id: tenant } = sink;
  return (
    <Stack>
      <PageTitle title={sink.name}>
        <PauseSink id={id} />
        <DeleteSink sink={sink} />
      </PageTitle>
      <Panel title="Health">
        <SinkHealth sink={sink} />
      </Panel>
      <Panel title="Test">
        <TestSink id={id} />
      </Panel>
      <Panel
        title="Newest alerts here"
        aside={
          <Link to="/deliveries" search={{ tenant, sink: id }}>
            All its deliveries
          </Link>
        }
        isFlush
      >
        <SinkAlerts tenant={tenant} id={id} />
      </Panel>
      <Panel title="Settings">
        <EditSink sink={sink} />
      </Panel>
      {"Webhook" in sink.configuration ? (
        <Panel title="Signing secret">
          <SigningSecret id={id} />
        </Panel>
      ) : null}
    </Stack>
  );
}
