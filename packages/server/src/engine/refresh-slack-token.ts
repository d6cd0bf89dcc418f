/**
 * Renewing Slack tokens that run out.
 *
 * Where an app rotates its tokens, a bot token lives twelve hours and comes with a refresh
 * token that works once. Two refreshers at a time would use it up twice, and the second
 * answer would be the end of the install. So: one lock per integration over all workers and
 * nodes, the integration read again under it, and the new pair stored in one write before
 * anybody uses it. The engine's attempts and the HTTP layer's look-ups share this path.
 */

import type { Clock } from "../clock.ts";
import type { SlackIntegration } from "../domain/event-sink.ts";
import type { Log } from "../log.ts";
import type { Outbound } from "../outbound/outbound.ts";
import type { Sealer } from "../sealer.ts";
import type { Secrets } from "../secret.ts";
import type { VendorUrls } from "../sinks/sink-type.ts";
import {
  readTokens,
  refreshTokenRequest,
  type SlackApp,
  type SlackTokens,
  type TokensAnswer,
} from "../sinks/slack/oauth.ts";
import { botTokenName } from "../sinks/slack/step.ts";
import { type Store, StoreUnavailable } from "../store/store.ts";
import { makeReady, type ReadySink } from "./sending-sinks.ts";
import { slackLockMs, sleep, waitForLock } from "./slack-integration-lock.ts";

export const refreshTokenName = "refresh_token";

export interface RefreshDeps {
  readonly store: Store;
  readonly sealer: Sealer;
  readonly outbound: Outbound;
  readonly vendors: Pick<VendorUrls, "slackApi">;
  readonly clock: Clock;
  readonly log: Log;
  /** Null when the operator has set none: nothing can be renewed then. */
  readonly slackApp: SlackApp | null;
}

export type RefreshResult =
  /** The integration with a good token, whoever renewed it. */
  | { readonly kind: "refreshed"; readonly integration: SlackIntegration }
  /** Its token is gone for good, and that is on record. */
  | { readonly kind: "revoked"; readonly integration: SlackIntegration }
  /** It could not be found out now; nothing has changed. */
  | { readonly kind: "not_now"; readonly detail: string };

export interface SlackRefresher {
  /**
   * Renews the token that `integration` holds.
   * @param isExpired the token works no more, so a definite no ends the integration.
   * Rejects with `StoreUnavailable`.
   */
  refresh(integration: SlackIntegration, isExpired: boolean): Promise<RefreshResult>;
}

const requestTimeoutMs = 15_000;
/** A token this close to its end is renewed before it is used. */
const aheadMs = 60 * 60_000;
/** Between tries to renew a token that still works. */
const aheadRetryMs = 60_000;
/** For the lock, while somebody else renews the same token. */
const lockWaitMsMax = 20_000;
const storeRetryMs = 1_000;

export function createSlackRefresher(deps: RefreshDeps): SlackRefresher {
  const underWay = new Map<string, Promise<RefreshResult>>();
  return {
    refresh(integration, isExpired) {
      const { id } = integration;
      const known = underWay.get(id);
      if (known !== undefined) return known;
      const refreshing = refreshOnce(integration, isExpired, deps).finally(() =>
        underWay.delete(id),
      );
      underWay.set(id, refreshing);
      return refreshing;
    },
  };
}

async function refreshOnce(
  old: SlackIntegration,
  isExpired: boolean,
  deps: RefreshDeps,
): Promise<RefreshResult> {
  const { store } = deps;
  const read = () => store.getSlackIntegration({ tenantId: null, id: old.id });
  let current: SlackIntegration | null = old;
  const isLocked = await waitForLock(deps, old.id, lockWaitMsMax, async () => {
    current = await read();
    return current !== null && isSame(current, old);
  });
  if (!isLocked) return changedMeanwhile(old, current);
  let isStored = false;
  try {
    current = await read();
    if (current === null || !isSame(current, old)) return changedMeanwhile(old, current);
    const { result, toStore } = await renew(current, isExpired, deps);
    if (toStore !== null) {
      await storeSurely(toStore, deps);
      isStored = true;
    }
    return result;
  } finally {
    // What was stored has ended the lock.
    if (!isStored) await store.unlockSlackIntegration({ id: old.id });
  }
}

/** The sealed text changes with every write of the secrets; a reason with every verdict. */
function isSame(a: SlackIntegration, b: SlackIntegration): boolean {
  return a.sealedSecrets === b.sealedSecrets && a.revokedReason === b.revokedReason;
}

function changedMeanwhile(old: SlackIntegration, current: SlackIntegration | null): RefreshResult {
  if (current === null) return { kind: "not_now", detail: "The Slack integration was deleted." };
  if (isSame(current, old)) {
    return { kind: "not_now", detail: "Another worker has been renewing the token for too long." };
  }
  return { kind: current.revokedReason === null ? "refreshed" : "revoked", integration: current };
}

async function renew(
  current: SlackIntegration,
  isExpired: boolean,
  deps: RefreshDeps,
): Promise<{ result: RefreshResult; toStore: SlackIntegration | null }> {
  const { sealer, slackApp, clock, log } = deps;
  const fields = { slack_integration_id: current.id, tenant_id: current.tenantId };
  const secrets = sealer.unseal(current.sealedSecrets, current);
  const refreshToken = secrets[refreshTokenName];
  if (refreshToken === undefined) return revoke("token_expired");
  if (slackApp === null) {
    log.warn(fields, "slack_integration.no_client_settings");
    return notNow(
      "The bot token has run out, and without EVENT_SINKS_SLACK_CLIENT_ID and EVENT_SINKS_SLACK_CLIENT_SECRET it cannot be renewed.",
    );
  }
  const request = refreshTokenRequest(refreshToken, { slackApi: deps.vendors.slackApi, slackApp });
  const answer = await ask(request, { ...secrets, client_secret: slackApp.clientSecret }, deps);
  if (answer.kind === "granted") {
    const integration = withTokens(current, secrets, answer, deps);
    log.info({ ...fields, expires_at: integration.tokenExpiresAt }, "slack_integration.refreshed");
    return { result: { kind: "refreshed", integration }, toStore: integration };
  }
  log.warn({ ...fields, detail: answer.detail }, "slack_integration.not_refreshed");
  // A wrong Client Secret is the operator's to mend; it ends no install.
  if (answer.kind === "refused" && answer.blame !== "app") return revoke(answer.error);
  return notNow(answer.detail);

  function revoke(reason: string) {
    if (!isExpired) return notNow(`Slack will not renew the token (${reason}).`);
    const updatedAt = Math.max(clock.now(), current.updatedAt);
    const integration = { ...current, revokedReason: reason, updatedAt };
    return { result: { kind: "revoked", integration } as const, toStore: integration };
  }
}

function notNow(detail: string): { result: RefreshResult; toStore: null } {
  return { result: { kind: "not_now", detail }, toStore: null };
}

async function ask(
  { method, url, headers, body }: ReturnType<typeof refreshTokenRequest>,
  secrets: Secrets,
  { outbound, clock }: RefreshDeps,
): Promise<TokensAnswer> {
  const timeoutMs = requestTimeoutMs;
  const result = await outbound.send({ method, url, headers, body, policy: "vendor", timeoutMs });
  if (result.kind === "response") return readTokens(result, secrets, clock.now());
  return { kind: "unclear", detail: result.detail, retryAfterMs: null };
}

/** The integration with new tokens, which heal it. */
export function withTokens(
  integration: SlackIntegration,
  before: Secrets,
  tokens: SlackTokens,
  { sealer, clock }: Pick<RefreshDeps, "sealer" | "clock">,
): SlackIntegration {
  const refreshToken = tokens.refreshToken ?? before[refreshTokenName];
  const secrets: Secrets = {
    [botTokenName]: tokens.botToken,
    ...(refreshToken === undefined ? {} : { [refreshTokenName]: refreshToken }),
  };
  const now = clock.now();
  return {
    ...integration,
    scopes: tokens.scopes.length > 0 ? tokens.scopes : integration.scopes,
    revokedReason: null,
    tokenExpiresAt: tokens.expiresInMs === null ? null : now + tokens.expiresInMs,
    sealedSecrets: sealer.seal(secrets, integration),
    updatedAt: Math.max(now, integration.updatedAt),
  };
}

/** The old refresh token is used up: to lose the new one would be to lose the install. */
async function storeSurely(
  integration: SlackIntegration,
  { store, clock }: RefreshDeps,
): Promise<void> {
  const until = clock.now() + slackLockMs - requestTimeoutMs - lockWaitMsMax;
  for (;;) {
    try {
      await store.putSlackIntegration(integration);
      return;
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || clock.now() >= until) throw error;
      await sleep(clock, storeRetryMs);
    }
  }
}

/** Whether a sink's token runs out soon, so that it should be renewed before it is used. */
export function isRefreshDue({ slackIntegration }: ReadySink, now: number): boolean {
  if (slackIntegration === null || slackIntegration.revokedReason !== null) return false;
  const { tokenExpiresAt } = slackIntegration;
  return tokenExpiresAt !== null && tokenExpiresAt - now < aheadMs;
}

/**
 * For the engine, when an attempt has met `token_expired`, and ahead of one when `isRefreshDue`.
 * @param isAhead tried once a minute at most; while the token still works no definite no ends it.
 * @returns the sink with a good token; null when there is none now, so that the attempt is
 * retried (or goes out with the old one). If there will be none, the integration says so,
 * and the sink's next attempt. Never rejects.
 */
export function createTokenRefresher(
  deps: RefreshDeps,
): (sink: ReadySink, isAhead?: boolean) => Promise<ReadySink | null> {
  const refresher = createSlackRefresher(deps);
  const failedAt = new Map<string, number>();
  return async (sink, isAhead = false) => {
    const { eventSink, health, slackIntegration: integration } = sink;
    if (integration === null) return null;
    const now = deps.clock.now();
    const failed = failedAt.get(integration.id) ?? Number.NEGATIVE_INFINITY;
    if (isAhead && now - failed < aheadRetryMs) return null;
    const hasEnded = integration.tokenExpiresAt !== null && integration.tokenExpiresAt <= now;
    const result = await refresher
      .refresh(integration, !isAhead || hasEnded)
      .catch((error: unknown) => {
        const fields = { slack_integration_id: integration.id, error };
        deps.log.error(fields, "slack_integration.not_refreshed");
        return null;
      });
    if (result?.kind !== "refreshed") {
      failedAt.set(integration.id, now);
      return null;
    }
    failedAt.delete(integration.id);
    return makeReady({ eventSink, health, slackIntegration: result.integration }, deps.sealer);
  };
}
