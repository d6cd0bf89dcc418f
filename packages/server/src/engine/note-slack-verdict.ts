/**
 * Whether Slack still accepts an integration's token, as learnt on the way.
 *
 * Slack tells nobody when its app is removed from a workspace; calls just begin to fail. So
 * whoever meets such an answer puts it on record, and the integration and all its sinks say
 * so. It is a note, no lock: probes of the sinks still ask Slack, as a workspace may be
 * reactivated, and the first answer that is good takes the note away again.
 */

import type { Clock } from "../clock.ts";
import type { EventSink, SlackIntegration } from "../domain/event-sink.ts";
import type { Log } from "../log.ts";
import { readSlackAnswer } from "../sinks/slack/api.ts";
import type { Exchange, Store } from "../store/store.ts";
import { tryLock } from "./slack-integration-lock.ts";

export interface VerdictDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

interface NotedSink {
  readonly eventSink: EventSink;
  /** Null: it needs none, or it was deleted. */
  readonly slackIntegration: SlackIntegration | null;
}

/** Slack's words for an install that is over: the token was revoked, or the app removed. */
const finalErrors: readonly string[] = ["token_revoked", "account_inactive"];

/** True for a reason that Slack itself gives to each call: asking it again finds out whether it still holds. */
export function isAskable(revokedReason: string): boolean {
  return finalErrors.includes(revokedReason);
}

/**
 * Puts on record what an answer to a call with an integration's token says of that token.
 * Nothing is written when that is known, when the integration has changed since, or is just being changed.
 */
export async function noteVerdict(
  integration: SlackIntegration,
  response: { status: number; headers: Readonly<Record<string, string>>; body: string },
  { store, clock, log }: VerdictDeps,
): Promise<void> {
  const mayBeOver = finalErrors.some((error) => response.body.includes(error));
  // Nearly every answer, told without parsing it.
  if (!mayBeOver && integration.revokedReason === null) return;
  const answer = readSlackAnswer(response);
  const isOver = answer.kind === "error" && finalErrors.includes(answer.error);
  if (!isOver && answer.kind !== "ok") return;
  const revokedReason = isOver ? answer.error : null;
  if (revokedReason === integration.revokedReason) return;
  const { id, tenantId } = integration;
  if (!(await tryLock({ store, clock }, id))) return;
  let isUnlocked = false;
  try {
    const current = await store.getSlackIntegration({ tenantId: null, id });
    const isSame = current?.sealedSecrets === integration.sealedSecrets;
    if (current === null || !isSame || current.revokedReason === revokedReason) return;
    const updatedAt = Math.max(clock.now(), current.updatedAt);
    await store.putSlackIntegration({ ...current, revokedReason, updatedAt });
    // By the put; the lock may be somebody else's from here on.
    isUnlocked = true;
  } finally {
    if (!isUnlocked) await store.unlockSlackIntegration({ id });
  }
  const fields = { slack_integration_id: id, tenant_id: tenantId, reason: revokedReason };
  log.warn(fields, isOver ? "slack_integration.revoked" : "slack_integration.accepted_again");
}

/**
 * For the engine, after each attempt: notes what the last answer says of the sink's Slack
 * integration. Never throws: what could not be written now the next attempt finds again.
 */
export async function noteSinkVerdict(
  { eventSink, slackIntegration }: NotedSink,
  exchanges: readonly Exchange[],
  deps: VerdictDeps,
): Promise<void> {
  const response = exchanges.at(-1)?.response ?? null;
  if (slackIntegration === null || response === null) return;
  await noteVerdict(slackIntegration, response, deps).catch((error: unknown) => {
    deps.log.warn({ event_sink_id: eventSink.id, error }, "slack_integration.not_noted");
  });
}
