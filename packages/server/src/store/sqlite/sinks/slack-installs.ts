import type { SlackIntegrationId } from "../../../ids.ts";
import type { Input, Output } from "../../protocol.ts";
import type { SlackInstall } from "../../store.ts";
import { findTenantNo, type WriterState } from "../writer-state.ts";

interface SlackInstallRow {
  readonly state_hash: string;
  readonly tenant_id: string;
  readonly name: string;
  readonly sealed_secrets: string;
  readonly expires_at: number;
}

const columns = "state_hash, tenant_id, name, sealed_secrets, expires_at";

const toSlackInstall = (row: SlackInstallRow): SlackInstall => ({
  stateHash: row.state_hash,
  tenantId: row.tenant_id,
  name: row.name,
  sealedSecrets: row.sealed_secrets,
  expiresAt: row.expires_at,
});

export function createSlackInstall(
  state: WriterState,
  { now, ...install }: Input<"createSlackInstall">,
): Output<"createSlackInstall"> {
  if (findTenantNo(state, install.tenantId) === undefined) return "unknown_tenant";
  state.db.run("DELETE FROM slack_installs WHERE expires_at <= ?", now);
  state.db.run(
    `INSERT INTO slack_installs (${columns}) VALUES (?, ?, ?, ?, ?)`,
    install.stateHash,
    install.tenantId,
    install.name,
    install.sealedSecrets,
    install.expiresAt,
  );
  return "created";
}

export function takeSlackInstall(
  { db }: WriterState,
  { stateHash, now }: Input<"takeSlackInstall">,
): Output<"takeSlackInstall"> {
  const row = db.get<SlackInstallRow>(
    `DELETE FROM slack_installs WHERE state_hash = ? RETURNING ${columns}`,
    stateHash,
  );
  return row === undefined || row.expires_at <= now ? null : toSlackInstall(row);
}

/**
 * The lock lives in the writer's memory, which all threads of the one process share, and ends
 * with it as the refresh does. PostgreSQL, with several nodes, needs a row for it.
 */
export function lockSlackIntegration(
  state: WriterState,
  { id, now, until }: Input<"lockSlackIntegration">,
): Output<"lockSlackIntegration"> {
  const lockedUntil = state.slackLocks.get(id);
  if (lockedUntil !== undefined && lockedUntil > now) return false;
  setLock(state, id, until);
  return true;
}

export function unlockSlackIntegration(
  state: WriterState,
  { id }: Input<"unlockSlackIntegration">,
): Output<"unlockSlackIntegration"> {
  setLock(state, id, undefined);
  return null;
}

function setLock(state: WriterState, id: SlackIntegrationId, until: number | undefined): void {
  const before = state.slackLocks.get(id);
  const set = (time: number | undefined) =>
    time === undefined ? state.slackLocks.delete(id) : state.slackLocks.set(id, time);
  set(until);
  state.undo.push(() => set(before));
}
