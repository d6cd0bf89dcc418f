import { Group } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type EventSink, useCall, usePages } from "../api.ts";
import { AddSink } from "../parts/add-sink.tsx";
import { State } from "../parts/badges.tsx";
import { Empty, Failure, Loading, PageTitle } from "../parts/notices.tsx";
import { More, Rows } from "../parts/rows.tsx";
import { Time } from "../parts/time.tsx";
import { useTenant } from "../tenant.ts";

export default function Sinks() {
  const tenant = useTenant();
  const listed = usePages("GET /v1/event_sink", { tenant_id: tenant ?? "" });
  const sinks = listed.data?.pages.flatMap(({ data }) => data.event_sinks) ?? [];
  return (
    <>
      <PageTitle title="Event sinks">
        <AddSink />
      </PageTitle>
      {tenant !== null && listed.isPending ? <Loading /> : null}
      {tenant !== null && listed.isError ? (
        <Failure error={listed.error} onRetry={() => void listed.refetch()} />
      ) : null}
      {tenant === null || (listed.isSuccess && sinks.length === 0) ? (
        <Empty title="No event sink yet">
          <Group>
            Alerts are stored all the same; add a sink and they are delivered from then on.
          </Group>
        </Empty>
      ) : null}
      {sinks.length === 0 ? null : (
        <Rows label="Event sinks" columns={["Name", "Type", "Health", "Waiting", "Changed"]}>
          {sinks.map((sink) => (
            <Row key={sink.id} sink={sink} />
          ))}
        </Rows>
      )}
      <More {...listed} />
    </>
  );
}

function Row({ sink }: { readonly sink: EventSink }) {
  const asked = useCall(
    "GET /v1/event_sink/{id}/status",
    { path: { id: sink.id } },
    { refreshMs: 10_000 },
  );
  const status = asked.data?.status;
  return (
    <tr>
      <td className="wrap">
        <Link data-row to="/sinks/$id" params={{ id: sink.id }} search={{ tenant: sink.tenant_id }}>
          {sink.name}
        </Link>
      </td>
      <td>{sink.event_sink_type}</td>
      <td>{status === undefined ? "…" : <State name={status.state} />}</td>
      <td>{status?.pending_count.toLocaleString() ?? "…"}</td>
      <td>
        <Time at={sink.updated_at} />
      </td>
    </tr>
  );
}
