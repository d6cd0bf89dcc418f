import { Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useCall } from "../api.ts";
import { useOverview, type Window } from "../overview.ts";
import { useFilters } from "../parts/filters.tsx";
import { FirstSteps } from "../parts/first-steps.tsx";
import { NewestAlerts } from "../parts/newest-alerts.tsx";
import { Failure, Loading, PageTitle } from "../parts/notices.tsx";
import { OverviewCharts } from "../parts/overview-charts.tsx";
import { OverviewFigures } from "../parts/overview-figures.tsx";
import { Troubles } from "../parts/troubles.tsx";
import { useTenant } from "../tenant.ts";

/** The overview; the first steps instead, until an alert has come. */
export default function OverviewPage() {
  const tenant = useTenant();
  const [isBegun, setBegun] = useState<boolean | null>(null);
  const query = { tenant_id: tenant ?? "", "pagination[page_size]": 1 };
  const isEnabled = tenant !== null;
  const sinks = useCall("GET /v1/event_sink", { query }, { isEnabled });
  const alerts = useCall("GET /v1/alert", { query }, { isEnabled });
  const failed = [sinks, alerts].find(({ isError }) => isError);
  if (failed !== undefined) {
    return <Failure error={failed.error} onRetry={() => void failed.refetch()} />;
  }
  const isEmpty = alerts.data?.data.alerts.length === 0;
  if (tenant !== null && (alerts.data === undefined || sinks.data === undefined))
    return <Loading />;
  // Decided once: the alert that is sent in the steps must not take them away.
  if (isBegun === null && tenant !== null) setBegun(!isEmpty);
  if (tenant !== null && isBegun === true) return <Shown tenant={tenant} />;
  const known = sinks.data?.data.event_sinks ?? [];
  return <FirstSteps tenant={tenant} sinks={known} onDone={() => setBegun(true)} />;
}

const windows = [
  { value: "hour", label: "Hour" },
  { value: "day", label: "Day" },
  { value: "week", label: "Week" },
  { value: "month", label: "Month" },
] as const;

function Shown({ tenant }: { readonly tenant: string }) {
  const { search, set } = useFilters();
  const window = windows.find(({ value }) => value === search.window)?.value ?? "day";
  const { asked, isLive } = useOverview(tenant, window);
  const overview = asked.data?.overview;
  if (asked.isError && overview === undefined) {
    return <Failure error={asked.error} onRetry={() => void asked.refetch()} />;
  }
  if (overview === undefined) return <Loading />;
  return (
    <>
      <PageTitle title="Overview">
        <Group gap="sm">
          <Text c="dimmed" aria-live="off">
            {isLive ? "Live" : "Every 10 s"}
          </Text>
          <SegmentedControl
            size="xs"
            aria-label="How far back"
            data={[...windows]}
            value={window}
            onChange={(value) => set({ window: value as Window })}
          />
        </Group>
      </PageTitle>
      <Stack>
        <OverviewFigures overview={overview} />
        <Troubles overview={overview} />
        <OverviewCharts overview={overview} />
        <NewestAlerts tenant={tenant} />
      </Stack>
    </>
  );
}
