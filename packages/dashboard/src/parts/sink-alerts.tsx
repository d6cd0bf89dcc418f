import { Link } from "@tanstack/react-router";
import { type AlertSummary, type Delivery, useCall } from "../api.ts";
import { Severity, State } from "./badges.tsx";
import { Empty, Failure } from "./notices.tsx";
import { type Column, Rows, WaitingRows } from "./rows.tsx";
import { Time } from "./time.tsx";

interface AlertHere {
  readonly alert: AlertSummary;
  readonly delivery: Delivery;
}

const columns: readonly Column<AlertHere>[] = [
  {
    head: "State",
    width: 8.5,
    isBare: true,
    cell: ({ delivery }) => <State name={delivery.state} />,
  },
  {
    head: "Alert",
    isMain: true,
    cell: ({ alert, delivery }) => (
      <Link
        data-row
        to="/deliveries/$id"
        params={{ id: delivery.id }}
        search={{ tenant: alert.tenant_id }}
      >
        {alert.name}
      </Link>
    ),
  },
  {
    head: "Severity",
    width: 8.5,
    isBare: true,
    cell: ({ alert }) => <Severity name={alert.severity} />,
  },
  { head: "Reason", width: 10, isBare: true, cell: ({ delivery }) => delivery.reason },
  { head: "Attempts", width: 6, cell: ({ delivery }) => delivery.attempt_count },
  {
    head: "Received",
    width: 10,
    isBare: true,
    cell: ({ alert }) => <Time at={alert.received_at} />,
  },
];

const shownMax = 10;

/** The newest alerts of a sink, each with its delivery there. */
export function SinkAlerts({ tenant, id }: { readonly tenant: string; readonly id: string }) {
  const query = { tenant_id: tenant, event_sink_id: id, "pagination[page_size]": shownMax };
  const asked = useCall("GET /v1/alert", { query }, { refreshMs: 5_000 });
  if (asked.isError) return <Failure error={asked.error} onRetry={() => void asked.refetch()} />;
  if (asked.data === undefined) return <WaitingRows count={3} />;
  const rows = asked.data.data.alerts.flatMap((alert) => {
    const delivery = alert.deliveries.find((each) => each.event_sink_id === id);
    return delivery === undefined ? [] : [{ alert, delivery }];
  });
  if (rows.length === 0) {
    return <Empty title="No alert has gone here yet">Send a test, or wait for the first.</Empty>;
  }
  return (
    <Rows
      label="Newest alerts here"
      columns={columns}
      rows={rows}
      idOf={({ delivery }) => delivery.id}
    />
  );
}
