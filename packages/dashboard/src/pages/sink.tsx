import type { CallInput } from "@event-sinks/client";
import { Alert, Button, Group, Modal, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useNavigate, useParams } from "@tanstack/react-router";
import { type EventSink, useCall, useChange } from "../api.ts";
import { AttemptCard } from "../parts/attempt.tsx";
import { State } from "../parts/badges.tsx";
import { DeliveryList } from "../parts/delivery-list.tsx";
import { Failure, Loading, PageTitle } from "../parts/notices.tsx";
import { SinkForm } from "../parts/sink-form.tsx";
import { Time } from "../parts/time.tsx";
import { readSinkTypes } from "../sink-fields.ts";

export default function Sink() {
  const { id = "" } = useParams({ strict: false });
  const asked = useCall("GET /v1/event_sink/{id}", { path: { id } });
  if (asked.isError) return <Failure error={asked.error} onRetry={() => void asked.refetch()} />;
  if (asked.data === undefined) return <Loading />;
  const sink = asked.data.event_sink;
  return (
    <Stack gap="lg">
      <PageTitle title={sink.name} />
      <Health sink={sink} />
      <section>
        <Title order={2} size="h5" mb="xs">
          Deliveries
        </Title>
        <DeliveryList query={{ tenant_id: sink.tenant_id, event_sink_id: sink.id }} />
      </section>
      <Edit sink={sink} />
    </Stack>
  );
}

function Health({ sink }: { readonly sink: EventSink }) {
  const path = { id: sink.id };
  const asked = useCall("GET /v1/event_sink/{id}/status", { path }, { refreshMs: 5_000 });
  const test = useChange("POST /v1/event_sink/{id}/test");
  const pause = useChange("POST /v1/event_sink/{id}/pause");
  const resume = useChange("POST /v1/event_sink/{id}/resume");
  const status = asked.data?.status;
  if (status === undefined) return <Loading />;
  const failed = [test, pause, resume].find(({ isError }) => isError);
  return (
    <Stack gap="sm">
      <Group>
        <State name={status.state} />
        <Text size="sm">
          since <Time at={status.since} />, {status.pending_count.toLocaleString()} waiting
        </Text>
      </Group>
      {status.cure === null ? null : (
        <Alert color="orange" title={status.reason ?? "What to do"}>
          <span className="wrap">{status.cure}</span>
          {status.next_probe_at === null ? null : (
            <Text size="sm" mt="xs">
              It is tried again by itself: <Time at={status.next_probe_at} />
            </Text>
          )}
        </Alert>
      )}
      <Group>
        <Button loading={test.isPending} onClick={() => test.mutate({ path })}>
          Send a test
        </Button>
        {status.state === "paused" ? (
          <Button
            variant="default"
            loading={resume.isPending}
            onClick={() => resume.mutate({ path })}
          >
            Resume
          </Button>
        ) : (
          <Button
            variant="default"
            loading={pause.isPending}
            onClick={() => pause.mutate({ path })}
          >
            Pause
          </Button>
        )}
        <Delete sink={sink} waiting={status.pending_count} />
      </Group>
      {failed === undefined ? null : <Failure error={failed.error} />}
      {test.data === undefined ? null : <AttemptCard attempt={test.data.attempt} isOpen />}
    </Stack>
  );
}

function Delete({ sink, waiting }: { readonly sink: EventSink; readonly waiting: number }) {
  const [isOpen, { open, close }] = useDisclosure();
  const remove = useChange("DELETE /v1/event_sink/{id}");
  const navigate = useNavigate();
  async function confirm() {
    await remove.mutateAsync({ path: { id: sink.id } });
    await navigate({ to: "/sinks", search: { tenant: sink.tenant_id } });
  }
  return (
    <>
      <Button variant="default" onClick={open}>
        Delete
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={`Delete ${sink.name}?`}
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <Stack>
          <Text size="sm">
            {waiting === 0
              ? "Nothing waits for it. What was delivered stays on record."
              : `${waiting.toLocaleString()} waiting deliveries are canceled. What was delivered stays on record.`}
          </Text>
          {remove.isError ? <Failure error={remove.error} /> : null}
          <Group>
            <Button color="red" loading={remove.isPending} onClick={() => void confirm()}>
              Delete the sink
            </Button>
            <Button variant="default" onClick={close}>
              Keep it
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

type UpdateBody = NonNullable<CallInput<"PUT /v1/event_sink/{id}">["body"]>;

function Edit({ sink }: { readonly sink: EventSink }) {
  const asked = useCall("GET /openapi.json");
  const update = useChange("PUT /v1/event_sink/{id}");
  const type = readSinkTypes(asked.data, "put").find(
    ({ wireName }) => wireName === sink.event_sink_type,
  );
  if (type === undefined) return null;
  const values =
    (sink.configuration as Record<string, Record<string, unknown> | null>)[type.wireName] ?? {};
  return (
    <section>
      <Title order={2} size="h5" mb="xs">
        Settings
      </Title>
      <SinkForm
        key={sink.updated_at}
        type={type}
        name={sink.name}
        description={sink.description}
        values={values}
        action="Save"
        save={({ event_sink_args, ...named }) => {
          const isChanged = Object.values(event_sink_args).some(
            (args) => Object.keys(args).length > 0,
          );
          const body = {
            id: sink.id,
            ...named,
            ...(isChanged ? { event_sink_args } : {}),
          } as UpdateBody;
          return update.mutateAsync({ path: { id: sink.id }, body });
        }}
      />
    </section>
  );
}
