import type { RetentionPass } from "../../retention-operations.ts";
import type { Queries } from "../database.ts";

const dayMs = 24 * 3_600_000;

/** What was last changed before this is old. */
export function beforeOf(
  { now, retentionMs }: RetentionPass,
  retentionDays: number | null,
): number {
  return now - (retentionDays === null ? retentionMs : retentionDays * dayMs);
}

/** What is older than this is old for every tenant. */
export async function beforeForAll(db: Queries, pass: RetentionPass): Promise<number> {
  const row = await db.get<{ days: number | null }>(
    "SELECT max(retention_days) AS days FROM tenants",
  );
  return Math.min(beforeOf(pass, row?.days ?? null), beforeOf(pass, null));
}
