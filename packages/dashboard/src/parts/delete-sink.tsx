import { Button, Group, List, Modal, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { client, type EventSink } from "../api.ts";
import { Failure } from "./notices.tsx";
import { useSinkStatus } from "./sink-status.tsx";

/** Deletes a sink, after saying what goes with it. */
export function DeleteSink({ sink }: { readonly sink: EventSink }) {
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <>
      <Button variant="default" c="var(--mantine-color-error)" onClick={open}>
        Delete
      </Button>
      <Modal opened={isOpen} onClose={close} title={`Delete ${sink.name}?`}>
        <Confirm sink={sink} onClose={close} />
      </Modal>
    </>
  );
}

function Confirm({ sink, onClose }: { readonly sink: EventSink; readonly onClose: () => void }) {
  const navigate = useNavigate();
  const waiting = useSinkStatus(sink.id, 3_000).data?.status.pending_count ?? 0;
  const queries = useQueryClient();
  const [failure, setFailure] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  async function confirm() {
    setBusy(true);
    try {
      await client.call("DELETE /v1/event_sink/{id}", { path: { id: sink.id } });
      // Away first: the page would ask for what is gone.
      await navigate({ to: "/sinks", search: { tenant: sink.tenant_id } });
      await queries.invalidateQueries();
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }
  return (
    <Stack>
      <List size="sm" spacing={4}>
        <List.Item>
          {waiting === 0 ? "Nothing waits for it." : null}
          {waiting === 1 ? "1 waiting delivery is canceled." : null}
          {waiting > 1 ? `${waiting.toLocaleString()} waiting deliveries are canceled.` : null}
        </List.Item>
        <List.Item>
          Alerts that name it in event_sink_ids no longer reach it; those that name no other sink
          are refused.
        </List.Item>
        <List.Item>What was delivered stays on record.</List.Item>
      </List>
      {failure === null ? null : <Failure error={failure} />}
      <Group>
        <Button color="red" loading={isBusy} onClick={() => void confirm()}>
          Delete the sink
        </Button>
        <Button variant="default" onClick={onClose}>
          Keep it
        </Button>
      </Group>
    </Stack>
  );
}
