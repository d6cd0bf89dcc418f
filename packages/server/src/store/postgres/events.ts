import type { StoreEvent } from "../store.ts";
import type { PortClient } from "../worker-ports.ts";
import type { NodeState } from "./node-state.ts";

/** What each subscriber is to be told now, and forgets it. */
export function takeEvents(state: NodeState): Map<PortClient, StoreEvent[]> {
  const { changed, resolveWaiting, offered, due } = state.announcements;
  const events = new Map<PortClient, StoreEvent[]>();
  const count = changed.length + resolveWaiting.length + offered.size + due.size;
  if (count === 0) return events;
  const common: StoreEvent[] = changed.map((change) => ({ kind: "sink_changed", ...change }));
  const lanes = [...due].map(([{ tenantId, eventSinkId }, dueAt]) => ({
    tenantId,
    eventSinkId,
    dueAt,
  }));
  for (const client of state.clients) {
    if (client.offersPerLane === null) continue;
    const own = [...common];
    const deliveries = offered.get(client) ?? [];
    if (deliveries.length > 0) own.push({ kind: "offered", deliveries });
    // After the offers: the same batch may have offered what the resolve waits for.
    for (const waiting of resolveWaiting) own.push({ kind: "resolve_waiting", ...waiting });
    if (lanes.length > 0) own.push({ kind: "due", lanes });
    if (own.length > 0) events.set(client, own);
  }
  changed.length = 0;
  resolveWaiting.length = 0;
  offered.clear();
  due.clear();
  return events;
}
