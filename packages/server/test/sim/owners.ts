/** What people do to sinks and deliveries through the API; what fails is left at that. */

import type { JsonObject } from "../../src/domain/json.ts";
import { type EventSinkId, newId } from "../../src/ids.ts";
import { tenantId } from "./make-sinks.ts";
import type { PlanEvent } from "./plan.ts";
import type { Service } from "./service.ts";

/** A time makes no difference to it. */
type Untimed<T> = T extends unknown ? Omit<T, "at"> : never;

export type Wish = Untimed<Event>;

type Event = Extract<
  PlanEvent,
  {
    kind:
      | "pause"
      | "resume"
      | "update"
      | "probe"
      | "delete"
      | "discard"
      | "options"
      | "retry"
      | "replay"
      | "prune";
  }
>;

export interface Owners {
  readonly service: Service;
  readonly sinkIds: readonly EventSinkId[];
  /** Ids of deliveries whose alerts were accepted so far. */
  readonly accepted: readonly string[];
  readonly now: number;
}

/** Resolves when it is done. */
export async function grant(wish: Wish, owners: Owners): Promise<void> {
  const { service, now } = owners;
  const { store } = service;
  switch (wish.kind) {
    case "retry": {
      const id = owners.accepted[wish.pick % Math.max(owners.accepted.length, 1)];
      if (id === undefined) return;
      const { includesOvertaken } = wish;
      await store.retryDelivery({ tenantId, id, now, includesOvertaken });
      return;
    }
    case "replay":
      await replay(wish, owners);
      return;
    case "prune":
      service.prune(wish.retentionMs);
      return;
    default:
      await changeSink(wish, owners);
  }
}

async function changeSink(
  wish: Exclude<Wish, { kind: "retry" | "replay" | "prune" }>,
  { service: { store }, sinkIds, now }: Owners,
): Promise<void> {
  const id = sinkIds[wish.sink] ?? "";
  const lane = { tenantId, eventSinkId: id };
  switch (wish.kind) {
    case "pause":
      await store.setEventSinkPause({ ...lane, pausedAt: now });
      break;
    case "resume":
      await store.setEventSinkPause({ ...lane, pausedAt: null });
      break;
    case "probe":
      await store.probeEventSink({ ...lane, now });
      break;
    case "delete":
      await store.deleteEventSink({ tenantId, id, now, ifVersion: null });
      break;
    case "discard":
      for (let until: string | null = null, isDone = false; !isDone; ) {
        ({ until, isDone } = await store.cancelHeld({ ...lane, now, until }));
      }
      break;
    default: {
      const current = await store.getEventSink({ tenantId, id });
      if (current === null) return;
      const { delivery: before, ...own } = current.settings;
      const delivery = wish.kind === "options" ? wish.delivery : before;
      const settings = delivery ? { ...own, delivery: delivery as JsonObject } : own;
      const eventSink = { ...current, settings, version: current.version + 1, updatedAt: now };
      await store.updateEventSink({ eventSink, ifVersion: current.version });
    }
  }
}

async function replay(
  { sink, to, state, includesOvertaken }: Extract<Wish, { kind: "replay" }>,
  { service, sinkIds, now }: Owners,
): Promise<void> {
  const idOf = (place: number | null) => (place === null ? null : (sinkIds[place] ?? null));
  // The API refuses it: what is held goes out by itself.
  if (state === "held" && to === null) return;
  const filter = {
    eventSinkId: idOf(sink),
    ...{ alertUid: null, dedupKey: null, action: null, reason: null, since: null, until: null },
    state,
  };
  await service.store.createReplay({
    ...{ tenantId, id: newId(), filter, toEventSinkId: idOf(to), includesOvertaken },
    matchedCount: null,
    now,
  });
  service.wakeReplayer();
}
