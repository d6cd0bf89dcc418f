import { type DeliveryOptions, readDeliveryOptions } from "../domain/delivery-options.ts";
import type { EventSink, SlackIntegration } from "../domain/event-sink.ts";
import type { JsonObject } from "../domain/json.ts";
import type { SinkHealth } from "../domain/sink-health.ts";
import type { Sealer } from "../sealer.ts";
import type { Secrets } from "../secret.ts";
import { sinkTypes } from "../sinks/index.ts";
import type { SinkOutcome, SinkType } from "../sinks/sink-type.ts";
import { slackBotNameKey, slackTeamIdKey } from "../sinks/slack/args.ts";
import type { Lane, SendingSink, Store } from "../store/store.ts";
import { engineLimits } from "./limits.ts";
import { isAskable } from "./note-slack-verdict.ts";

/** A sink ready to send: its type, and its secrets unsealed. */
export interface ReadySink {
  readonly eventSink: EventSink;
  readonly sinkType: SinkType;
  /** The sink's own, and what is known of its Slack integration. */
  readonly settings: JsonObject;
  readonly secrets: Secrets;
  readonly health: SinkHealth;
  readonly delivery: DeliveryOptions;
  readonly slackIntegration: SlackIntegration | null;
  /** Why its Slack integration cannot be used; null when it can, or when it needs none. */
  readonly integrationProblem: IntegrationProblem | null;
}

type IntegrationProblem = Extract<SinkOutcome, { kind: "rejected" }>;

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
    return makeReady(found, sealer);
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

/** Unseals what a sink needs. Throws when the encryption key does not fit. */
export function makeReady(found: SendingSink, sealer: Sealer): ReadySink {
  const { eventSink, slackIntegration, health } = found;
  const own =
    eventSink.sealedSecrets === null ? {} : sealer.unseal(eventSink.sealedSecrets, eventSink);
  const integration =
    slackIntegration === null
      ? {}
      : sealer.unseal(slackIntegration.sealedSecrets, slackIntegration);
  return {
    eventSink,
    sinkType: sinkTypes[eventSink.type],
    settings: { ...eventSink.settings, ...describeIntegration(slackIntegration) },
    secrets: { ...own, ...integration },
    health,
    delivery: readDeliveryOptions(eventSink.settings),
    slackIntegration,
    integrationProblem: findIntegrationProblem(eventSink, slackIntegration),
  };
}

/** What a Slack sink needs to know of its workspace: it counts messages, and whom to invite. */
function describeIntegration(integration: SlackIntegration | null): JsonObject {
  if (integration === null) return {};
  const { teamId, botName } = integration;
  return {
    ...(teamId === "" ? {} : { [slackTeamIdKey]: teamId }),
    ...(botName === null ? {} : { [slackBotNameKey]: botName }),
  };
}

function findIntegrationProblem(
  { settings }: EventSink,
  integration: SlackIntegration | null,
): IntegrationProblem | null {
  if (settings["slack_integration_id"] === undefined) return null;
  if (integration === null) {
    return sinkFault(
      "The sink's Slack integration was deleted. Create a new integration and a sink that uses it.",
    );
  }
  const { revokedReason } = integration;
  if (revokedReason === null || isAskable(revokedReason)) return null;
  return sinkFault(
    `Slack no longer accepts the integration "${integration.name}" (${revokedReason}). Install the app again.`,
  );
}

function sinkFault(detail: string): IntegrationProblem {
  return { kind: "rejected", reason: "auth_failed", isSinkFault: true, detail };
}
