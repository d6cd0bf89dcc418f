import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { useCall, useChange } from "../api.ts";
import { AttemptCard } from "../parts/attempt.tsx";
import { State } from "../parts/badges.tsx";
import { Empty, Failure, Loading, PageTitle } from "../parts/notices.tsx";
import { Time } from "../parts/time.tsx";

export default function DeliveryPage() {
  const { id = "" } = useParams({ strict: false });
  const path = { id };
  const asked = useCall("GET /v1/delivery/{id}", { path }, { refreshMs: 3_000 });
  const retry = useChange("POST /v1/delivery/{id}/retry");
  if (asked.isError) return <Failure error={asked.error} onRetry={() => void asked.refetch()} />;
  if (asked.data === undefined) return <Loading />;
  const { delivery, attempts } = asked.data;
  return (
    <Stack>
      <PageTitle title="Delivery">
        <Button loading={retry.isPending} onClick={() => retry.mutate({ path })}>
          Try again now
        </Button>
      </PageTitle>
      {retry.isError ? <Failure error={retry.error} /> : null}
      <Group>
        <State name={delivery.state} />
        <Text size="sm">
          {delivery.reason ?? delivery.action}, made <Time at={delivery.created_at} />
        </Text>
        <Link
          to="/alerts/$uid"
          params={{ uid: delivery.alert_uid }}
          search={{ tenant: delivery.tenant_id }}
        >
          The alert
        </Link>
        <Link
          to="/sinks/$id"
          params={{ id: delivery.event_sink_id }}
          search={{ tenant: delivery.tenant_id }}
        >
          The sink
        </Link>
      </Group>
      {delivery.next_try_at === null ? null : (
        <Text size="sm">
          Next try <Time at={delivery.next_try_at} />
        </Text>
      )}
      <Title order={2} size="h5">
        Attempts
      </Title>
      {attempts.length === 0 ? <Empty title="Not tried yet" /> : null}
      {attempts.toReversed().map((attempt, index) => (
        <AttemptCard key={attempt.number} attempt={attempt} isOpen={index === 0} />
      ))}
    </Stack>
  );
}
