import { Stack } from "@mantine/core";
import { usePages } from "../api.ts";
import { useChoices } from "../described.ts";
import { useBound } from "../now.ts";
import { BulkReplay } from "../parts/bulk-replay.tsx";
import { deliveryColumns } from "../parts/delivery-columns.tsx";
import { DeliveryGroups } from "../parts/delivery-groups.tsx";
import { ChoiceFilter, Filters, SinkFilter, useFilters } from "../parts/filters.tsx";
import { LongRows } from "../parts/long-rows.tsx";
import { Empty, NoTenant, PageTitle } from "../parts/notices.tsx";
import { Panel } from "../parts/panel.tsx";
import { RunningReplays } from "../parts/running-replays.tsx";
import { TimeFilter } from "../parts/time-filter.tsx";
import { useSinkNames } from "../sink-names.ts";
import { useTenant } from "../tenant.ts";

export default function Deliveries() {
  const tenant = useTenant();
  const { search } = useFilters();
  const reasons = useChoices("Delivery", "reason");
  const states = useChoices("Delivery", "state");
  const since = useBound(search.since);
  const until = useBound(search.until);
  const sinkNames = useSinkNames();
  const { state, reason, sink, key } = search;
  const filter = { state, reason, event_sink_id: sink, dedup_key: key, since, until };
  const listed = usePages("GET /v1/delivery", { tenant_id: tenant ?? "", ...filter }, 5_000);
  const deliveries = listed.data?.pages.flatMap(({ data }) => data.deliveries) ?? [];
  if (tenant === null) return <NoTenant />;
  return (
    <>
      <PageTitle title="Deliveries" />
      <Stack>
        <RunningReplays tenant={tenant} />
        <DeliveryGroups tenant={tenant} />
        <div>
          <Filters main={{ name: "key", label: "Dedup key" }}>
            <ChoiceFilter name="state" label="State" choices={states} />
            <ChoiceFilter name="reason" label="Reason" choices={reasons} width={150} />
            <SinkFilter />
            <TimeFilter />
          </Filters>
          <Panel
            title="Deliveries"
            aside={<BulkReplay key={JSON.stringify(filter)} tenant={tenant} filter={filter} />}
            isFlush
          >
            <LongRows
              label="Deliveries"
              columns={deliveryColumns(sinkNames)}
              rows={deliveries}
              listed={listed}
              idOf={({ id }) => id}
              empty={<NoDeliveries isFiltered={Object.values(filter).some(Boolean)} />}
            />
          </Panel>
        </div>
      </Stack>
    </>
  );
}

function NoDeliveries({ isFiltered }: { readonly isFiltered: boolean }) {
  if (isFiltered) return <Empty title="No delivery is like that">Take a filter away.</Empty>;
  return (
    <Empty title="Nothing was delivered yet">
      Every alert becomes one delivery for each of its event sinks.
    </Empty>
  );
}
