import { Paper, SimpleGrid, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Overview } from "../overview.ts";
import { State } from "./badges.tsx";
import { duration } from "./duration.ts";
import { share } from "./sink-status.tsx";
import { Ago } from "./time.tsx";

const states = ["healthy", "failing", "broken", "paused"] as const;

/** What somebody wants to know first. */
export function OverviewFigures({ overview }: { readonly overview: Overview }) {
  const { totals, queue, event_sinks: sinks, event_sink_count: sinkCount } = overview;
  const tenant = overview.tenant_id;
  const ended = totals.delivered + totals.failed;
  const latency = totals.latency_ms;
  const ofState = (state: string) => sinks.filter((sink) => sink.state === state).length;
  return (
    <SimpleGrid cols={{ base: 2, md: 5 }} spacing="sm">
      <Figure name="Alerts" value={totals.alerts.toLocaleString()}>
        came in
      </Figure>
      <Figure name="Delivered" value={totals.delivered.toLocaleString()}>
        {ended === 0 ? "nothing ended" : `${share(totals.delivered / ended)} of what ended`}
      </Figure>
      <Figure name="Failed" value={totals.failed.toLocaleString()}>
        <Link to="/deliveries" search={{ tenant, state: "failed" }}>
          tried again: {totals.retried.toLocaleString()}
        </Link>
      </Figure>
      <Figure name="Median delivery" value={latency === null ? "–" : duration(latency.p50)}>
        {latency === null
          ? "nothing was delivered"
          : `p95 ${duration(latency.p95)}, p99 ${duration(latency.p99)}`}
      </Figure>
      <Figure name="Waiting" value={queue.pending_count.toLocaleString()}>
        {queue.oldest_pending_at === null ? (
          "nothing waits"
        ) : (
          <>
            the oldest came <Ago at={queue.oldest_pending_at} />
          </>
        )}
      </Figure>
      <Paper withBorder className="panel" p="sm" style={{ gridColumn: "1 / -1" }}>
        <span style={{ display: "flex", flexWrap: "wrap", gap: "0.25rem 1.25rem" }}>
          <Link to="/sinks" search={{ tenant }}>
            {sinkCount.toLocaleString()} event {sinkCount === 1 ? "sink" : "sinks"}
          </Link>
          {states
            .filter((state) => ofState(state) > 0)
            .map((state) => (
              <State key={state} name={state} count={ofState(state)} />
            ))}
        </span>
      </Paper>
    </SimpleGrid>
  );
}

function Figure(props: {
  readonly name: string;
  readonly value: string;
  readonly children: ReactNode;
}) {
  return (
    <Paper withBorder className="panel" p="sm">
      <Text c="dimmed">{props.name}</Text>
      <Text fz="1.5rem" fw={600} lh={1.3}>
        {props.value}
      </Text>
      <Text size="xs" c="dimmed">
        {props.children}
      </Text>
    </Paper>
  );
}
