import type { Lane } from "../../store.ts";
import type { SqlValue } from "../database.ts";
import { laneKeys } from "../lane-keys.ts";

/*
 * Rows of a lane's queue, named in a statement by their whole key. Told the lane alone by parameters and the
 * rows by `seq = ANY(…)`, PostgreSQL before 17 reads all of the lane instead of looking each up: it takes
 * sinks and tenants to have nothing to do with each other, and so a lane to hold next to nothing.
 */

/** To stand after `USING` or `FROM`, with `queueKeys` as the first values. */
export const givenRows = `unnest($1::text[], $2::uuid[], $3::bigint[])
  AS w(tenant_id, event_sink_id, seq)`;

/** Which rows of `queue q` are meant by `w`. */
export const isGivenRow = `q.tenant_id = w.tenant_id AND q.event_sink_id = w.event_sink_id
  AND q.seq = w.seq`;

export const deleteRowsSql = `DELETE FROM queue q USING ${givenRows} WHERE ${isGivenRow}`;

export function queueKeys(lane: Lane, seqs: readonly number[]): SqlValue[] {
  return [...laneKeys(seqs.map(() => lane)), seqs];
}
