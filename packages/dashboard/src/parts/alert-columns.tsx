import { Group } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { AlertSummary, Delivery } from "../api.ts";
import { Severity, State } from "./badges.tsx";
import type { Column } from "./rows.tsx";
import { Time } from "./time.tsx";

/** Alerts, and how their deliveries stand. */
export const alertColumns: readonly Column<AlertSummary>[] = [
  {
    head: "Severity",
    width: 8.5,
    isBare: true,
    cell: ({ severity }) => <Severity name={severity} />,
  },
  {
    head: "Alert",
    isMain: true,
    cell: ({ uid, name, tenant_id }) => (
      <Link data-row to="/alerts/$uid" params={{ uid }} search={{ tenant: tenant_id }}>
        {name}
      </Link>
    ),
  },
  { head: "Action", width: 7, cell: ({ action }) => action },
  {
    head: "Deliveries",
    width: 15,
    isBare: true,
    cell: ({ deliveries, staging }) => (
      <Group gap="0 0.75rem">
        {staging ? "staging: recorded only" : null}
        {countStates(deliveries).map(([state, count]) => (
          <State key={state} name={state} count={count} />
        ))}
      </Group>
    ),
  },
  {
    head: "Received",
    width: 10,
    isBare: true,
    cell: ({ received_at }) => <Time at={received_at} />,
  },
];

function countStates(deliveries: readonly Delivery[]): [Delivery["state"], number][] {
  const counts = new Map<Delivery["state"], number>();
  for (const { state } of deliveries) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts];
}
