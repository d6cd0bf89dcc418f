import { SimpleGrid } from "@mantine/core";
import type { Overview } from "../overview.ts";
import { stateColor } from "./badges.tsx";
import { Chart } from "./chart.tsx";
import { duration } from "./duration.ts";
import { Panel } from "./panel.tsx";

const color = (name: string) => `var(--mantine-color-${name}-6)`;

const alertSeries = [{ name: "alerts", color: color("cyan") }];
const outcomeSeries = [
  { name: "delivered", color: stateColor("delivered") },
  { name: "tried again", color: stateColor("retry") },
  { name: "failed", color: stateColor("failed") },
];
const latencySeries = [
  { name: "p50", color: color("cyan") },
  { name: "p95", color: color("violet") },
  { name: "p99", color: color("pink") },
];

/** Alerts, what became of them, and how long it took, over the window. */
export function OverviewCharts({ overview }: { readonly overview: Overview }) {
  const { points, step_seconds: stepSeconds } = overview;
  const shared = { stepSeconds, starts: points.map(({ at }) => at) };
  return (
    <SimpleGrid cols={{ base: 1, md: 3 }} spacing="sm">
      <Panel title="Alerts">
        <Chart
          {...shared}
          label="Alerts"
          kind="bars"
          series={alertSeries}
          values={points.map(({ alerts }) => [alerts])}
        />
      </Panel>
      <Panel title="Deliveries by outcome">
        <Chart
          {...shared}
          label="Deliveries by outcome"
          kind="bars"
          series={outcomeSeries}
          values={points.map(({ delivered, retried, failed }) => [delivered, retried, failed])}
        />
      </Panel>
      <Panel title="Time to deliver">
        <Chart
          {...shared}
          label="Time to deliver"
          kind="lines"
          series={latencySeries}
          values={points.map(({ latency_ms: at }) => (at === null ? [] : [at.p50, at.p95, at.p99]))}
          format={duration}
        />
      </Panel>
    </SimpleGrid>
  );
}
