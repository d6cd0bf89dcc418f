import { Box, Button, Collapse, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import { type Delivery, useCall } from "../api.ts";
import { useReasonTexts } from "../described.ts";
import { useSinkNames } from "../sink-names.ts";
import { Attempts } from "./attempts.tsx";
import { State } from "./badges.tsx";
import { Empty, Failure } from "./notices.tsx";
import { Retry } from "./retry.tsx";
import { WaitingRows } from "./rows.tsx";
import { Time } from "./time.tsx";

/** One sink's delivery of an alert: how it stands, and below it every attempt. */
export function AlertDelivery(props: { readonly delivery: Delivery; readonly isOpen: boolean }) {
  const { delivery } = props;
  const [isOpen, { toggle }] = useDisclosure(props.isOpen);
  const name = useSinkNames().get(delivery.event_sink_id) ?? "A deleted sink";
  const tenant = delivery.tenant_id;
  const count = delivery.attempt_count;
  const label = isOpen ? "Hide" : `${count} ${count === 1 ? "attempt" : "attempts"}`;
  return (
    <Box p="0.625rem 0.875rem" className="line">
      <Group gap="0.5rem 1rem">
        <Link to="/sinks/$id" params={{ id: delivery.event_sink_id }} search={{ tenant }}>
          {name}
        </Link>
        <State name={delivery.state} />
        <DeliveryNote delivery={delivery} />
        <Button
          size="compact-xs"
          variant="default"
          ml="auto"
          onClick={toggle}
          aria-expanded={isOpen}
          aria-label={`${label} at ${name}`}
        >
          {label}
        </Button>
      </Group>
      <Collapse expanded={isOpen}>
        {isOpen ? (
          <Box pt="md">
            <DeliveryHistory id={delivery.id} />
          </Box>
        ) : null}
      </Collapse>
    </Box>
  );
}

/** Why it is not delivered, and what comes next. */
export function DeliveryNote({ delivery }: { readonly delivery: Delivery }) {
  const { state, reason, next_try_at: next } = delivery;
  const texts = useReasonTexts();
  if (state === "delivered") return null;
  const why = reason === null ? null : `${texts.get(reason) ?? reason} (${reason})`;
  const isWaiting = state === "held" ? "waits for its sink" : null;
  const notes = [why, isWaiting].filter((note) => note !== null).join("; ");
  return (
    <Text className="wrap">
      {notes}
      {next === null ? null : (
        <>
          {notes === "" ? "next try " : "; next try "}
          <Time at={next} />
        </>
      )}
    </Text>
  );
}

/** The attempts of a delivery, kept up to date while it is under way, with a way to send it again. */
export function DeliveryHistory({ id }: { readonly id: string }) {
  const asked = useCall("GET /v1/delivery/{id}", { path: { id } }, { refreshMs: 3_000 });
  if (asked.isError) return <Failure error={asked.error} onRetry={() => void asked.refetch()} />;
  if (asked.data === undefined) return <WaitingRows count={2} />;
  const { delivery, attempts } = asked.data;
  return (
    <Stack>
      {attempts.length === 0 ? (
        <Empty title="Not tried yet">It goes out as soon as it is its turn.</Empty>
      ) : (
        <Attempts attempts={attempts} />
      )}
      <Retry delivery={delivery} />
    </Stack>
  );
}
