/** Storing a Slack token: as a new integration, or in the place of one that is there. */

import type { AuditEntry } from "../../domain/audit.ts";
import type { SlackIntegration } from "../../domain/event-sink.ts";
import { withTokens } from "../../engine/refresh-slack-token.ts";
import { waitForLock } from "../../engine/slack-integration-lock.ts";
import { ApiError } from "../../errors.ts";
import { newId, type TenantId } from "../../ids.ts";
import type { SlackTokens } from "../../sinks/slack/oauth.ts";
import type { HttpContext } from "../context.ts";
import { nameCharsMax, notFound, unknownTenant } from "../wire/resource-schemas.ts";
import { changedAt } from "../wire/wire-time.ts";

/** A token and whose it is. */
export interface TokenOfTeam extends SlackTokens {
  readonly teamId: string;
  readonly teamName: string;
  readonly botUserId: string;
  /** Null when Slack has not told. */
  readonly botName: string | null;
}

type PutContext = Pick<HttpContext, "store" | "sealer" | "clock" | "channelBooks">;

/** Tells the audit log what is about to be stored. */
export type AuditIntegration = (integration: SlackIntegration, isNew: boolean) => AuditEntry;

/** A refresh of the same token may be under way for this long. */
const lockWaitMsMax = 10_000;
const pageLimit = 500;

/** Makes an integration. Throws `ApiError` when there is no such tenant. */
export async function createSlackIntegration(
  tenantId: TenantId,
  name: string,
  token: TokenOfTeam,
  context: PutContext,
  audit: AuditIntegration,
): Promise<SlackIntegration> {
  const now = context.clock.now();
  const { teamId, teamName, botUserId, botName } = token;
  const empty: SlackIntegration = {
    id: newId(),
    tenantId,
    name: name === "" ? nameOf(teamName) : name,
    teamId,
    teamName,
    botUserId,
    botName,
    scopes: [],
    revokedReason: null,
    sealedSecrets: "",
    tokenExpiresAt: null,
    createdAt: now,
    updatedAt: now,
  };
  const integration = withTokens(empty, {}, token, context);
  const stored = await context.store.putSlackIntegration({
    ...integration,
    audit: audit(integration, true),
  });
  if (stored === "unknown_tenant") throw unknownTenant(tenantId);
  return integration;
}

/**
 * Changes an integration while nobody else does: a refresh that is under way must not write its older
 * token over this one. Throws `ApiError` when it is gone, or busy for too long.
 * @param change sees the integration as it is under the lock.
 */
export async function changeSlackIntegration(
  id: string,
  change: (current: SlackIntegration) => SlackIntegration,
  context: PutContext,
  audit: AuditIntegration,
): Promise<SlackIntegration> {
  const { store, clock } = context;
  if (!(await waitForLock(context, id, lockWaitMsMax))) {
    const message = "The token of this Slack integration is just being renewed: try again.";
    throw new ApiError("unavailable", message, { retryAfterS: 10 });
  }
  let isStored = false;
  try {
    const current = await store.getSlackIntegration({ tenantId: null, id });
    if (current === null) throw notFound("Slack integration", id);
    const changed = change(current);
    const updatedAt = changedAt(clock.now(), current.updatedAt);
    const integration = { ...changed, updatedAt };
    await store.putSlackIntegration({ ...integration, audit: audit(integration, false) });
    isStored = true;
    context.channelBooks.forget(id);
    return integration;
  } finally {
    // What was stored has ended the lock.
    if (!isStored) await store.unlockSlackIntegration({ id });
  }
}

/**
 * The integration with another token of its workspace, which heals it.
 * @param name empty: it keeps its name.
 */
export function withNewToken(
  current: SlackIntegration,
  name: string,
  token: TokenOfTeam,
  context: PutContext,
): SlackIntegration {
  const { teamId, teamName, botUserId, botName } = token;
  const named = {
    ...current,
    name: name === "" ? current.name : name,
    botName: botName ?? current.botName,
  };
  // The new token's scopes count, even when Slack has not told any.
  const scopes = token.scopes;
  return withTokens({ ...named, teamId, teamName, botUserId, scopes }, {}, token, context);
}

/** A tenant's integration of a workspace: of the same bot rather than another's, then the oldest. */
export async function findOfTeam(
  tenantId: TenantId,
  { teamId, botUserId }: Pick<TokenOfTeam, "teamId" | "botUserId">,
  { store }: PutContext,
): Promise<SlackIntegration | null> {
  const found: SlackIntegration[] = [];
  let after: string | null = null;
  do {
    const listed: { items: readonly SlackIntegration[]; next: string | null } =
      await store.listSlackIntegrations({ tenantId, after, limit: pageLimit });
    found.push(...listed.items.filter((integration) => integration.teamId === teamId));
    after = listed.next;
  } while (after !== null);
  return found.find((integration) => integration.botUserId === botUserId) ?? found[0] ?? null;
}

function nameOf(teamName: string): string {
  return teamName.slice(0, nameCharsMax).toWellFormed() || "Slack";
}
