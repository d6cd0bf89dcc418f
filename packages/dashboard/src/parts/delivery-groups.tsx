import { Box, Button, Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type Delivery, useCall } from "../api.ts";
import { useReasonTexts } from "../described.ts";
import { useSinkNames } from "../sink-names.ts";
import { State } from "./badges.tsx";
import { Panel } from "./panel.tsx";
import { ReplayButton } from "./replay-button.tsx";

/** Deliveries that are looked at; the newest, since a filter narrows the rest down. */
const lookedAtMax = 1_000;
const refreshMs = 15_000;

/** What did not arrive, by why: nothing where all did. */
export function DeliveryGroups({ tenant }: { readonly tenant: string }) {
  const failed = useGroups(tenant, "failed");
  const held = useGroups(tenant, "held");
  const groups = [...failed, ...held];
  if (groups.length === 0) return null;
  return (
    <Panel title="Not delivered, by reason" isFlush>
      {groups.map((group) => (
        <GroupLine key={`${group.state} ${group.reason}`} tenant={tenant} group={group} />
      ))}
    </Panel>
  );
}

interface DeliveryGroup {
  readonly state: "failed" | "held";
  readonly reason: Delivery["reason"];
  readonly count: number;
  /** There are more than were looked at. */
  readonly isMore: boolean;
  readonly sinks: ReadonlyMap<string, number>;
}

function useGroups(tenant: string, state: "failed" | "held"): readonly DeliveryGroup[] {
  const query = { tenant_id: tenant, state, "pagination[page_size]": lookedAtMax };
  const asked = useCall("GET /v1/delivery", { query }, { refreshMs });
  const isMore = asked.data?.pagination != null;
  const groups = new Map<Delivery["reason"], Map<string, number>>();
  for (const { reason, event_sink_id: sink } of asked.data?.data.deliveries ?? []) {
    const sinks = groups.get(reason) ?? new Map<string, number>();
    sinks.set(sink, (sinks.get(sink) ?? 0) + 1);
    groups.set(reason, sinks);
  }
  return [...groups]
    .map(([reason, sinks]) => {
      const count = [...sinks.values()].reduce((sum, each) => sum + each, 0);
      return { state, reason, count, isMore, sinks };
    })
    .sort((a, b) => b.count - a.count);
}

function GroupLine(props: { readonly tenant: string; readonly group: DeliveryGroup }) {
  const { tenant, group } = props;
  const { state, reason, count, isMore, sinks } = group;
  const names = useSinkNames();
  const texts = useReasonTexts();
  const isHeld = state === "held";
  const why = reason === null ? "Its sink is paused or broken" : (texts.get(reason) ?? reason);
  const search = { tenant, state, reason: reason ?? undefined };
  return (
    <Box p="0.625rem 0.875rem" className="line">
      <Group gap="0.25rem 1rem" align="baseline">
        <State name={state} count={count} />
        <Text fw={500}>{why}</Text>
        {reason === null ? null : <span className="mono">{reason}</span>}
        {isMore ? <Text c="dimmed">of the newest {lookedAtMax.toLocaleString()}</Text> : null}
        <Group gap="xs" ml="auto">
          <Button
            size="compact-sm"
            variant="default"
            renderRoot={(given) => <Link to="/deliveries" search={search} {...given} />}
          >
            Show
          </Button>
          {isHeld ? null : (
            <ReplayButton
              size="compact-sm"
              label="Replay…"
              tenant={tenant}
              filter={{ state, ...(reason === null ? {} : { reason }) }}
            />
          )}
        </Group>
      </Group>
      <Text c="dimmed">
        {[...sinks].map(([id, each], index) => (
          <span key={id}>
            {index === 0 ? "" : ", "}
            <Link to="/sinks/$id" params={{ id }} search={{ tenant }}>
              {names.get(id) ?? "a deleted sink"}
            </Link>{" "}
            {each.toLocaleString()}
          </span>
        ))}
        {isHeld ? ". They go out by themselves once the sink works again." : null}
      </Text>
    </Box>
  );
}
