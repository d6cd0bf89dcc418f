import type { CallInput } from "@event-sinks/client";
import { Button, Checkbox, Group, Loader, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client } from "../api.ts";
import { Failure } from "./notices.tsx";
import { ReplayProgress } from "./replay-progress.tsx";

type Body = NonNullable<CallInput<"POST /v1/delivery/replay">["body"]>;

type FilterName = "state" | "reason" | "event_sink_id" | "dedup_key" | "since" | "until";

export type ReplayFilter = { readonly [Name in FilterName]?: string | undefined };

interface ReplayProps {
  readonly tenant: string;
  readonly filter: ReplayFilter;
}

/** Sends again what a filter finds: counts first, then asks, then shows how far it is. */
export function ReplayButton(
  props: ReplayProps & { readonly label: string; readonly size: "xs" | "compact-sm" },
) {
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <>
      <Button size={props.size} variant="default" onClick={open}>
        {props.label}
      </Button>
      <Modal opened={isOpen} onClose={close} title="Send again">
        <ReplayForm {...props} onClose={close} />
      </Modal>
    </>
  );
}

function ReplayForm({ tenant, filter, onClose }: ReplayProps & { readonly onClose: () => void }) {
  const queries = useQueryClient();
  const [includesOvertaken, setIncludesOvertaken] = useState(false);
  const [id, setId] = useState<string | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value));
  const body = { tenant_id: tenant, ...given, include_overtaken: includesOvertaken };
  const ask = (isDry: boolean) =>
    client.call("POST /v1/delivery/replay", { body: { ...body, dry_run: isDry } as Body });
  const counted = useQuery({
    queryKey: ["replay count", body],
    queryFn: () => ask(true),
    enabled: id === null,
  });
  async function start() {
    try {
      const { replay } = await ask(false);
      setId(replay.id);
      await queries.invalidateQueries();
    } catch (error) {
      setFailure(error);
    }
  }
  const problem = failure ?? counted.error;
  const skipped = counted.data?.replay.skipped;
  const count = (counted.data?.replay.matched_count ?? 0) - (skipped?.overtaken ?? 0);
  const isUnderWay = id !== null;
  return (
    <Stack>
      <Text className="wrap">
        {Object.entries(given)
          .map(([name, value]) => `${name} ${value}`)
          .join(", ")}
      </Text>
      {isUnderWay ? (
        <ReplayProgress id={id} />
      ) : (
        <>
          {counted.isPending ? (
            <Loader size="sm" aria-label="Counting" />
          ) : (
            <Text size="lg" fw={600} role="status">
              {count.toLocaleString()} {count === 1 ? "delivery" : "deliveries"}
            </Text>
          )}
          <Text c="dimmed">
            Oldest first, in the background. Receivers are told that they are sent again.
          </Text>
          <Checkbox
            label="Also what was overtaken"
            description="Triggers whose resolve was delivered since: they would open a problem that is over."
            checked={includesOvertaken}
            onChange={(event) => setIncludesOvertaken(event.currentTarget.checked)}
          />
        </>
      )}
      {problem === null ? null : <Failure error={problem} />}
      <Group>
        {isUnderWay ? null : (
          <Button disabled={count === 0 || counted.isPending} onClick={() => void start()}>
            Replay {count.toLocaleString()}
          </Button>
        )}
        <Button variant="default" onClick={onClose}>
          {isUnderWay ? "Close" : "Leave it"}
        </Button>
      </Group>
    </Stack>
  );
}
