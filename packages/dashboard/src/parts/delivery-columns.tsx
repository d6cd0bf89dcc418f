import { Link } from "@tanstack/react-router";
import type { Delivery } from "../api.ts";
import { State } from "./badges.tsx";
import type { Column } from "./rows.tsx";
import { Time } from "./time.tsx";

export function deliveryColumns(
  sinkNames: ReadonlyMap<string, string>,
): readonly Column<Delivery>[] {
  return [
    { head: "State", width: 7.5, isBare: true, cell: ({ state }) => <State name={state} /> },
    {
      head: "Event sink",
      isMain: true,
      cell: ({ id, tenant_id, event_sink_id }) => (
        <Link data-row to="/deliveries/$id" params={{ id }} search={{ tenant: tenant_id }}>
          {sinkNames.get(event_sink_id) ?? "A deleted sink"}
        </Link>
      ),
    },
    {
      head: "Dedup key",
      width: 11,
      isBare: true,
      cell: ({ dedup_key }) => <span className="mono">{dedup_key}</span>,
    },
    { head: "Reason", width: 9, isBare: true, cell: ({ reason }) => reason },
    { head: "Attempts", width: 5.5, cell: ({ attempt_count }) => attempt_count },
    {
      head: "Next try",
      width: 9,
      cell: ({ next_try_at }) => (next_try_at === null ? null : <Time at={next_try_at} />),
    },
    { head: "Made", width: 9, isBare: true, cell: ({ created_at }) => <Time at={created_at} /> },
  ];
}
