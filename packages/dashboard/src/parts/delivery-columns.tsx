import { Link } from "@tanstack/react-router";
import type { Delivery } from "../api.ts";
import { State } from "./badges.tsx";
import type { Column } from "./rows.tsx";
import { Time } from "./time.tsx";

export function deliveryColumns(
  sinkNames: ReadonlyMap<string, string>,
): readonly Column<Delivery>[] {
  return [
    { head: "State", width: 7, isBare: true, cell: ({ state }) => <State name={state} /> },
    {
      head: "Alert",
      isMain: true,
      cell: ({ id, tenant_id, alert_name }) => (
        <Link data-row to="/deliveries/$id" params={{ id }} search={{ tenant: tenant_id }}>
          {alert_name}
        </Link>
      ),
    },
    {
      head: "Event sink",
      width: 9,
      cell: ({ event_sink_id }) => sinkNames.get(event_sink_id) ?? "A deleted sink",
    },
    { head: "Reason", width: 7, isBare: true, cell: ({ reason }) => reason },
    { head: "Attempts", width: 5.25, cell: ({ attempt_count }) => attempt_count },
    {
      head: "Next try",
      width: 9,
      cell: ({ next_try_at }) => (next_try_at === null ? null : <Time at={next_try_at} />),
    },
    { head: "Made", width: 9, isBare: true, cell: ({ created_at }) => <Time at={created_at} /> },
  ];
}
