import { Paper } from "@mantine/core";
import { usePages } from "../api.ts";
import { useChoices } from "../described.ts";
import { useBound } from "../now.ts";
import { alertColumns } from "../parts/alert-columns.tsx";
import { ChoiceFilter, Filters, SinkFilter, TextFilter, useFilters } from "../parts/filters.tsx";
import { LongRows } from "../parts/long-rows.tsx";
import { Empty, NoTenant, PageTitle } from "../parts/notices.tsx";
import { TimeFilter } from "../parts/time-filter.tsx";
import { useTenant } from "../tenant.ts";

export default function Alerts() {
  const tenant = useTenant();
  const { search } = useFilters();
  const { q, severity, state, tag, key, rule, sink } = search;
  const since = useBound(search.since);
  const until = useBound(search.until);
  const severities = useChoices("Alert", "severity").toReversed();
  const states = useChoices("Delivery", "state");
  const named = { dedup_key: key, detection_rule_id: rule, event_sink_id: sink };
  const filter = { q, severity, state, tag, ...named, since, until };
  const listed = usePages("GET /v1/alert", { tenant_id: tenant ?? "", ...filter }, 5_000);
  const alerts = listed.data?.pages.flatMap(({ data }) => data.alerts) ?? [];
  if (tenant === null) return <NoTenant />;
  return (
    <>
      <PageTitle title="Alerts" />
      <Filters main={{ name: "q", label: "Search", placeholder: "Words in the alert" }}>
        <ChoiceFilter name="severity" label="Severity" choices={severities} />
        <ChoiceFilter name="state" label="Delivery" choices={states} />
        <SinkFilter />
        <TextFilter name="rule" label="Rule" />
        <TextFilter name="key" label="Dedup key" />
        <TextFilter name="tag" label="Tag" />
        <TimeFilter />
      </Filters>
      <Paper withBorder className="panel">
        <LongRows
          label="Alerts"
          columns={alertColumns}
          rows={alerts}
          listed={listed}
          idOf={({ uid }) => uid}
          empty={<NoAlerts isFiltered={Object.values(filter).some(Boolean)} />}
        />
      </Paper>
    </>
  );
}

function NoAlerts({ isFiltered }: { readonly isFiltered: boolean }) {
  if (isFiltered) return <Empty title="No alert is like that">Take a filter away.</Empty>;
  return (
    <Empty title="No alert has come yet">
      Send one with POST /v1/alert; the overview shows how.
    </Empty>
  );
}
