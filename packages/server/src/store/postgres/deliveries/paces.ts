/**
 * Platforms' paces over all nodes: a row for each says when its bucket is full again, by the clock of
 * the database. To give a turn away is to move that on by one step; rows are taken in the order of
 * their keys, so that no two nodes wait for each other.
 *
 * The table is not logged, so a turn costs no wait for a disk. After a crash of the database, or on a
 * standby that has come to lead, it is empty: at worst one burst goes out too early then.
 */

import type { Input, Output } from "../../protocol.ts";
import type { Queries } from "../database.ts";

const freeInMs = "(extract(epoch FROM free_at - clock_timestamp()) * 1000)::double precision";

export const reserveTurnsSql = `INSERT INTO paces AS p (key, step_ms, free_at)
  SELECT w.key, w.step_ms, clock_timestamp() + make_interval(secs => w.step_ms / 1000)
  FROM unnest($1::text[], $2::double precision[]) AS w(key, step_ms) ORDER BY w.key
  ON CONFLICT (key) DO UPDATE SET step_ms = excluded.step_ms,
    free_at = greatest(p.free_at, clock_timestamp()) + make_interval(secs => excluded.step_ms / 1000)
  RETURNING key, ${freeInMs} AS free_in_ms`;

/** Each key once. */
export async function reserveTurns(
  db: Queries,
  { paces }: Input<"reserveTurns">,
): Promise<Output<"reserveTurns">> {
  const rows = await db.all<{ key: string; free_in_ms: number }>(
    reserveTurnsSql,
    paces.map(({ key }) => key),
    paces.map(({ stepMs }) => stepMs),
  );
  const freeIn = new Map(rows.map(({ key, free_in_ms }) => [key, free_in_ms]));
  return paces.map(({ key, burst, stepMs }) =>
    Math.max(0, Math.ceil((freeIn.get(key) ?? 0) - burst * stepMs)),
  );
}

export async function holdPace(
  db: Queries,
  { pace: { key, burst, stepMs }, forMs }: Input<"holdPace">,
): Promise<Output<"holdPace">> {
  // A bucket that has room for one again when the quiet is over.
  const untilFreeS = (forMs + (burst - 1) * stepMs) / 1000;
  await db.run(
    `INSERT INTO paces AS p (key, step_ms, free_at)
     VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
     ON CONFLICT (key) DO UPDATE SET free_at = greatest(p.free_at, excluded.free_at)`,
    key,
    stepMs,
    untilFreeS,
  );
  return null;
}
