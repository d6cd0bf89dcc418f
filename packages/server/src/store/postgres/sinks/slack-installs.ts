import type { Input, Output } from "../../protocol.ts";
import type { SlackInstall } from "../../store.ts";
import { forgetTenantId, isScoped, keepTenantId } from "../accounts/tenant-ids.ts";
import { hasTenant } from "../accounts/tenants.ts";
import type { Queries } from "../database.ts";
import type { NodeState } from "../node-state.ts";

interface SlackInstallRow {
  readonly tenant_id: string;
  readonly state_hash: string;
  readonly name: string;
  readonly sealed_secrets: string;
  readonly expires_at: number;
}

const columns = "tenant_id, state_hash, name, sealed_secrets, expires_at";

const toSlackInstall = (row: SlackInstallRow): SlackInstall => ({
  stateHash: row.state_hash,
  tenantId: row.tenant_id,
  name: row.name,
  sealedSecrets: row.sealed_secrets,
  expiresAt: row.expires_at,
});

export async function createSlackInstall(
  state: NodeState,
  { now, ...install }: Input<"createSlackInstall">,
): Promise<Output<"createSlackInstall">> {
  const { db } = state;
  if (!(await hasTenant(db, install.tenantId))) return "unknown_tenant";
  const expired = await db.all<{ state_hash: string }>(
    "DELETE FROM slack_installs WHERE expires_at <= $1 RETURNING state_hash",
    now,
  );
  await forgetTenantId(db, ...expired.map(({ state_hash }) => state_hash));
  await db.run(
    `INSERT INTO slack_installs (${columns}) VALUES ($1, $2, $3, $4, $5)`,
    install.tenantId,
    install.stateHash,
    install.name,
    install.sealedSecrets,
    install.expiresAt,
  );
  await keepTenantId(db, install.stateHash, install.tenantId);
  return "created";
}

export async function takeSlackInstall(
  state: NodeState,
  { stateHash, now }: Input<"takeSlackInstall">,
): Promise<Output<"takeSlackInstall">> {
  const { db } = state;
  const row = await db.get<SlackInstallRow>(
    `DELETE FROM slack_installs WHERE ${isScoped} AND state_hash = $1 RETURNING ${columns}`,
    stateHash,
    null,
  );
  await forgetTenantId(db, stateHash);
  return row === undefined || row.expires_at <= now ? null : toSlackInstall(row);
}

/** One row decides over all nodes. */
export async function lockSlackIntegration(
  { db }: NodeState,
  { id, now, until }: Input<"lockSlackIntegration">,
): Promise<Output<"lockSlackIntegration">> {
  const taken = await db.run(
    `INSERT INTO slack_locks (id, locked_until) VALUES ($1, $3)
     ON CONFLICT (id) DO UPDATE SET locked_until = excluded.locked_until
     WHERE slack_locks.locked_until <= $2`,
    id,
    now,
    until,
  );
  return taken === 1;
}

export async function unlockSlackIntegration(
  { db }: NodeState,
  { id }: Input<"unlockSlackIntegration">,
): Promise<Output<"unlockSlackIntegration">> {
  await removeSlackLock(db, id);
  return null;
}

export async function removeSlackLock(db: Queries, id: string): Promise<void> {
  await db.run("DELETE FROM slack_locks WHERE id = $1", id);
}
