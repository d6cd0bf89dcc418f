import { Box, Button, Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type Delivery, useCall } from "../api.ts";
import { useReasonTexts } from "../described.ts";
import { useSinkNames } from "../sink-names.ts";
import { State } from "./badges.tsx";
import { Panel } from "./panel.tsx";
import { ReplayButton } from "./replay-button.tsx";

const refreshMs = 15_000;

/** What did not arrive, by why: nothing where all did. */
export function DeliveryGroups({ tenant }: { readonly tenant: string }) {
  const query = { tenant_id: tenant };
  const asked = useCall("GET /v1/delivery/summary", { query }, { refreshMs });
  const summary = asked.data?.summary;
  const groups = groupByReason(summary?.groups ?? []);
  if (groups.length === 0) return null;
  return (
    <Panel title="Not delivered, by reason" isFlush>
      {groups.map((group) => (
        <GroupLine key={`${group.state} ${group.reason}`} tenant={tenant} group={group} />
      ))}
      {summary?.is_partial === true ? (
        <Text p="0.625rem 0.875rem" c="dimmed">
          There are more: these are the newest 20,000 that failed, and 20,000 of those that wait.
        </Text>
      ) : null}
    </Panel>
  );
}

type Reason = Delivery["reason"];

interface DeliveryGroup {
  readonly state: "failed" | "held";
  readonly reason: Reason;
  readonly count: number;
  readonly sinks: ReadonlyMap<string, number>;
}

interface SinkGroup {
  readonly state: "failed" | "held" | "pending";
  readonly reason: Reason;
  readonly event_sink_id: string;
  readonly count: number;
}

/** What failed first, and of each state the most first. */
function groupByReason(bySink: readonly SinkGroup[]): readonly DeliveryGroup[] {
  return (["failed", "held"] as const).flatMap((state) => {
    const own = bySink.filter((group) => group.state === state);
    return [...Map.groupBy(own, ({ reason }) => reason)]
      .map(([reason, groups]) => ({
        state,
        reason,
        count: groups.reduce((sum, { count }) => sum + count, 0),
        sinks: new Map(groups.map((group) => [group.event_sink_id, group.count])),
      }))
      .sort((a, b) => b.count - a.count);
  });
}

function GroupLine(props: { readonly tenant: string; readonly group: DeliveryGroup }) {
  const { tenant, group } = props;
  const { state, reason, count, sinks } = group;
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
