import type { Clock } from "../clock.ts";
import type { SlackIntegration } from "../domain/event-sink.ts";
import type { Log } from "../log.ts";
import { readSlackAnswer } from "../sinks/slack/api.ts";
import type { Exchange, Store } from "../store/store.ts";
import type { ReadySink } from "./sending-sinks.ts";
import { tryLock } from "./slack-integration-lock.ts";

export interface MarkRevokedDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

/** Slack's words for an install that is over: the token was revoked, or the app removed. */
const finalErrors: readonly string[] = ["token_revoked", "account_inactive"];

/** The error with which an answer of Slack's says that the install is over; null when it does not. */
export function readFinalError(
  response: { status: number; headers: Readonly<Record<string, string>>; body: string } | null,
): string | null {
  if (response === null) return null;
  const answer = readSlackAnswer(response);
  return answer.kind === "error" && finalErrors.includes(answer.error) ? answer.error : null;
}

/**
 * Puts on record that Slack no longer accepts an integration's token, so that it and all its sinks say so.
 * Nothing is written when the integration has changed since, or is just being changed.
 */
export async function markSlackRevoked(
  integration: SlackIntegration,
  reason: string,
  deps: MarkRevokedDeps,
): Promise<void> {
  const { store, clock, log } = deps;
  const { id, tenantId } = integration;
  if (!(await tryLock(deps, id))) return;
  const current = await store.getSlackIntegration({ tenantId: null, id });
  const isSame = current?.sealedSecrets === integration.sealedSecrets;
  if (current === null || !isSame || current.revokedReason !== null) {
    await store.unlockSlackIntegration({ id });
    return;
  }
  const updatedAt = Math.max(clock.now(), current.updatedAt);
  await store.putSlackIntegration({ ...current, revokedReason: reason, updatedAt });
  log.warn({ slack_integration_id: id, tenant_id: tenantId, reason }, "slack_integration.revoked");
}

/**
 * For the engine, after each attempt: marks the sink's Slack integration if the last answer said
 * that it is over. Never throws: what could not be written now the next attempt finds again.
 */
export async function markIfRevoked(
  sink: ReadySink,
  exchanges: readonly Exchange[],
  deps: MarkRevokedDeps,
): Promise<void> {
  if (sink.slackIntegration === null) return;
  const reason = readFinalError(exchanges.at(-1)?.response ?? null);
  if (reason === null) return;
  await markSlackRevoked(sink.slackIntegration, reason, deps).catch((error: unknown) => {
    const { id } = sink.eventSink;
    deps.log.warn({ event_sink_id: id, error }, "slack_integration.not_marked");
  });
}
