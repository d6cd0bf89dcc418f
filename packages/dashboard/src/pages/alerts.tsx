import { Group } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { usePages } from "../api.ts";
import { Severity, State } from "../parts/badges.tsx";
import { ChoiceFilter, TextFilter, useFilters } from "../parts/filters.tsx";
import { Empty, Failure, Loading, PageTitle } from "../parts/notices.tsx";
import { More, Rows } from "../parts/rows.tsx";
import { Time } from "../parts/time.tsx";
import { useTenant } from "../tenant.ts";

const severities = [
  "Fatal",
  "Critical",
  "High",
  "Medium",
  "Low",
  "Informational",
  "Unknown",
  "Other",
];
const states = ["pending", "held", "delivered", "failed", "superseded", "canceled"];

export default function Alerts() {
  const tenant = useTenant();
  const { search } = useFilters();
  const { q, severity, state, tag, key } = search;
  const query = { tenant_id: tenant ?? "", q, severity, state, tag, dedup_key: key };
  const listed = usePages("GET /v1/alert", query, 5_000);
  const alerts = listed.data?.pages.flatMap(({ data }) => data.alerts) ?? [];
  return (
    <>
      <PageTitle title="Alerts" />
      <Group align="flex-end" mb="md">
        <TextFilter name="q" label="Search" isMain />
        <ChoiceFilter name="severity" label="Severity" choices={severities} />
        <ChoiceFilter name="state" label="Delivery" choices={states} />
        <TextFilter name="tag" label="Tag" />
        <TextFilter name="key" label="Dedup key" />
      </Group>
      {listed.isError ? (
        <Failure error={listed.error} onRetry={() => void listed.refetch()} />
      ) : null}
      {listed.isPending ? <Loading /> : null}
      {listed.isSuccess && alerts.length === 0 && !listed.hasNextPage ? (
        <Empty title="No alert is like that">
          Take a filter away, or send an alert with POST /v1/alert.
        </Empty>
      ) : null}
      {alerts.length === 0 ? null : (
        <Rows label="Alerts" columns={["Severity", "Alert", "Action", "Deliveries", "Received"]}>
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
                  {[...new Set(alert.deliveries.map((delivery) => delivery.state))].map((name) => (
                    <State key={name} name={name} />
                  ))}
                </Group>
              </td>
              <td>
                <Time at={alert.received_at} />
              </td>
            </tr>
          ))}
        </Rows>
      )}
      <More {...listed} />
    </>
  );
}
