import { Alert, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { EventSink, EventSinkStatus } from "../api.ts";
import { useReasonTexts } from "../described.ts";
import { State } from "./badges.tsx";
import { Facts } from "./facts.tsx";
import { Failure } from "./notices.tsx";
import { WaitingRows } from "./rows.tsx";
import { Sentence } from "./sentence.tsx";
import { share, useSinkStatus } from "./sink-status.tsx";
import { Ago, Time } from "./time.tsx";

/** How a sink is doing, and where it does not, what happened and what to do. */
export function SinkHealth({ sink }: { readonly sink: EventSink }) {
  const asked = useSinkStatus(sink.id, 3_000);
  const texts = useReasonTexts();
  if (asked.isError) return <Failure error={asked.error} onRetry={() => void asked.refetch()} />;
  const status = asked.data?.status;
  if (status === undefined) return <WaitingRows count={4} />;
  const { reason, cure, next_probe_at: next } = status;
  return (
    <Stack>
      {cure === null ? null : (
        <Alert
          color={status.state === "broken" ? "red" : "yellow"}
          title={reason === null ? "What to do" : (texts.get(reason) ?? reason)}
          role="status"
        >
          <Text className="wrap">
            <Sentence text={cure} />
          </Text>
          {next === null ? null : (
            <Text mt="xs">
              It is tried again by itself <Ago at={next} />.
            </Text>
          )}
        </Alert>
      )}
      <Facts
        of={[
          ["State", <State key="state" name={status.state} />],
          ["Since", <Time key="since" at={status.since} />],
          ["Type", sink.event_sink_type],
          ["Target", status.target],
          ["Waiting", <Waiting key="waiting" sink={sink} count={status.pending_count} />],
          [
            "Last delivery",
            status.last_delivered_at === null ? (
              "none"
            ) : (
              <Ago key="last" at={status.last_delivered_at} />
            ),
          ],
          ["Last 24 hours", lastDay(status.last_day)],
          ["Slow", status.slow ? "It works, and answers take over ten seconds." : null],
        ]}
      />
    </Stack>
  );
}

function lastDay({ delivered, failed, retried, success_rate }: EventSinkStatus["last_day"]) {
  if (success_rate === null) return "nothing was delivered";
  const counts = [
    `${delivered.toLocaleString()} delivered`,
    `${failed.toLocaleString()} failed`,
    `${retried.toLocaleString()} tried again`,
  ];
  return `${share(success_rate)}: ${counts.join(", ")}`;
}

function Waiting({ sink, count }: { readonly sink: EventSink; readonly count: number }) {
  if (count === 0) return "nothing";
  const search = { tenant: sink.tenant_id, sink: sink.id, state: "pending" };
  return (
    <Link to="/deliveries" search={search}>
      {count.toLocaleString()} {count === 1 ? "delivery" : "deliveries"}
    </Link>
  );
}
