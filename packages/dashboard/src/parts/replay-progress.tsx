import { Button, Group, Progress, Stack, Text } from "@mantine/core";
import { type Replay, useCall, useChange } from "../api.ts";
import { Failure } from "./notices.tsx";

/** How far a replay is, and a way to stop it. */
export function ReplayProgress({ id }: { readonly id: string }) {
  const path = { id };
  const asked = useCall(
    "GET /v1/delivery/replay/{id}",
    { path },
    { refreshMs: (data) => (data?.replay.state === "running" ? 700 : false) },
  );
  const cancel = useChange("POST /v1/delivery/replay/{id}/cancel");
  if (asked.isError) return <Failure error={asked.error} />;
  const replay = asked.data?.replay;
  if (replay === undefined) return null;
  const { percent, text } = progressOf(replay);
  return (
    <Stack gap={6} role="status">
      <Group justify="space-between">
        <Text>{text}</Text>
        {replay.state === "running" ? (
          <Button size="compact-xs" variant="default" onClick={() => cancel.mutate({ path })}>
            Stop
          </Button>
        ) : null}
      </Group>
      <Progress
        value={percent}
        color={replay.state === "canceled" ? "gray" : "cyan"}
        animated={replay.state === "running"}
        aria-label="Replay"
      />
    </Stack>
  );
}

const states = {
  running: "Running",
  done: "Done",
  canceled: "Stopped",
  dry_run: "Counted",
} as const;

function progressOf(replay: Replay) {
  const skipped = Object.values(replay.skipped).reduce((sum, count) => sum + count, 0);
  const handled = replay.replayed_count + skipped;
  const matched = replay.matched_count ?? handled;
  const percent = replay.state === "done" || matched === 0 ? 100 : (100 * handled) / matched;
  const left = skipped === 0 ? "" : `, ${skipped.toLocaleString()} left out`;
  const total = replay.matched_count === null ? "" : ` of ${matched.toLocaleString()}`;
  const sent = `${replay.replayed_count.toLocaleString()}${total} sent again${left}`;
  return { percent, text: `${states[replay.state]}: ${sent}` };
}
