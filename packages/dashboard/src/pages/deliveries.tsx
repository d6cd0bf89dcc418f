import { Group } from "@mantine/core";
import { useCall } from "../api.ts";
import { DeliveryList } from "../parts/delivery-list.tsx";
import { ChoiceFilter, TextFilter, useFilters } from "../parts/filters.tsx";
import { Empty, PageTitle } from "../parts/notices.tsx";
import { ReplayPanel } from "../parts/replay.tsx";
import { useTenant } from "../tenant.ts";

const states = ["pending", "held", "delivered", "failed", "superseded", "canceled"];

export default function Deliveries() {
  const tenant = useTenant();
  const { search } = useFilters();
  const reasons = useReasons();
  if (tenant === null) return <Empty title="No tenant yet">Add an event sink first.</Empty>;
  const { state, reason, sink, key } = search;
  const query = { tenant_id: tenant, state, reason, event_sink_id: sink, dedup_key: key };
  return (
    <>
      <PageTitle title="Deliveries" />
      <Group align="flex-end" mb="md">
        <ChoiceFilter name="state" label="State" choices={states} />
        <ChoiceFilter name="reason" label="Reason" choices={reasons} />
        <TextFilter name="key" label="Dedup key" isMain />
      </Group>
      <ReplayPanel key={JSON.stringify(query)} filter={query} />
      <DeliveryList query={query} />
    </>
  );
}

/** The closed list, from the API's description. */
function useReasons(): readonly string[] {
  const asked = useCall("GET /openapi.json");
  interface Described {
    components?: {
      schemas?: { Delivery?: { properties?: { reason?: { anyOf?: { enum?: string[] }[] } } } };
    };
  }
  const { components } = (asked.data ?? {}) as Described;
  return (
    components?.schemas?.Delivery?.properties?.reason?.anyOf?.flatMap(
      (shape) => shape.enum ?? [],
    ) ?? []
  );
}
