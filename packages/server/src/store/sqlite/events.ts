import type { StoreEvent } from "../store.ts";
import type { PortClient } from "./worker-ports.ts";
import type { WriterState } from "./writer-state.ts";

/** What each subscriber is to be told of the batch that was just committed, and forgets it. */
export function takeEvents(state: WriterState): Map<PortClient, StoreEvent[]> {
  const { changed, offered, due } = state.announcements;
  const events = new Map<PortClient, StoreEvent[]>();
  if (changed.length + offered.size + due.size === 0) return events;
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
    if (lanes.length > 0) own.push({ kind: "due", lanes });
    if (own.length > 0) events.set(client, own);
  }
  changed.length = 0;
  offered.clear();
  due.clear();
  return events;
}
