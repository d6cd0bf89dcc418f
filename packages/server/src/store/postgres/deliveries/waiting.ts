/**
 * Order per (sink, dedup_key), over all nodes.
 *
 * A delivery that must wait is stored without a due time. Only the node that owns its lane lets it
 * go, in the batch that settles the last delivery it waits for. That node works its batches one
 * after the other, so for what it stores itself nothing can slip between the look and the write.
 * Another node that stores a delivery for the lane may look just before the owner settles what it
 * saw; so it also leaves mail for the owner, in the same transaction, and the owner looks again.
 *
 * Two deliveries of a key that two nodes store at the same moment have no order: neither was
 * answered when the other was asked for.
 */

import {
  type AlertAction,
  alertActions,
  mustWait,
  type Unfinished,
} from "../../../domain/delivery.ts";
import { announceDue } from "../../lanes/announcements.ts";
import type { LaneState } from "../../lanes/lane-memory.ts";
import type { Lane } from "../../store.ts";
import { laneKeys } from "../lane-keys.ts";
import type { NodeState } from "../node-state.ts";
import { toText } from "../text.ts";
import { givenRows, isGivenRow, queueKeys } from "./queue-rows.ts";

/** Deliveries let go at once when what they waited for is settled; the next settle lets more go. */
const releaseCountMax = 500;

/** One key of a sink. */
export interface SinkKey extends Lane {
  readonly dedupKey: string;
}

export const sinkKeyText = ({ eventSinkId, dedupKey }: SinkKey) => `${eventSinkId} ${dedupKey}`;

function keyArrays(keys: readonly SinkKey[]): [string[], string[], string[]] {
  return [...laneKeys(keys), keys.map(({ dedupKey }) => toText(dedupKey))];
}

const endOf = (order: string) => `(SELECT q.action FROM queue q WHERE q.tenant_id = w.tenant_id
    AND q.event_sink_id = w.event_sink_id AND q.dedup_key = w.dedup_key ORDER BY q.action ${order} LIMIT 1)`;

export const findUnfinishedSql = `SELECT w.no::int - 1 AS key_no, ${endOf("")} AS lowest,
    ${endOf("DESC")} AS highest
  FROM unnest($1::text[], $2::uuid[], $3::text[]) WITH ORDINALITY
    AS w(tenant_id, event_sink_id, dedup_key, no)`;

/**
 * What is unfinished of keys, as far as order asks: one delivery of the lowest and one of the
 * highest action by name, so that a key of a million waiting triggers costs two look-ups.
 */
export async function findUnfinished(
  state: NodeState,
  keys: readonly SinkKey[],
): Promise<Unfinished[][]> {
  if (keys.length === 0) return [];
  const rows = await state.db.all<{
    key_no: number;
    lowest: AlertAction | null;
    highest: AlertAction | null;
  }>(findUnfinishedSql, ...keyArrays(keys));
  const found: Unfinished[][] = keys.map(() => []);
  for (const { key_no, lowest, highest } of rows) {
    if (lowest !== null) found[key_no]?.push({ action: lowest });
    if (highest !== null && highest !== lowest) found[key_no]?.push({ action: highest });
  }
  return found;
}

/** Of these keys, those of which something waits. */
export async function findWaitedFor(
  state: NodeState,
  keys: readonly SinkKey[],
): Promise<SinkKey[]> {
  if (keys.length === 0) return [];
  const rows = await state.db.all<{ key_no: number }>(
    `SELECT w.no::int - 1 AS key_no FROM unnest($1::text[], $2::uuid[], $3::text[]) WITH ORDINALITY
       AS w(tenant_id, event_sink_id, dedup_key, no)
     WHERE EXISTS (SELECT 1 FROM queue q WHERE q.tenant_id = w.tenant_id
       AND q.event_sink_id = w.event_sink_id AND q.dedup_key = w.dedup_key AND q.due_at IS NULL)`,
    ...keyArrays(keys),
  );
  return rows.flatMap(({ key_no }) => keys[key_no] ?? []);
}

/**
 * Lets go what waited for a delivery that is now settled for good. Whoever still has to wait
 * makes all behind it wait, so the ones let go are a run at the head of those waiting.
 */
export async function releaseWaiting(
  state: NodeState,
  lane: LaneState,
  dedupKey: string,
  now: number,
): Promise<void> {
  if (lane.deletedAt !== null) return;
  const key = [lane.tenantId, lane.eventSinkId, toText(dedupKey)];
  const waiting = await state.db.all<{ seq: number; action: AlertAction }>(
    `SELECT seq, action FROM queue WHERE tenant_id = $1 AND event_sink_id = $2 AND dedup_key = $3
       AND due_at IS NULL ORDER BY seq LIMIT ${releaseCountMax}`,
    ...key,
  );
  if (waiting.length === 0) return;
  const rows = await state.db.all<{ action: AlertAction; seq: number | null }>(
    `SELECT a.action, (SELECT q.seq FROM queue q WHERE q.tenant_id = $1 AND q.event_sink_id = $2
       AND q.dedup_key = $3 AND q.action = a.action ORDER BY q.seq LIMIT 1) AS seq
     FROM unnest($4::text[]) AS a(action)`,
    ...key,
    alertActions,
  );
  const oldest = rows.flatMap(({ action, seq }) => (seq === null ? [] : [{ action, seq }]));
  const letGo: number[] = [];
  for (const { seq, action } of waiting) {
    const earlier = oldest.filter((other) => other.seq < seq);
    if (mustWait(action, earlier)) break;
    letGo.push(seq);
  }
  if (letGo.length === 0) return;
  await state.db.run(
    `UPDATE queue q SET due_at = $4 FROM ${givenRows} WHERE ${isGivenRow}`,
    ...queueKeys(lane, letGo),
    now,
  );
  announceDue(state, lane, now);
}
