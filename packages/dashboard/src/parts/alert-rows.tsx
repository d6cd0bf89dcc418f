import { Group } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { AlertSummary } from "../api.ts";
import { Severity, State } from "./badges.tsx";
import { Rows } from "./rows.tsx";
import { Time } from "./time.tsx";

/** Alerts with the states of their deliveries, each once. */
export function AlertRows(props: {
  readonly label: string;
  readonly alerts: readonly AlertSummary[];
}) {
  const { label, alerts } = props;
  return (
    <Rows label={label} columns={["Severity", "Alert", "Action", "Deliveries", "Received"]}>
      {alerts.map((alert) => (
        <tr key={alert.uid}>
          <td>
            <Severity name={alert.severity} />
          </td>
          <td className="wrap">
            <Link
              data-row
              to="/alerts/$uid"
              params={{ uid: alert.uid }}
              search={{ tenant: alert.tenant_id }}
            >
              {alert.name}
            </Link>
          </td>
          <td>{alert.action}</td>
          <td>
            <Group gap={4}>
              {[...new Set(alert.deliveries.map(({ state }) => state))].map((state) => (
                <State key={state} name={state} />
              ))}
            </Group>
          </td>
          <td>
            <Time at={alert.received_at} />
          </td>
        </tr>
      ))}
    </Rows>
  );
}
