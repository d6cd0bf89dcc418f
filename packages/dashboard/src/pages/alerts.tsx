import { Group } from "@mantine/core";
import { usePages } from "../api.ts";
import { AlertRows } from "../parts/alert-rows.tsx";
import { ChoiceFilter, TextFilter, useFilters } from "../parts/filters.tsx";
import { Empty, Failure, Loading, PageTitle } from "../parts/notices.tsx";
import { More } from "../parts/rows.tsx";
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
      {alerts.length === 0 ? null : <AlertRows label="Alerts" alerts={alerts} />}
      <More {...listed} />
    </>
  );
}
