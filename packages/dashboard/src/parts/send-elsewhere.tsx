import type { CallInput } from "@event-sinks/client";
import { Button, Group, Modal, Select, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { type Delivery, useChange } from "../api.ts";
import { useSinkNames } from "../sink-names.ts";
import { Failure } from "./notices.tsx";
import { ReplayProgress } from "./replay-progress.tsx";

type Body = NonNullable<CallInput<"POST /v1/delivery/replay">["body"]>;

/** The alert of a delivery to another sink of the tenant. */
export function SendElsewhere({ delivery }: { readonly delivery: Delivery }) {
  const [isOpen, { open, close }] = useDisclosure();
  const [chosen, setChosen] = useState<string | null>(null);
  const begin = useChange("POST /v1/delivery/replay");
  const others = [...useSinkNames()].filter(([id]) => id !== delivery.event_sink_id);
  async function send() {
    const { tenant_id, alert_uid, event_sink_id, state } = delivery;
    const body = { tenant_id, alert_uid, event_sink_id, state, to_event_sink_id: chosen } as Body;
    await begin.mutateAsync({ body }).catch(() => undefined);
  }
  return (
    <>
      <Button size="xs" variant="default" onClick={open} disabled={others.length === 0}>
        To another sink…
      </Button>
      <Modal opened={isOpen} onClose={close} title="Send this alert to another sink">
        <Stack>
          <Select
            label="Event sink"
            placeholder="Choose"
            data={others.map(([value, label]) => ({ value, label }))}
            value={chosen}
            onChange={setChosen}
            searchable
            data-autofocus
          />
          <Text c="dimmed">
            It becomes a delivery of its own there; a sink that has the alert already is left out.
          </Text>
          {begin.isError ? <Failure error={begin.error} /> : null}
          {begin.data?.replay.id == null ? null : <ReplayProgress id={begin.data.replay.id} />}
          <Group>
            <Button
              disabled={chosen === null}
              loading={begin.isPending}
              onClick={() => void send()}
            >
              Send it there
            </Button>
            <Button variant="default" onClick={close}>
              Close
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
