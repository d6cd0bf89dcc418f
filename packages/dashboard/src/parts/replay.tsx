import type { Answer, CallInput } from "@event-sinks/client";
import { Alert, Button, Group, Progress, Text } from "@mantine/core";
import { useState } from "react";
import { useCall, useChange } from "../api.ts";
import { Failure } from "./notices.tsx";

type Body = NonNullable<CallInput<"POST /v1/delivery/replay">["body"]>;
type Replay = Answer<"GET /v1/delivery/replay/{id}">["replay"];

/** States whose deliveries are over, and can be sent again. */
const replayable: readonly string[] = ["failed", "canceled", "delivered"];

/** Sends again what a filter finds: counts first, then asks, then shows how far it is. */
export function ReplayPanel({
  filter,
}: {
  readonly filter: Readonly<Record<string, string | undefined>>;
}) {
  const begin = useChange("POST /v1/delivery/replay");
  const [id, setId] = useState<string | null>(null);
  const [counted, setCounted] = useState<number | null>(null);
  const { state } = filter;
  if (state === undefined || !replayable.includes(state)) return null;
  const { tenant_id, ...rest } = filter;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const ask = (isDry: boolean) =>
    begin.mutateAsync({ body: { tenant_id, ...given, dry_run: isDry } as unknown as Body });
  async function count() {
    const { replay } = await ask(true);
    setCounted(replay.matched_count ?? 0);
  }
  async function start() {
    const { replay } = await ask(false);
    setCounted(null);
    setId(replay.id);
  }
  return (
    <Alert color="cyan" mb="md" title="Send again">
      {counted === null ? (
        <Button size="xs" variant="default" loading={begin.isPending} onClick={() => void count()}>
          Count what these filters find
        </Button>
      ) : (
        <Group>
          <Text size="sm">{counted.toLocaleString()} deliveries.</Text>
          <Button
            size="xs"
            disabled={counted === 0}
            loading={begin.isPending}
            onClick={() => void start()}
          >
            Replay them
          </Button>
          <Button size="xs" variant="default" onClick={() => setCounted(null)}>
            Leave it
          </Button>
        </Group>
      )}
      {begin.isError ? <Failure error={begin.error} /> : null}
      {id === null ? null : <Running id={id} />}
    </Alert>
  );
}

function Running({ id }: { readonly id: string }) {
  const asked = useCall("GET /v1/delivery/replay/{id}", { path: { id } }, { refreshMs: 1_000 });
  const replay: Replay | undefined = asked.data?.replay;
  if (replay === undefined) return null;
  const skipped = Object.values(replay.skipped).reduce((sum, count) => sum + count, 0);
  const done = replay.replayed_count + skipped;
  const total = replay.state === "done" ? done : (replay.matched_count ?? done);
  const percent = replay.state === "done" ? 100 : total === 0 ? 0 : (100 * done) / total;
  return (
    <div role="status">
      <Text size="sm" mt="sm">
        {replay.replayed_count.toLocaleString()} sent again, {skipped.toLocaleString()} skipped:{" "}
        {replay.state}
      </Text>
      <Progress value={percent} mt={4} aria-label="Replay" />
    </div>
  );
}
