import type { Queries } from "../database.ts";

/**
 * The condition that a row is the scope's: `$1` is its id (or another key that `tenant_ids` has),
 * `$2` the tenant, NULL for any. With a tenant it needs no look-up.
 */
export const isScoped =
  "tenant_id = coalesce($2::text, (SELECT t.tenant_id FROM tenant_ids t WHERE t.id = $1::text))";

/** Notes whose an id is; fails when it is taken. */
export async function keepTenantId(db: Queries, id: string, tenantId: string): Promise<void> {
  await db.run("INSERT INTO tenant_ids (id, tenant_id) VALUES ($1, $2)", id, tenantId);
}

export async function forgetTenantId(db: Queries, ...ids: readonly string[]): Promise<void> {
  await db.run("DELETE FROM tenant_ids WHERE id = ANY($1::text[])", ids);
}
