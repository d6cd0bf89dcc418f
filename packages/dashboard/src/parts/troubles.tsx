import { Box, Button, Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useChange } from "../api.ts";
import { useReasonTexts } from "../described.ts";
import type { Overview, OverviewSink } from "../overview.ts";
import { AttemptView } from "./attempts.tsx";
import { State } from "./badges.tsx";
import { Failure } from "./notices.tsx";
import { Panel } from "./panel.tsx";
import { Sentence } from "./sentence.tsx";
import { Ago } from "./time.tsx";

/** What does not work now, with the cure and the button that tries it. */
export function Troubles({ overview }: { readonly overview: Overview }) {
  const troubled = overview.event_sinks.filter(({ state }) => state !== "healthy");
  if (troubled.length === 0) return null;
  return (
    <Panel title="Needs attention" isFlush>
      {troubled.map((sink) => (
        <Trouble key={sink.id} tenant={overview.tenant_id} sink={sink} />
      ))}
    </Panel>
  );
}

function Trouble({ tenant, sink }: { readonly tenant: string; readonly sink: OverviewSink }) {
  const { id, name, state, since, reason, cure } = sink;
  const texts = useReasonTexts();
  const test = useChange("POST /v1/event_sink/{id}/test");
  const resume = useChange("POST /v1/event_sink/{id}/resume");
  const isPaused = state === "paused";
  const deed = isPaused ? resume : test;
  return (
    <Box p="0.75rem 0.875rem" className="line">
      <Group gap="0.25rem 1rem" wrap="nowrap" align="flex-start">
        <Box style={{ flex: 1, minWidth: 0 }}>
          <Group gap="0 1rem">
            <Link to="/sinks/$id" params={{ id }} search={{ tenant }} className="wrap">
              {name}
            </Link>
            <State name={state} />
            <Text c="dimmed">
              {reason === null ? "" : `${texts.get(reason) ?? reason}, `}since <Ago at={since} />
            </Text>
          </Group>
          {cure === null ? null : (
            <Text mt={4} className="wrap" maw={780}>
              <Sentence text={cure} />
            </Text>
          )}
        </Box>
        <Button
          size="xs"
          variant="default"
          loading={deed.isPending}
          aria-label={`${isPaused ? "Resume" : "Test now"}: ${name}`}
          onClick={() => deed.mutate({ path: { id } })}
        >
          {isPaused ? "Resume" : "Test now"}
        </Button>
      </Group>
      {deed.isError ? <Failure error={deed.error} /> : null}
      {test.data === undefined ? null : (
        <Box mt="xs" role="status" key={test.submittedAt}>
          <AttemptView attempt={test.data.attempt} />
        </Box>
      )}
    </Box>
  );
}
