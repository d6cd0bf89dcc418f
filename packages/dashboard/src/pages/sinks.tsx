import { Paper } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type EventSink, usePages } from "../api.ts";
import { AddSink } from "../parts/add-sink.tsx";
import { LongRows } from "../parts/long-rows.tsx";
import { Empty, NoTenant, PageTitle } from "../parts/notices.tsx";
import type { Column } from "../parts/rows.tsx";
import { SinkStatus, share } from "../parts/sink-status.tsx";
import { Ago } from "../parts/time.tsx";
import { useTenant } from "../tenant.ts";

const columns: readonly Column<EventSink>[] = [
  {
    head: "Name",
    isMain: true,
    cell: ({ id, name, tenant_id }) => (
      <Link data-row to="/sinks/$id" params={{ id }} search={{ tenant: tenant_id }}>
        {name}
      </Link>
    ),
  },
  { head: "Type", width: 7.5, cell: ({ event_sink_type }) => event_sink_type },
  {
    head: "Target",
    width: 12,
    cell: ({ id }) => <SinkStatus id={id} show={({ target }) => target} />,
  },
  {
    head: "Health",
    width: 6.5,
    isBare: true,
    cell: ({ id }) => <SinkStatus id={id} show="state" />,
  },
  {
    head: "Last delivery",
    width: 8,
    cell: ({ id }) => (
      <SinkStatus
        id={id}
        show={({ last_delivered_at: at }) => (at === null ? "none" : <Ago at={at} />)}
      />
    ),
  },
  {
    head: "Success, 24 h",
    width: 8,
    cell: ({ id }) => <SinkStatus id={id} show={({ last_day }) => share(last_day.success_rate)} />,
  },
  {
    head: "Waiting",
    width: 5.5,
    cell: ({ id }) => (
      <SinkStatus id={id} show={({ pending_count: count }) => count.toLocaleString()} />
    ),
  },
];

export default function Sinks() {
  const tenant = useTenant();
  const listed = usePages("GET /v1/event_sink", { tenant_id: tenant ?? "" });
  const sinks = listed.data?.pages.flatMap(({ data }) => data.event_sinks) ?? [];
  if (tenant === null) return <NoTenant />;
  return (
    <>
      <PageTitle title="Event sinks">
        <AddSink />
      </PageTitle>
      <Paper withBorder className="panel">
        <LongRows
          label="Event sinks"
          columns={columns}
          rows={sinks}
          listed={listed}
          idOf={({ id }) => id}
          empty={
            <Empty title="No event sink yet">
              Alerts are stored all the same; add a sink, and those that come from then on are
              delivered.
            </Empty>
          }
        />
      </Paper>
    </>
  );
}
