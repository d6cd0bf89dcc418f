import { useCall } from "./api.ts";
import { useTenant } from "./tenant.ts";

/** The names of the tenant's sinks, by id. */
export function useSinkNames(): ReadonlyMap<string, string> {
  const tenant = useTenant();
  const query = { tenant_id: tenant ?? "", "pagination[page_size]": 1000 };
  const asked = useCall("GET /v1/event_sink", { query }, { isEnabled: tenant !== null });
  return new Map(asked.data?.data.event_sinks.map(({ id, name }) => [id, name]));
}
