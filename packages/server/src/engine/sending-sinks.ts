import type { EventSink } from "../domain/event-sink.ts";
import type { Sealer } from "../sealer.ts";
import type { Secrets } from "../secret.ts";
import { sinkTypes } from "../sinks/index.ts";
import type { SinkType } from "../sinks/sink-type.ts";
import type { Lane, Store } from "../store/store.ts";
import { engineLimits } from "./limits.ts";

/** A sink ready to send: its type, and its secrets unsealed. */
export interface ReadySink {
  readonly eventSink: EventSink;
  readonly sinkType: SinkType;
  readonly secrets: Secrets;
  /** Its Slack integration is gone. */
  readonly lacksIntegration: boolean;
}

export interface SendingSinks {
  /** Null when the sink is not there. Rejects when its secrets cannot be unsealed. */
  get(lane: Lane): Promise<ReadySink | null>;
  forget(lane: Lane): void;
}

/**
 * Keeps sinks ready between attempts. What changed is forgotten by the store's
 * `sink_changed`; a load that raced with the change is not kept.
 */
export function createSendingSinks(store: Store, sealer: Sealer): SendingSinks {
  const kept = new Map<string, Promise<ReadySink | null>>();

  async function load(lane: Lane): Promise<ReadySink | null> {
    const found = await store.getSendingSink(lane);
    if (found === null) return null;
    const { eventSink, slackIntegration } = found;
    const own =
      eventSink.sealedSecrets === null ? {} : sealer.unseal(eventSink.sealedSecrets, eventSink);
    const integration =
      slackIntegration === null
        ? {}
        : sealer.unseal(slackIntegration.sealedSecrets, slackIntegration);
    return {
      eventSink,
      sinkType: sinkTypes[eventSink.type],
      secrets: { ...own, ...integration },
      lacksIntegration:
        slackIntegration === null && eventSink.settings["slack_integration_id"] !== undefined,
    };
  }

  return {
    get(lane) {
      const known = kept.get(lane.eventSinkId);
      if (known !== undefined) return known;
      if (kept.size >= engineLimits.cachedSinksMax) kept.clear();
      const loading = load(lane);
      kept.set(lane.eventSinkId, loading);
      const drop = () => {
        if (kept.get(lane.eventSinkId) === loading) kept.delete(lane.eventSinkId);
      };
      loading.then((sink) => (sink === null ? drop() : undefined), drop);
      return loading;
    },
    forget(lane) {
      kept.delete(lane.eventSinkId);
    },
  };
}
