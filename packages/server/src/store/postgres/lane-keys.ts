import type { Lane } from "../store.ts";

/** The columns (tenant_id, event_sink_id) of lanes, as `unnest` takes them. */
export function laneKeys(lanes: readonly Lane[]): [string[], string[]] {
  return [lanes.map(({ tenantId }) => tenantId), lanes.map(({ eventSinkId }) => eventSinkId)];
}

/** One text for each lane. */
export const laneText = ({ tenantId, eventSinkId }: Lane) => `${tenantId} ${eventSinkId}`;
